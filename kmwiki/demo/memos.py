"""The memos of the demo project: thoughts on the project, a code, notes and coded passages, linked to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kmwiki.coding.access import coding_for
from kmwiki.coding.models import Code, Coding
from kmwiki.comments.models import Comment
from kmwiki.entries.models import Entry
from kmwiki.memos.access import target_for
from kmwiki.memos.schemas import MemoIn
from kmwiki.memos.service import add_memo
from kmwiki.quotes.service import pin_coding
from kmwiki.security.policy import Permission

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.security.policy import Caller


def think(
    session: Session,
    project: Project,
    rows: Sequence[Mapping[str, str]],
    people: Mapping[str, Caller],
    codes: Mapping[str, Code],
) -> None:
    """Write the memos of the demo's file.

    `%(key)s` in a text is the id of an earlier memo, `%(key_about)s` that of what it is about; of one on a coding
    `%(key_quote)s` that of the quote of its words.
    A row names what it is about by `code`, by `note` (a number), by `note` and the words of a coding (`quote`), or by
    `note` and `comment` (which of its comments, from 1); without any it is about the project.
    """
    known: dict[str, int] = {}
    for row in rows:
        kind, target_id = _about(session, project, row, codes)
        known[f"{row['key']}_about"] = target_id
        if kind == "coding":
            coding, source = coding_for(session, people[row["by"]], target_id, Permission.READ)
            known[f"{row['key']}_quote"] = pin_coding(session, people[row["by"]], coding, source)[0].id
        target = target_for(session, people[row["by"]], project, kind, target_id)
        told: dict[str, Any] = {"title": row["title"], "body": row["body"].strip("\n") % known}
        told["visibility"] = row.get("visibility", "team")
        memo = add_memo(session, people[row["by"]], project, target, MemoIn.model_validate(told))
        known[row["key"]] = memo.id


def _about(session: Session, project: Project, row: Mapping[str, Any], codes: Mapping[str, Code]) -> tuple[str, int]:
    if "code" in row:
        return "code", codes[row["code"]].id
    if "note" not in row:
        return "project", project.id
    entry = session.scalars(select(Entry).where(Entry.project_id == project.id, Entry.number == row["note"])).one()
    if "quote" in row:
        wanted = select(Coding.id).where(Coding.root_id == entry.source_id, Coding.ev_quote == row["quote"])
        return "coding", session.scalars(wanted.order_by(Coding.id).limit(1)).one()
    if "comment" in row:
        said = select(Comment.id).where(Comment.on_source_id == entry.source_id).order_by(Comment.id)
        return "comment", session.scalars(said).all()[row["comment"] - 1]
    return "entry", entry.id
