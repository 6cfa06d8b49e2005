"""Memos beside what they are about: on the page of an entry and of a code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for

from kmwiki.memos import queries
from kmwiki.memos.access import may_write
from kmwiki.memos.queries import MemoFilters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.coding.models import Code
    from kmwiki.entries.models import Entry
    from kmwiki.memos.queries import MemoRow
    from kmwiki.security.policy import Caller

KIND_ICONS: Mapping[str, str] = {
    "project": "home",
    "code": "tree",
    "entry": "doc",
    "coding": "quote",
    "comment": "speech",
}


def memos_of_entry(session: Session, caller: Caller, project: Project, entry: Entry) -> dict[str, Any]:
    """Gather what an entry's page shows of memos: on it, on its comments and passages, and those that link to it."""
    filters = MemoFilters(root_id=entry.source_id, sort="oldest")
    here, total = queries.list_memos(session, caller, project, filters, size=100)
    known = {row.memo.id for row in here}
    linking = [
        row for row in queries.linking_to(session, caller, project, "entry", entry.id) if row.memo.id not in known
    ]
    return {
        "memos_here": here,
        "memos_total": total,
        "memos_more": url_for("memos.index", slug=project.slug) if total > len(here) else "",
        "memos_linking": linking,
        "memos_on": counts(here),
        "may_memo": may_write(caller, project.id),
        "memo_icons": KIND_ICONS,
    }


def memos_of_code(session: Session, caller: Caller, project: Project, code: Code) -> dict[str, Any]:
    """Gather what a code's page shows of memos: those on it, and how many stand on it and its passages."""
    here = queries.memos_on(session, caller, project, "code", code.id)
    total = queries.list_memos(session, caller, project, MemoFilters(code_id=code.id), size=1)[1]
    return {
        "memos_here": here,
        "memos_total": total,
        "memos_more": url_for("memos.index", slug=project.slug, code=code.id) if total > len(here) else "",
        "memos_linking": queries.linking_to(session, caller, project, "code", code.id),
        "may_memo": may_write(caller, project.id),
        "memo_icons": KIND_ICONS,
    }


def counts(rows: Sequence[MemoRow]) -> dict[tuple[str, int], int]:
    """Count memos by what they are about."""
    found: dict[tuple[str, int], int] = {}
    for row in rows:
        key = row.memo.target_kind, row.memo.target_id
        found[key] = found.get(key, 0) + 1
    return found
