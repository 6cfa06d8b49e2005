"""Builders for search: entries and comments through the services, the index brought up to date, questions asked."""

from __future__ import annotations

import json
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
