"""What happened, for those who answer for a project or the site: events with their people and the things they touch.

An event is told to whoever may read the log. What it touched is named only where the reader may read that text:
`sources.access.visible_to` decides, so a log never gives away the title of a draft or a private note.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import and_, false, func, not_, or_, select, true

from kmwiki.accounts.models import Project, User
from kmwiki.coding.models import BatchCoding, Code, Coding
from kmwiki.coding.seen import is_unseen, seen_by
from kmwiki.entries.models import Entry
from kmwiki.events.models import Event
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute, Session

    from kmwiki.security.policy import Caller

T = TypeVar("T", User, Project, Code)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events: of one project (None: of the whole site), one person, one verb, from a moment to before another.

    `text` stands in what is told of an event; `meant` are the verbs whose words hold it, which only a door can know.
    """

    project_id: int | None = None
    person: int | None = None
    verb: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    meant: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Told:
    """An event as the reader may know it. `entry`, `source_kind` and `code` stand only for what they may read."""

    seq: int
    when: datetime
    verb: str
    data: dict[str, Any]
    by: User | None = None
    project: Project | None = None
    about: User | None = None
    entry: Entry | None = None
    source_kind: str = ""
    code: Code | None = None
    is_hidden: bool = False


def count(session: Session, caller: Caller, wanted: Wanted) -> int:
    """Count the events wanted."""
    return session.scalar(select(func.count()).select_from(Event).where(*_conditions(caller, wanted))) or 0


def page(session: Session, caller: Caller, wanted: Wanted, *, offset: int, size: int) -> list[Told]:
    """Return events, newest first."""
    found = select(Event).where(*_conditions(caller, wanted)).order_by(Event.seq.desc()).offset(offset).limit(size)
    return tell(session, caller, session.scalars(found).all())


def chunks(session: Session, caller: Caller, wanted: Wanted, *, size: int = 500) -> Iterator[list[Told]]:
    """Give all events wanted, newest first, some at a time: for writing them into a file."""
    last: int | None = None
    while True:
        found = select(Event).where(*_conditions(caller, wanted), true() if last is None else Event.seq < last)
        rows = session.scalars(found.order_by(Event.seq.desc()).limit(size)).all()
        if not rows:
            return
        last = rows[-1].seq
        yield tell(session, caller, rows)
        session.expunge_all()


def people(session: Session, caller: Caller, wanted: Wanted) -> list[User]:
    """Return who did anything in this log that the caller may know of, by name."""
    ids = select(Event.user_id).where(_scope(wanted), Event.user_id.is_not(None), _known_to(caller)).distinct()
    return list(session.scalars(select(User).where(User.id.in_(ids)).order_by(User.name, User.id)))


def verbs(session: Session, caller: Caller, wanted: Wanted) -> list[str]:
    """Return which verbs this log knows, as far as the caller may know of them."""
    known = select(Event.verb).where(_scope(wanted), _known_to(caller))
    return list(session.scalars(known.distinct().order_by(Event.verb)))


def tell(session: Session, caller: Caller, events: Sequence[Event]) -> list[Told]:
    """Join events with what they touch, as far as the caller may read it."""
    kinds, entries = _texts(session, caller, {event.source_id for event in events if event.source_id is not None})
    users = _by_id(session, User, {event.user_id for event in events} | {event.data.get("user") for event in events})
    projects = _by_id(session, Project, {event.project_id for event in events})
    codes = _by_id(session, Code, {_code_of(event) for event in events})
    told = []
    for event in events:
        source_id = event.source_id or 0
        is_hidden = event.source_id is not None and source_id not in entries
        code = None if is_hidden else codes.get(_code_of(event) or 0)
        told.append(
            Told(
                seq=event.seq,
                when=event.created,
                verb=event.verb,
                data=dict(event.data),
                by=users.get(event.user_id or 0),
                project=projects.get(event.project_id or 0),
                about=users.get(event.data.get("user") or 0),
                entry=entries.get(source_id),
                source_kind=kinds.get(source_id, ""),
                code=code if code is not None and code.project_id == event.project_id else None,
                is_hidden=is_hidden,
            )
        )
    return told


def _scope(wanted: Wanted) -> ColumnElement[bool]:
    return true() if wanted.project_id is None else Event.project_id == wanted.project_id


def _conditions(caller: Caller, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [_scope(wanted), _known_to(caller)]
    if wanted.person is not None:
        conditions.append(Event.user_id == wanted.person)
    if wanted.verb:
        conditions.append(Event.verb == wanted.verb)
    if wanted.since is not None:
        conditions.append(Event.created >= wanted.since)
    if wanted.until is not None:
        conditions.append(Event.created < wanted.until)
    if wanted.text:
        conditions.append(_tells_of(caller, wanted))
    return conditions


def _known_to(caller: Caller) -> ColumnElement[bool]:
    """Leave out what would tell how others code in a round that is coded blind."""
    coding = func.coalesce(Event.data["coding"].as_integer(), 0)
    batch = func.coalesce(Event.data["batch"].as_integer(), 0)
    made = select(Coding.id).join(BatchCoding, BatchCoding.coding_id == Coding.id).where(BatchCoding.batch_id == batch)
    return not_(
        or_(
            and_(Event.verb.startswith("coding."), is_unseen(caller, coding)),
            and_(Event.verb.startswith("batch."), made.where(not_(seen_by(caller))).exists()),
        )
    )


def _tells_of(caller: Caller, wanted: Wanted) -> ColumnElement[bool]:
    """The text stands in a name, an address, a project, or the title of a note that the reader may open."""

    def has(*columns: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        return or_(*(column.icontains(wanted.text, autoescape=True) for column in columns))

    people = select(User.id).where(has(User.name, User.called, User.email))
    projects = select(Project.id).where(has(Project.name, Project.slug))
    root = func.coalesce(Source.root_id, Source.id)
    texts = select(Source.id).join(Entry, Entry.source_id == root).where(has(Entry.title), visible_to(caller))
    return or_(
        Event.verb.in_(wanted.meant),
        Event.user_id.in_(people),
        Event.data["user"].as_integer().in_(people),
        Event.project_id.in_(projects) if wanted.project_id is None else false(),
        Event.source_id.in_(texts),
        has(Event.data["address"].as_string()),
    )


def _code_of(event: Event) -> int | None:
    code = event.data.get("code")
    several = event.data.get("codes")
    if code is None and isinstance(several, list) and len(several) == 1:
        code = several[0]
    return code if isinstance(code, int) else None


def _texts(session: Session, caller: Caller, ids: Collection[int]) -> tuple[dict[int, str], dict[int, Entry]]:
    """Return the kind of every text that the caller may read, and the entry it hangs on."""
    if not ids:
        return {}, {}
    root = func.coalesce(Source.root_id, Source.id)
    rows = session.execute(
        select(Source.id, Source.kind, Entry)
        .join(Entry, Entry.source_id == root)
        .where(Source.id.in_(ids), visible_to(caller))
    ).all()
    return {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}


def _by_id(session: Session, table: type[T], ids: Collection[object]) -> dict[int, T]:
    wanted = [each for each in ids if isinstance(each, int)]
    return {row.id: row for row in session.scalars(select(table).where(table.id.in_(wanted)))} if wanted else {}
