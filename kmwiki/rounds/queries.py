"""Reading rounds: their list, and the board of one: texts x coders, how far each is, and nothing of what they coded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from kmwiki.accounts.models import Membership, User
from kmwiki.coding.models import Code, Coding
from kmwiki.coding.round_models import CodingRound, RoundCoder, RoundMark, RoundText
from kmwiki.entries.models import Entry
from kmwiki.rounds.access import is_coder
from kmwiki.security.policy import Caller, Permission, Role, can
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Revision, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

    from kmwiki.rounds.schemas import Progress


@dataclass(frozen=True, slots=True)
class Coder:
    """A coder of a round; `is_member` is false for who may not code in the project any more."""

    id: int
    name: str
    is_member: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """How far a coder is with a text; `codings` is None where the reader may not know yet."""

    progress: Progress
    codings: int | None
    is_before_edit: bool


@dataclass(frozen=True, slots=True)
class TextRow:
    """A text of a round with a cell for each coder. `entry` is None where the reader may not open it."""

    root_id: int
    entry: Entry | None
    revision: int
    is_changed: bool
    is_binned: bool
    cells: Mapping[int, Cell]


@dataclass(frozen=True, slots=True)
class Board:
    """A round with its texts, by their numbers, and its coders, by name."""

    round: CodingRound
    coders: list[Coder]
    rows: list[TextRow]
    is_mine: bool  # the reader codes in it
    author: str = ""

    @property
    def cells(self) -> int:
        """How many texts there are to code, each coder's counted."""
        return len(self.rows) * len(self.coders)

    @property
    def done(self) -> int:
        """How many of them are done."""
        return sum(cell.progress == "done" for row in self.rows for cell in row.cells.values())

    def done_by(self, coder_id: int) -> int:
        """Return how many texts a coder is done with."""
        return sum(row.cells[coder_id].progress == "done" for row in self.rows)


@dataclass(frozen=True, slots=True)
class RoundLine:
    """A round in the list: how many texts and coders, how much is done, what is left to a reader who codes in it."""

    round: CodingRound
    texts: int
    coders: list[str] = field(default_factory=list)
    done: int = 0
    mine_left: int | None = None

    @property
    def percent(self) -> int:
        """How much of the work is done."""
        whole = self.texts * len(self.coders)
        return round(100 * self.done / whole) if whole else 0


def rounds_of(
    session: Session, caller: Caller, project_id: int, *, offset: int = 0, size: int = 20
) -> tuple[list[RoundLine], int]:
    """Return the rounds of a project, open ones first, then the newest, and their number."""
    wanted = CodingRound.project_id == project_id
    total = session.scalar(select(func.count()).select_from(CodingRound).where(wanted)) or 0
    order = (CodingRound.state != "open", CodingRound.id.desc())
    found = session.scalars(select(CodingRound).where(wanted).order_by(*order).offset(offset).limit(size)).all()
    return [_line(session, caller, each) for each in found], total


def _line(session: Session, caller: Caller, found: CodingRound) -> RoundLine:
    texts = session.scalar(select(func.count()).select_from(RoundText).where(RoundText.round_id == found.id)) or 0
    names = session.execute(
        select(User.id, User.name)
        .join(RoundCoder, RoundCoder.coder_id == User.id)
        .where(RoundCoder.round_id == found.id)
        .order_by(User.name, User.id)
    ).all()
    marks = session.execute(
        select(RoundMark.coder_id, func.count()).where(RoundMark.round_id == found.id).group_by(RoundMark.coder_id)
    )
    done = {row[0]: row[1] for row in marks}
    left = None
    if found.state == "open" and caller.user_id in {row.id for row in names}:
        left = texts - done.get(caller.user_id or 0, 0)
    return RoundLine(found, texts, [row.name for row in names], sum(done.values()), left)


def coders_of(session: Session, found: CodingRound) -> list[Coder]:
    """Return the coders of a round, by name."""
    rows = session.execute(
        select(User.id, User.name, User.is_active, User.is_admin, Membership.role)
        .join(RoundCoder, RoundCoder.coder_id == User.id)
        .outerjoin(Membership, (Membership.user_id == User.id) & (Membership.project_id == found.project_id))
        .where(RoundCoder.round_id == found.id)
        .order_by(User.name, User.id)
    )
    return [
        Coder(row.id, row.name, row.is_active and _may_code(found, row.role, is_admin=row.is_admin)) for row in rows
    ]


