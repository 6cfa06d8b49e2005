"""A large corpus written at once, indexed by us and by tantivy, kept between runs in the temporary folder.

Writing ten thousand notes through the services takes half an hour; rows written in bulk are the same rows. What is kept
is named by all that shapes it: the corpus, the rows below, the stamp of an index. What indexing costs is not kept but
measured in every run, on some of the notes.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import insert, select, update

from kmwiki import db
from kmwiki.accounts.models import Project
from kmwiki.coding.layers import own_layer
from kmwiki.coding.models import Code, Coding
from kmwiki.comments.models import Comment
from kmwiki.entries.models import Entry, EntryAuthor, EntryPlace
from kmwiki.search import index, indexing
from kmwiki.sources.models import Revision, Source
from kmwiki.text import words
from kmwiki.text.thai import sort_key
from tests.bench import corpus, tantivy_peer
from tests.bench.corpus import notes
from tests.bench.stage import stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from tests.bench.corpus import Note
    from tests.bench.stage import Stage

AUTHORS = [
    f"{name} {place}"
    for name in ("สมหมาย", "วารี", "บุญเติม", "ดวงใจ", "ปรีชา")
    for place in ("ควนดิน", "นาทราย", "ป่าบอน", "เขาน้อย")
]
DAY_ONE, DAYS = date(2006, 1, 1), 7000
AT_ONCE = 500
LAYOUT = "1"
"""Raise it when `write` gives other rows."""


@dataclass(frozen=True, slots=True)
class Built:
    """How much there is of the corpus, and the seconds of processor time that tantivy took to index it."""

    entries: int
    texts: int
    characters: int
    tantivy: float


def _digest(entries: int) -> str:
    """Name what is kept after all that shaped it; newer tables and columns come to it by migrations."""
    found = hashlib.sha256(f"{entries} {LAYOUT} {index.SCHEMA} {words.VERSION}".encode())
    found.update(Path(corpus.__file__).read_bytes())
    return found.hexdigest()[:16]


@contextmanager
def filled(entries: int) -> Iterator[tuple[Stage, Built, Path]]:
    """Give a scratch instance with that many notes, indexed, and the folder of tantivy's index."""
    kept = Path(tempfile.gettempdir()) / f"kmwiki-corpus-{entries}-{_digest(entries)}"
    if not (kept / "built.json").exists():
        for old in Path(tempfile.gettempdir()).glob(f"kmwiki-corpus-{entries}-*"):
            shutil.rmtree(old, ignore_errors=True)
        _build(entries, kept)
    built = Built(**json.loads((kept / "built.json").read_text("utf-8")))
    for stamp in (kept / "instance").glob("**/stamp.json"):
        # Facts or the dictionary may be newer: of no weight here, but a stale index would be made anew all the time.
        stamp.write_text(json.dumps(index.stamp()), encoding="utf-8")
    with stage(kept / "instance") as made:
        yield made, built, kept / "tantivy"


def _build(entries: int, kept: Path) -> None:
    with stage() as made:
        some = list(notes(entries))
        with db.transaction() as session:
            write(session, made, some)
        texts = indexing.rebuild_now(lambda done, total: None)  # noqa: ARG005 - nobody watches
        characters, peer = tantivy_peer.build(kept / "tantivy", made.project.id)
        index.release()
        db.release()
        shutil.copytree(made.settings.instance, kept / "instance")
    told = Built(entries, texts, characters, peer)
    (kept / "built.json").write_text(json.dumps(asdict(told)), encoding="utf-8")


def write(session: Session, made: Stage, some: list[Note]) -> None:
    """Write notes with their comments, places, authors and codings, without the services and without index jobs."""
    dice = random.Random(3)  # noqa: S311 - the same corpus every time
    writer = made.caller.user_id
    assert writer is not None
    layer = own_layer(session, made.project.id, writer)
    session.flush()
    codes = list(session.scalars(select(Code.id).where(Code.project_id == made.project.id, Code.state == "live")))
    rows: dict[Any, list[dict[str, Any]]] = {
        one: [] for one in (Source, Revision, Entry, EntryPlace, EntryAuthor, Comment, Coding)
    }
    common = {"project_id": made.project.id, "author_id": writer}
    source_id = comment_id = 0
    for number, note in enumerate(some, 1):
        source_id += 1
        root = source_id
        day = DAY_ONE + timedelta(days=dice.randrange(DAYS))
        rows[Source].append(source_row(root, root, "entry", common))
        rows[Revision].append(revision_row(root, note.body, writer))
        rows[Entry].append(entry_row(number, root, note, made.project.id, day))
        rows[EntryPlace].append({"entry_id": number, "place_code": note.province, "province_code": note.province})
        rows[EntryAuthor].append({"entry_id": number, "ord": 0, "name": dice.choice(AUTHORS)})
        for code in dice.sample(codes, k=min(3, len(codes))):
            rows[Coding].append(
                coding_row(
                    dice,
                    root,
                    note.body,
                    code,
                    {"layer_id": layer.id, "coder_id": writer, "project_id": made.project.id},
                )
            )
        for text in note.comments:
            source_id += 1
            comment_id += 1
            rows[Source].append(source_row(source_id, root, "comment", common))
            rows[Revision].append(revision_row(source_id, text, writer))
            rows[Comment].append(
                {"id": comment_id, "source_id": source_id, "on_source_id": root, "author_name": dice.choice(AUTHORS)}
            )
    for model, given in rows.items():
        for start in range(0, len(given), AT_ONCE):
            session.execute(insert(model), given[start : start + AT_ONCE])
    session.execute(update(Project).where(Project.id == made.project.id).values(next_number=len(some) + 1))


def source_row(number: int, root: int, kind: str, common: dict[str, Any]) -> dict[str, Any]:
    """Make the row of a published source; one in fifty is private to its writer."""
    audience = "private" if root % 50 == 0 else "team"
    return {
        "id": number,
        "root_id": root,
        "kind": kind,
        "audience": audience,
        "state": "published",
        "head_no": 1,
        **common,
    }


def revision_row(number: int, text: str, writer: int) -> dict[str, Any]:
    """Make the row of a first revision in plain text."""
    return {
        "source_id": number,
        "no": 1,
        "body": text,
        "format": "plain",
        "reading_text": text,
        "blocks": [{"start": 0, "end": len(text), "tag": "p"}],
        "html": f'<p data-start="0">{text}</p>',
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "author_id": writer,
    }


def entry_row(number: int, root: int, note: Note, project_id: int, day: date) -> dict[str, Any]:
    """Make the row of an entry."""
    return {
        "id": number,
        "source_id": root,
        "project_id": project_id,
        "number": number,
        "kind": note.kind,
        "title": note.title,
        "title_key": sort_key(note.title),
        "event_start": day,
        "event_end": day,
        "event_precision": "day",
    }


def coding_row(dice: random.Random, source_id: int, text: str, code: int, common: dict[str, Any]) -> dict[str, Any]:
    """Make the row of an accepted coding somewhere in a text."""
    start = dice.randrange(max(1, len(text) - 60))
    end = min(len(text), start + 50)
    return {
        "guid": str(UUID(int=dice.getrandbits(128))),
        "source_id": source_id,
        "root_id": source_id,
        "code_id": code,
        "ev_revision": 1,
        "ev_start": start,
        "ev_end": end,
        "ev_quote": text[start:end],
        "start": start,
        "end": end,
        **common,
    }
