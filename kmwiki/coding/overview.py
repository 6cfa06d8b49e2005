"""A project at a glance: what its home page shows, in a few queries, and nothing that the reader may not see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from kmwiki.accounts.models import Membership, OneTimeLink, User
from kmwiki.coding.models import Code, Coding
from kmwiki.coding.round_models import CodingRound, RoundCoder, RoundMark, RoundText
from kmwiki.coding.seen import COUNTED, seen_by
from kmwiki.comments.models import Comment
from kmwiki.entries.models import Entry, EntryPlace
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Revision, Source
from kmwiki.sources.veil import veil_for

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ScalarSelect
    from sqlalchemy.orm import InstrumentedAttribute, Session

    from kmwiki.security.policy import Caller

EXCERPT = 400
"""How many code points of a comment are fetched to be clipped on the page."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Figures of the side menu: notes the reader may open, live codes, codings changed or lost, texts to code."""

    entries: int
    codes: int
    to_review: int
    mine_to_review: int
    to_code: int | None = None  # texts of open rounds that wait for the reader; None: none


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A note in a list of new ones, with how much was coded and said on it."""

    entry: Entry
    codings: int
    comments: int


@dataclass(frozen=True, slots=True)
class Said:
    """A comment with the beginning of its text and the note it hangs on."""

    id: int
    author: str
    text: str
    when: datetime
    entry_number: int
    entry_title: str


@dataclass(frozen=True, slots=True)
class ProvinceShare:
    """The notes about a province, and how many of them carry a coding. A note in two provinces counts in each."""

    code: str
    entries: int
    coded: int


@dataclass(frozen=True, slots=True)
class Done:
    """What a person has done in a project so far."""

    has_written: bool
    has_coded: bool
    has_commented: bool
    has_company: bool


def totals(session: Session, caller: Caller, project_id: int) -> Totals:
    """Return the figures of the side menu."""
    entries = session.scalar(
        select(func.count()).select_from(Entry).join(Entry.source).where(_readable(caller, project_id))
    )
    codes, waiting_texts = session.execute(
        select(func.count(Code.id), _to_code(caller, project_id)).where(
            Code.project_id == project_id, Code.state == "live"
        )
    ).one()
    waiting, mine = session.execute(
        select(func.count(Coding.id), func.count(Coding.id).filter(Coding.coder_id == caller.user_id))
        .join(Source, Source.id == Coding.source_id)
        .where(Coding.project_id == project_id, COUNTED, Coding.state != "placed", visible_to(caller), seen_by(caller))
    ).one()
    return Totals(
        entries=entries or 0, codes=codes, to_review=waiting, mine_to_review=mine, to_code=waiting_texts or None
    )


def _to_code(caller: Caller, project_id: int) -> ScalarSelect[int]:
    """Count the texts of open rounds that the caller is to code and is not done with."""
    is_done = exists().where(
        RoundMark.round_id == RoundText.round_id,
        RoundMark.root_id == RoundText.root_id,
        RoundMark.coder_id == caller.user_id,
    )
    return (
        select(func.count())
        .select_from(RoundText)
        .join(CodingRound, CodingRound.id == RoundText.round_id)
        .join(RoundCoder, RoundCoder.round_id == RoundText.round_id)
        .where(CodingRound.project_id == project_id, CodingRound.state == "open")
        .where(RoundCoder.coder_id == caller.user_id, ~is_done)
        .scalar_subquery()
    )


def newest(session: Session, caller: Caller, project_id: int, *, size: int = 5) -> list[NewEntry]:
    """Return the notes that were put in last, with their authors and places."""
    found = session.scalars(
        select(Entry)
        .join(Entry.source)
        .where(_readable(caller, project_id), Source.state == "published")
        .order_by(Source.created.desc(), Entry.id.desc())
        .limit(size)
        .options(joinedload(Entry.source), selectinload(Entry.authors), selectinload(Entry.places))
    ).all()
    codings = _count(session, Coding.root_id, and_(COUNTED, seen_by(caller)), found)
    said = aliased(Source)
    comments = _count(
        session, Comment.on_source_id, exists().where(said.id == Comment.source_id, said.deleted.is_(None)), found
    )
    return [NewEntry(entry, codings.get(entry.source_id, 0), comments.get(entry.source_id, 0)) for entry in found]


def drafts(session: Session, caller: Caller, project_id: int, *, size: int = 5) -> Sequence[Entry]:
    """Return the caller's own unfinished notes, the last touched first."""
    return session.scalars(
        select(Entry)
        .join(Entry.source)
        .where(_readable(caller, project_id), Source.state == "draft", Source.author_id == caller.user_id)
        .order_by(Source.updated.desc())
        .limit(size)
        .options(joinedload(Entry.source))
    ).all()


