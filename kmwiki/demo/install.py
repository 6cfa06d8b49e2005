"""Putting the demo project in place, through the same services that people use."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmwiki.accounts import queries as accounts
from kmwiki.accounts.service import create_user
from kmwiki.accounts.teams import create_project, set_member
from kmwiki.coding.codebook.starter import install_starter
from kmwiki.coding.codings import add_coding
from kmwiki.coding.schemas import CodingIn
from kmwiki.coding.service import save_entry
from kmwiki.comments.schemas import PassageIn
from kmwiki.comments.service import add_comment
from kmwiki.demo.memos import think
from kmwiki.demo.questions import ask
from kmwiki.demo.rounds import code_blind
from kmwiki.entries.schemas import EntryIn, EntryPatch
from kmwiki.entries.service import create_entry
from kmwiki.search import terms
from kmwiki.search.dictionary import Term
from kmwiki.security.policy import Caller, Role
from kmwiki.sources.queries import revision

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.coding.models import Code
    from kmwiki.entries.models import Entry
    from kmwiki.sources.models import Source

FOLDER = Path(__file__).parent
OWN = {"by", "comment", "coding", "edit"}
"""What an entry's file says beside the entry itself: who wrote it, what was said, coded and mended later."""


def install_demo(session: Session, caller: Caller) -> Project:
    """Make the demo project with its people, notes, comments and codings. One that is there is left as it is."""
    plan = read("project.toml")
    known = accounts.project_by_slug(session, plan["slug"])
    if known is not None:
        return known
    project = create_project(session, caller, slug=plan["slug"], name=plan["name"], description=plan["description"])
    manager = Caller(caller.user_id, caller.name, roles={project.id: Role.OWNER}, is_admin=caller.is_admin)
    codes = install_starter(session, manager, project)
    people = {row["key"]: _enter(session, manager, project, row) for row in plan["person"]}
    terms.change_many(session, manager, project, [(None, Term(**row)) for row in plan["word"]])
    notes = [
        _write(session, project, read(f"entries/{file.name}"), people)
        for file in sorted((FOLDER / "entries").glob("*.toml"))
    ]
    for turn in range(max(len(note.plan.get("comment", ())) for note in notes)):  # the talk goes from note to note
        for note in notes:
            for row in note.plan.get("comment", ())[turn : turn + 1]:
                _say(session, note, row, people)
    for note in notes:
        for row in note.plan.get("coding", ()):
            _code(session, note.sources[row.get("in", "")], row, people[row["by"]], codes[row["code"]])
        for row in note.plan.get("edit", ()):
            _mend(session, note.entry, row, people[row["by"]])
    think(session, project, plan["memo"], people, codes)
    ask(session, project, plan["question"], people, codes)
    code_blind(session, project, read("round.toml"), people, codes)
    return project


@dataclass(slots=True)
class _Note:
    """A note of the demo as it is being made: what its file says, and its texts and comments by their keys."""

    plan: dict[str, Any]
    entry: Entry
    sources: dict[str, Source]
    comments: dict[str, int] = field(default_factory=dict)


def read(name: str) -> dict[str, Any]:
    """Return one of the demo's files."""
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def _enter(session: Session, manager: Caller, project: Project, row: Mapping[str, str]) -> Caller:
    """Make an invented person, who has no password and so cannot sign in, a member."""
    role = Role[row["role"].upper()]
    user = accounts.user_by_email(session, row["email"]) or create_user(
        session, manager, email=row["email"], name=row["name"]
    )
    set_member(session, manager, project, user, role)
    return Caller(user.id, user.name, user.email, roles={project.id: role})


def _write(session: Session, project: Project, plan: dict[str, Any], people: Mapping[str, Caller]) -> _Note:
    told = {name: value for name, value in plan.items() if name not in OWN}
    told["body"] = told["body"].strip("\n")
    entry = create_entry(session, people[plan["by"]], project, EntryIn(**{"status": "published", **told}))
    return _Note(plan, entry, {"": entry.source})


def _say(session: Session, note: _Note, row: Mapping[str, str], people: Mapping[str, Caller]) -> None:
    passage = _passage(session, note.entry.source, row["passage"]) if "passage" in row else None
    parent = note.comments[row["on"]] if "on" in row else None
    comment = add_comment(
        session, people[row["by"]], note.entry.source, body=row["body"], parent_id=parent, passage=passage
    )
    note.sources[row["key"]], note.comments[row["key"]] = comment.source, comment.id


def _code(session: Session, source: Source, row: Mapping[str, str], coder: Caller, code: Code) -> None:
    start, end = _find(session, source, row["quote"])
    data = CodingIn(
        code_id=code.id,
        start=start,
        end=end,
        quote=row["quote"],
        revision=source.head_no,
        voice=row["voice"],
        memo=row.get("memo", ""),
    )
    add_coding(session, coder, source, data)


def _mend(session: Session, entry: Entry, row: Mapping[str, str], writer: Caller) -> None:
    """Save a later edit of the text, as its writer would: the codings on it are carried, some to the review queue."""
    head = revision(session, entry.source)
    body = head.body.replace(row["find"], row["put"])
    save_entry(session, writer, entry, EntryPatch(body=body, reason=row["reason"]), base_no=head.no)


def _passage(session: Session, source: Source, quote: str) -> PassageIn:
    start, end = _find(session, source, quote)
    return PassageIn(revision=source.head_no, start=start, end=end, quote=quote)


def _find(session: Session, source: Source, quote: str) -> tuple[int, int]:
    """Return where a quote stands in the text. ValueError if it does not: the demo's files are wrong then."""
    start = revision(session, source).reading_text.index(quote)
    return start, start + len(quote)
