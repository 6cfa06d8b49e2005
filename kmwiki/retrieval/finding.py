"""Finding coded passages: those that may be seen are read once, compared in memory, sorted and counted.

The number of statements does not depend on how many passages, conditions or values there are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import exists, func, literal, null, or_, select

from kmwiki.accounts.models import User
from kmwiki.coding.models import Coding, Layer
from kmwiki.coding.round_models import CodingRound
from kmwiki.coding.seen import seen_by
from kmwiki.db import LARGEST_INTEGER
from kmwiki.entries.models import Entry, EntryPlace, EntryTag
from kmwiki.retrieval.asking import NO_VOICE
from kmwiki.retrieval.book import veil_names
from kmwiki.retrieval.ordering import grouped, ordered
from kmwiki.retrieval.people import named_in
from kmwiki.retrieval.relations import Matcher, Passage, find
from kmwiki.retrieval.unit_starts import UnitStarts
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source
from kmwiki.sources.veil import veil_for

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.retrieval.asking import Question
    from kmwiki.retrieval.book import Book
    from kmwiki.retrieval.ordering import GroupKey
    from kmwiki.retrieval.relations import Hit
    from kmwiki.security.policy import Caller

_DIGITS = len(str(LARGEST_INTEGER)) - 1


@dataclass(frozen=True, slots=True)
class Group:
    """The passages of a list under one heading: how many, and where they begin in the list."""

    key: GroupKey
    count: int
    at: int


@dataclass(frozen=True)
class Found:
    """What a question finds: hits in their order, each once for every group that it stands in."""

    project_id: int
    question: Question
    hits: list[Hit]
    lines: list[tuple[GroupKey, Hit]]
    matchers: list[Matcher]
    lost: int
    """How many passages of the first set have lost their words; they are listed only when asked for."""

    @property
    def total(self) -> int:
        """How many codings were found, each counted once."""
        return len(self.hits)

    @cached_property
    def places(self) -> int:
        """How many different passages these are: what several people or codes marked alike is one."""
        return len({(hit.passage.source_id, hit.passage.start, hit.passage.end) for hit in self.hits})

    @cached_property
    def notes(self) -> int:
        """How many notes they stand in, comments counted to theirs."""
        return len({hit.passage.root_id for hit in self.hits})

    @cached_property
    def groups(self) -> list[Group]:
        """The groups in their order."""
        counts = Counter(key for key, _ in self.lines)
        made, at = [], 0
        for key in dict.fromkeys(key for key, _ in self.lines):
            made.append(Group(key, counts[key], at))
            at += counts[key]
        return made

    def position(self, coding_id: int, near: int = 0) -> int | None:
        """Return where in the list a coding stands, the place nearest to `near` if it stands in several groups."""
        places = [at for at, (_, hit) in enumerate(self.lines) if hit.passage.id == coding_id]
        return min(places, key=lambda at: abs(at - near), default=None)


def retrieve(session: Session, caller: Caller, project: Project, question: Question, book: Book) -> Found:
    """Answer a question with what the caller may read and know of; names in the book are masked for them after it."""
    veil_names(session, caller, project.id, book)
    sets = [book.ids(term.codes, below=question.below) for term in question.terms]
    rows = _passages(session, caller, project.id, question, frozenset().union(*sets))
    by_code: dict[int, list[Passage]] = defaultdict(list)
    lost: list[Passage] = []
    for row in rows:
        if row.state != "lost":
            by_code[row.code_id].append(row)
        elif row.code_id in sets[0]:
            lost.append(row._replace(start=0, end=0))
    of_term = [[one for code in codes for one in by_code.get(code, ())] for codes in sets]
    units = UnitStarts(session)
    for term, others in zip(question.terms[1:], of_term[1:], strict=True):
        if term.condition.op == "near" and term.condition.unit != "character":
            units.prepare({one.source_id for one in others}, term.condition.unit)
    matchers = [
        Matcher(term.condition, others, units) for term, others in zip(question.terms[1:], of_term[1:], strict=True)
    ]
    hits = find(of_term[0], matchers)
    if "lost" in question.states and len(question.terms) == 1:
        hits += find(lost, ())
    hits = _narrowed(session, caller, project.id, question, hits)
    hits = ordered(hits, question.sort, book)
    provinces = _provinces(session, project.id) if question.by == "place" else {}
    return Found(project.id, question, hits, grouped(hits, question.by, book, provinces), matchers, len(lost))


def _passages(
    session: Session, caller: Caller, project_id: int, question: Question, codes: frozenset[int]
) -> list[Passage]:
    """Read every passage that may be found or compared with, lost ones with no offsets."""
    # What no order needs is not read: turning thousands of moments and days into Python's takes as long as all else.
    created = Coding.created if question.sort == "newest" else null()
    title = Entry.title_key if question.sort == "entry" else literal("")
    day = Entry.event_start if question.sort.startswith("date") else null()
    statement = (
        select(
            Coding.id, Coding.source_id, Coding.root_id, Coding.start, Coding.end, Coding.code_id, Coding.coder_id,
            created, Coding.state, Source.kind == "comment", Entry.id, Entry.number, Entry.kind, title, day,
        )
        .join(Source, Source.id == Coding.source_id)
        .join(Entry, Entry.source_id == Coding.root_id)
        .where(
            Coding.project_id == project_id,
            Coding.deleted.is_(None),
            Coding.status.in_(question.statuses),
            seen_by(caller),
            visible_to(caller),
            *_layer(project_id, question.layer),
            *_about_notes(session, caller, project_id, question),
            *_about_codings(question),
        )
    )  # fmt: skip
    everything = len(codes) > MOST_NAMED
    if not everything:
        statement = statement.where(Coding.code_id.in_(codes))
    rows = session.connection().execute(statement).all()
    return [Passage._make(row) for row in rows if not everything or row[5] in codes]


MOST_NAMED = 500
"""More codes than these are not named to the database: it takes only so many values."""


def _layer(project_id: int, layer: str) -> list[ColumnElement[bool]]:
    if layer.isdigit():
        closed = select(CodingRound.id).where(
            CodingRound.id == int(layer), CodingRound.project_id == project_id, CodingRound.state == "closed"
        )
        return [Coding.round_id.in_(closed)]
    counted: list[ColumnElement[bool]] = [Coding.round_id.is_(None)]
    if layer:
        counted.append(exists().where(Layer.id == Coding.layer_id, Layer.kind == layer))
    return counted


def _about_notes(session: Session, caller: Caller, project_id: int, question: Question) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if question.kinds:
        found.append(Entry.kind.in_(question.kinds))
    if question.entry is not None:
        found.append(Entry.number == question.entry)
    if question.first is not None:
        found.append(func.coalesce(Entry.event_end, Entry.event_start) >= question.first)
    if question.last is not None:
        found.append(Entry.event_start <= question.last)
    if question.places:
        within = or_(*(EntryPlace.place_code.startswith(code, autoescape=True) for code in question.places))
        found.append(exists().where(EntryPlace.entry_id == Entry.id, within))
    if question.tags:
        veil = veil_for(session, caller, project_id)
        known = [tag for tag in question.tags if veil.text(tag) == tag]
        found.append(exists().where(EntryTag.entry_id == Entry.id, EntryTag.tag.in_(known)))
    return found


def _about_codings(question: Question) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if question.voices:
        spoken: ColumnElement[bool] = Coding.voice.in_([voice for voice in question.voices if voice != NO_VOICE])
        found.append(or_(spoken, Coding.voice.is_(None)) if NO_VOICE in question.voices else spoken)
    if question.coders:
        ids = [int(one) for one in question.coders if one.isascii() and one.isdigit() and len(one) <= _DIGITS]
        named = or_(
            User.email.in_([one.lower() for one in question.coders]), User.name.in_(question.coders), User.id.in_(ids)
        )
        found.append(Coding.coder_id.in_(select(User.id).where(named)))
    return found


def _narrowed(session: Session, caller: Caller, project_id: int, question: Question, hits: list[Hit]) -> list[Hit]:
    """Keep the hits that the filters on what is listed let through."""
    states = frozenset(question.states)
    kept = [hit for hit in hits if hit.passage.state in states]
    if question.texts:
        wants_comments, wants_notes = "comment" in question.texts, "entry" in question.texts
        kept = [hit for hit in kept if (wants_comments if hit.passage.is_comment else wants_notes)]
    if question.actor:
        notes, comments = named_in(session, caller, project_id, question.actor, [hit.passage for hit in kept])
        kept = [hit for hit in kept if hit.passage.root_id in notes or hit.passage.source_id in comments]
    return kept


def _provinces(session: Session, project_id: int) -> dict[int, list[str]]:
    """Return the provinces of every note, by its id."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = select(EntryPlace.entry_id, EntryPlace.province_code).join(Entry, Entry.id == EntryPlace.entry_id)
    for entry_id, province in session.execute(rows.where(Entry.project_id == project_id).order_by(EntryPlace.ord)):
        if province not in found[entry_id]:
            found[entry_id].append(province)
    return found