def _may_code(found: CodingRound, label: str | None, *, is_admin: bool) -> bool:
    role = Role.parse(label or "")
    somebody = Caller(is_admin=is_admin, roles={} if role is None else {found.project_id: role})
    return can(somebody, Permission.CODE, found.project_id)


def board_of(session: Session, caller: Caller, found: CodingRound) -> Board:
    """Return the board of a round. While it is blind, who codes in it learns of others only how far they are."""
    coders = coders_of(session, found)
    mine = is_coder(session, caller, found)
    is_hidden = mine and found.is_blind and found.state == "open"
    marks = {
        (mark.root_id, mark.coder_id): mark
        for mark in session.scalars(select(RoundMark).where(RoundMark.round_id == found.id))
    }
    counts = {
        (root_id, coder_id): count
        for root_id, coder_id, count in session.execute(
            select(Coding.root_id, Coding.coder_id, func.count())
            .where(Coding.round_id == found.id, Coding.deleted.is_(None))
            .group_by(Coding.root_id, Coding.coder_id)
        )
    }
    visible = set(
        session.scalars(
            select(Source.id)
            .join(RoundText, RoundText.root_id == Source.id)
            .where(RoundText.round_id == found.id, visible_to(caller))
        )
    )
    rows = []
    for text, source, entry, is_changed in _texts(session, found):
        cells = {}
        for coder in coders:
            count, mark = counts.get((text.root_id, coder.id), 0), marks.get((text.root_id, coder.id))
            progress: Progress = "done" if mark else "started" if count else "none"
            is_told = not is_hidden or coder.id == caller.user_id
            is_late = mark is not None and mark.revision < source.head_no and is_changed
            cells[coder.id] = Cell(progress, count if is_told else None, is_late)
        shown = entry if source.id in visible else None
        is_binned = source.deleted is not None
        rows.append(TextRow(text.root_id, shown, text.revision, is_changed, is_binned, cells))
    author = session.scalar(select(User.name).where(User.id == found.author_id)) or ""
    return Board(found, coders, rows, mine, author)


def may_run(caller: Caller, found: CodingRound) -> bool:
    """Whether the caller may change and close the round."""
    return can(caller, Permission.RUN_ROUNDS, found.project_id)


def _texts(session: Session, found: CodingRound) -> list[tuple[RoundText, Source, Entry, bool]]:
    """Return the texts of a round by number, each with whether its words have changed since it came in."""
    then, now = aliased(Revision), aliased(Revision)
    rows = session.execute(
        select(RoundText, Source, Entry, then.sha256 != now.sha256)
        .join(Source, Source.id == RoundText.root_id)
        .join(Entry, Entry.source_id == Source.id)
        .join(then, (then.source_id == Source.id) & (then.no == RoundText.revision))
        .join(now, (now.source_id == Source.id) & (now.no == Source.head_no))
        .where(RoundText.round_id == found.id)
        .order_by(Entry.number)
    )
    return [(text, source, entry, bool(changed)) for text, source, entry, changed in rows]


def codes_in(session: Session, ids: Iterable[int]) -> dict[int, Code]:
    """Return codes by their ids, by name; those out of use too."""
    rows = session.scalars(select(Code).where(Code.id.in_(list(ids))).order_by(Code.name_th, Code.id))
    return {code.id: code for code in rows}


def blind_round_of(session: Session, caller: Caller, root_id: int) -> CodingRound | None:
    """Return an open blind round in which the caller codes this text: why only their own codings show on it."""
    if caller.user_id is None:
        return None
    wanted = select(CodingRound).join(RoundText, RoundText.round_id == CodingRound.id)
    wanted = wanted.join(RoundCoder, RoundCoder.round_id == CodingRound.id)
    return session.scalars(
        wanted.where(
            RoundText.root_id == root_id,
            RoundCoder.coder_id == caller.user_id,
            CodingRound.state == "open",
            CodingRound.is_blind,
        ).limit(1)
    ).first()
