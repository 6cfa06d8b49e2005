"""The codebook as it was: at a version or on a day, and what two versions have apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import func, select

from kmwiki.accounts.models import User
from kmwiki.coding.codebook.counts import names_of
from kmwiki.coding.codebook.versions import last_change
from kmwiki.coding.models import CodebookChange, CodeVersion
from kmwiki.errors import Invalid, say
from kmwiki.text.dates import BANGKOK, read_date
from kmwiki.text.diff import Piece, diff_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from kmwiki.text.dates import DateReading

Kind = Literal["added", "removed", "merged", "renamed", "moved", "reworded", "other"]
KINDS: tuple[Kind, ...] = ("added", "removed", "merged", "renamed", "moved", "reworded", "other")
WORDED = ("definition", "include", "exclude", "example")
SHOWN_CHANGES = 200
_NUMBER = re.compile(r"(?:ฉบับที่|ฉบับ|รุ่นที่|รุ่น|version|v)?\s*([0-9]{1,9})", re.IGNORECASE)
_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


@dataclass(frozen=True, slots=True)
class Moment:
    """A version of the codebook, and the day that was asked for, if it was a day. Version 0 is before the first."""

    no: int
    reading: DateReading | None = None
    change: CodebookChange | None = None


@dataclass(frozen=True, slots=True)
class PastCode:
    """A code as a version has it, with its depth in the tree of then."""

    id: int
    data: Mapping[str, Any]
    depth: int = 0


@dataclass(slots=True)
class Apart:
    """What became of a code between two versions. `pieces` are the words of each text that changed."""

    id: int
    old: Mapping[str, Any] | None
    new: Mapping[str, Any]
    kinds: list[Kind]
    old_parent: str = ""
    new_parent: str = ""
    into: str = ""
    pieces: dict[str, list[Piece]] = field(default_factory=dict)
    fields: list[str] = field(default_factory=list)  # the others that changed


@dataclass(frozen=True, slots=True)
class Told:
    """A change as a list tells it, with the names of the codes that it touched."""

    change: CodebookChange
    author: str | None
    names: Sequence[str]


def moment_of(session: Session, project_id: int, text: str, *, today: date) -> Moment:
    """Read a version (`12`, `รุ่น ๑๒`) or a day in any form (`1 มี.ค. 2569`): its last moment, by Thai time.

    Empty is the newest version. Invalid if it is neither, or if the day can be read in two ways.
    """
    last, written = last_change(session, project_id), " ".join(text.split())
    if not written:
        return _at(session, project_id, last)
    number = _NUMBER.fullmatch(written.translate(_DIGITS))
    if number is not None and int(number[1]) <= last:
        return _at(session, project_id, int(number[1]))
    found = read_date(written, today=today)
    if not found:
        message = say("“%(text)s” is no version up to %(last)s and no date.", text=written[:60], last=last)
        raise Invalid.one("at", message)
    if len(found) > 1:
        raise Invalid.one(
            "at", say("“%(text)s” can be read as several days. Write the month in words.", text=written[:60])
        )
    try:
        end = datetime.combine(found[0].end + timedelta(days=1), time(), BANGKOK).astimezone(UTC)
    except OverflowError as error:
        raise Invalid.one("at", say("“%(text)s” is no day of any codebook.", text=written[:60])) from error
    no = session.scalar(
        select(func.max(CodebookChange.no)).where(CodebookChange.project_id == project_id, CodebookChange.created < end)
    )
    return _at(session, project_id, no or 0, found[0])


def _at(session: Session, project_id: int, no: int, reading: DateReading | None = None) -> Moment:
    return Moment(no, reading, session.get(CodebookChange, (project_id, no)) if no else None)


def states_at(session: Session, project_id: int, no: int) -> dict[int, dict[str, Any]]:
    """Return every code that a version knows, retired and merged ones too, as it stood then."""
    newest = (
        select(CodeVersion.code_id, func.max(CodeVersion.change_no).label("no"))
        .where(CodeVersion.project_id == project_id, CodeVersion.change_no <= no)
        .group_by(CodeVersion.code_id)
        .subquery()
    )
    rows = session.execute(
        select(CodeVersion.code_id, CodeVersion.data).join(
            newest, (CodeVersion.code_id == newest.c.code_id) & (CodeVersion.change_no == newest.c.no)
        )
    )
    return {code_id: data for code_id, data in rows}  # noqa: C416 - rows are no tuples to mypy


def book_at(states: Mapping[int, Mapping[str, Any]]) -> list[PastCode]:
    """Return the live codes of a version from top to bottom, each with its depth from 0."""
    live = {code_id: data for code_id, data in states.items() if data["state"] == "live"}
    below: dict[int | None, list[int]] = {}
    for code_id in sorted(live, key=lambda each: (live[each]["position"], each)):
        parent = live[code_id]["parent_id"]
        below.setdefault(parent if parent in live else None, []).append(code_id)
    found: list[PastCode] = []
    waiting = [(code_id, 0) for code_id in reversed(below.get(None, []))]
    while waiting:
        code_id, depth = waiting.pop()
        found.append(PastCode(code_id, live[code_id], depth))
        waiting.extend((child, depth + 1) for child in reversed(below.get(code_id, [])))
    return found


def compare(old: Mapping[int, Mapping[str, Any]], new: Mapping[int, Mapping[str, Any]]) -> list[Apart]:
    """Return what became of each code between two versions, in the order of the new tree, gone ones last."""
    order = {past.id: place for place, past in enumerate(book_at(new))}
    found = [_apart(code_id, old, new) for code_id in sorted(new, key=lambda each: (order.get(each, len(order)), each))]
    return [apart for apart in found if apart is not None]


def _apart(code_id: int, old: Mapping[int, Mapping[str, Any]], new: Mapping[int, Mapping[str, Any]]) -> Apart | None:
    before, after = old.get(code_id), new[code_id]
    was, is_now = before is not None and before["state"] == "live", after["state"] == "live"
    made = Apart(code_id, before, after, [])
    if before is None or not was:
        made.kinds = ["added"] if is_now else []
        made.new_parent = _name(new, after["parent_id"])
        return made if made.kinds else None
    if not is_now:
        made.kinds = ["merged" if after["state"] == "merged" else "removed"]
        made.into = _name(new, after["merged_into"])
        return made
    if any(before[name] != after[name] for name in ("name_th", "name_en")):
        made.kinds.append("renamed")
    if before["parent_id"] != after["parent_id"]:
        made.kinds.append("moved")
        made.old_parent, made.new_parent = _name(old, before["parent_id"]), _name(new, after["parent_id"])
    made.pieces = {name: diff_words(before[name], after[name]) for name in WORDED if before[name] != after[name]}
    if made.pieces:
        made.kinds.append("reworded")
    made.fields = [name for name in ("color", "pattern", "is_codable", "aliases") if before[name] != after[name]]
    if made.fields:
        made.kinds.append("other")
    return made if made.kinds else None


def _name(states: Mapping[int, Mapping[str, Any]], code_id: int | None) -> str:
    return str(states[code_id]["name_th"]) if code_id is not None and code_id in states else ""


def changes_between(
    session: Session, project_id: int, after: int, upto: int, *, author_id: int | None = None
) -> tuple[list[Told], int]:
    """Return the newest changes after one version up to another, 200 at most, and how many there are."""
    wanted = [CodebookChange.project_id == project_id, CodebookChange.no > after, CodebookChange.no <= upto]
    if author_id is not None:
        wanted.append(CodebookChange.author_id == author_id)
    total = session.scalar(select(func.count()).select_from(CodebookChange).where(*wanted)) or 0
    rows = session.execute(
        select(CodebookChange, User.name)
        .outerjoin(User, User.id == CodebookChange.author_id)
        .where(*wanted)
        .order_by(CodebookChange.no.desc())
        .limit(SHOWN_CHANGES)
    ).all()
    names = names_of(session, project_id, [change.no for change, _ in rows])
    return [Told(change, author, names.get(change.no, [])) for change, author in rows], total


def authors_of(session: Session, project_id: int) -> list[tuple[int, str]]:
    """Return who has changed the codebook, by name."""
    rows = session.execute(
        select(User.id, User.name)
        .join(CodebookChange, CodebookChange.author_id == User.id)
        .where(CodebookChange.project_id == project_id)
        .distinct()
        .order_by(User.name, User.id)
    )
    return [(user_id, name) for user_id, name in rows]