def last_said(session: Session, caller: Caller, project_id: int, *, size: int = 5) -> list[Said]:
    """Return the newest comments, by when they were put here."""
    rows = session.execute(
        select(
            Comment.id,
            Comment.author_name,
            User.name,
            Revision.reading_text,
            Source,
            Entry.number,
            Entry.title,
        )
        .join(Source, Source.id == Comment.source_id)
        .join(Revision, and_(Revision.source_id == Source.id, Revision.no == Source.head_no))
        .join(Entry, Entry.source_id == Comment.on_source_id)
        .outerjoin(User, User.id == Source.author_id)
        .where(Source.project_id == project_id, visible_to(caller))
        .order_by(Source.created.desc(), Comment.id.desc())
        .limit(size)
    )
    veil = veil_for(session, caller, project_id)
    return [
        Said(
            id_,
            veil.over(source).text(given or name or ""),
            veil.over(source).cut(text, 0, EXCERPT),
            source.created,
            number,
            title,
        )
        for id_, given, name, text, source, number, title in rows
    ]


def by_province(session: Session, caller: Caller, project_id: int) -> list[ProvinceShare]:
    """Return the provinces that notes are about, those with most notes first."""
    is_coded = exists().where(Coding.root_id == Entry.source_id, COUNTED, seen_by(caller))
    rows = session.execute(
        select(
            EntryPlace.province_code, func.count(Entry.id.distinct()), func.count(Entry.id.distinct()).filter(is_coded)
        )
        .join(Entry, Entry.id == EntryPlace.entry_id)
        .join(Entry.source)
        .where(_readable(caller, project_id), Source.state == "published")
        .group_by(EntryPlace.province_code)
        .order_by(func.count(Entry.id.distinct()).desc(), EntryPlace.province_code)
    )
    return [ProvinceShare(*row) for row in rows]


def done_by(session: Session, caller: Caller, project_id: int) -> Done:
    """Return what the caller has done here. Imported is not written; company is another who can sign in."""
    wrote = and_(Source.project_id == project_id, Source.author_id == caller.user_id, Source.deleted.is_(None))
    invited = or_(User.password_hash.is_not(None), exists().where(OneTimeLink.user_id == User.id))
    company = (
        select(Membership.user_id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.project_id == project_id, Membership.user_id != caller.user_id, invited)
    )
    answers = session.execute(
        select(
            exists().where(wrote, Entry.source_id == Source.id, Entry.origin_key.is_(None)),
            exists().where(Coding.project_id == project_id, Coding.coder_id == caller.user_id, COUNTED),
            exists().where(wrote, Source.kind == "comment"),
            exists(company),
        )
    ).one()
    return Done(*answers)


def _readable(caller: Caller, project_id: int) -> ColumnElement[bool]:
    return and_(Entry.project_id == project_id, visible_to(caller))


def _count(
    session: Session, column: InstrumentedAttribute[int], condition: ColumnElement[bool], entries: Sequence[Entry]
) -> dict[int, int]:
    """Count rows by the entry's source that they hang on."""
    ids = [entry.source_id for entry in entries]
    rows = session.execute(select(column, func.count()).where(column.in_(ids), condition).group_by(column))
    return dict(rows.all())
