"""Builders for search: entries and comments through the services, the index brought up to date, questions asked."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

from kmwiki.comments.service import add_comment
from kmwiki.db import session, transaction
from kmwiki.entries.schemas import EntryIn
from kmwiki.entries.service import create_entry
from kmwiki.jobs.worker import JobKind, Worker
from kmwiki.search.indexing import index_batch, rebuild_batch
from kmwiki.search.queries import find
from kmwiki.search.request import read_request
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kmwiki.accounts.models import Project
    from kmwiki.comments.models import Comment
    from kmwiki.entries.models import Entry
    from kmwiki.search.schemas import SearchOut
    from kmwiki.security.policy import Caller

KINDS = {"index": JobKind(index_batch, batch=200), "rebuild": JobKind(rebuild_batch)}


def drain() -> None:
    """Run every index job that is due."""
    Worker(KINDS).drain()


def write(caller: Caller, project: Project, body: str, **given: Any) -> Entry:
    """Write a published team entry; keyword arguments are fields of EntryIn."""
    values = {"kind": "fieldnote", "title": "บันทึก", "body_format": "plain", "status": "published", **given}
    with transaction() as opened:
        return create_entry(opened, caller, project, EntryIn.model_validate({**values, "body": body}))


def answer(caller: Caller, entry: Entry, body: str, **given: Any) -> Comment:
    """Write a comment under an entry."""
    with transaction() as opened:
        source = opened.get_one(Source, entry.source_id)
        return add_comment(opened, caller, source, body=body, body_format="plain", **given)


def ask(caller: Caller, project: Project, text: str, **filters: Any) -> SearchOut:
    """Search as a caller; filters as a door is given them, `from_` for from."""
    given = {
        name.rstrip("_"): [str(value)] if not isinstance(value, list) else value for name, value in filters.items()
    }
    with session() as opened:
        request = read_request(opened, project.id, {"q": [text], "size": ["100"], **given})
        return find(opened, caller, project, request, locale=caller.locale)


def titles(found: SearchOut) -> list[str]:
    """Return the titles of the hits, in order."""
    return [hit.title for hit in found.hits]


def write_seeds(caller: Caller, project: Project, folder: Path) -> dict[int, str]:
    """Write the seeds as their expected parse has them. Return entry id -> first three digits of the file."""
    names: dict[int, str] = {}
    for path in sorted((folder / "golden").glob("*.json")):
        parse = json.loads(path.read_text(encoding="utf-8"))
        lines = (folder / parse["file"]).read_text(encoding="utf-8-sig").split("\n")
        first, last = parse["body_lines"]
        entry = write(
            caller,
            project,
            "\n".join(lines[first - 1 : last]),
            title=parse["title"],
            lead=parse["lead"] or "",
            kind="reflection",
            places=[parse["province_guess"]] if parse["province_guess"] else [],
        )
        for comment in parse["comments"]:
            answer(caller, entry, comment["text"])
        names[entry.id] = path.stem
    return names


def _each(pattern: str, change: Callable[[Path], object]) -> Callable[[Path], None]:
    def damage(root: Path) -> None:
        found = list(root.glob(pattern))
        assert found, f"the index has no {pattern}"
        for path in found:
            change(path)

    return damage


def _cut(length: int) -> Callable[[Path], object]:
    return lambda path: os.truncate(path, length)


def _in_its_place(path: Path) -> None:
    shutil.rmtree(path)
    path.write_text("not an index", encoding="utf-8")


def _stamp_of_before(path: Path) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "schema": "1"}), encoding="utf-8")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "segment cut short": _each("index-*/*.seg", _cut(100)),
    "segment deleted": _each("index-*/*.seg", lambda path: path.unlink()),
    "table cut short": _each("index-*/*.toc", _cut(20)),
    "table deleted": _each("index-*/*.toc", lambda path: path.unlink()),
    "stamp of an older version": _each("index-*/stamp.json", _stamp_of_before),
    "folder deleted": shutil.rmtree,
    "folder replaced by a file": _in_its_place,
    "generation replaced by a file": _each("index-*", _in_its_place),
    "name of the generation lost": _each("CURRENT", lambda path: path.unlink()),
}
"""What may happen to the folder of an index while a program uses it."""
