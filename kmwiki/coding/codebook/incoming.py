"""A codebook file against the codebook: what each of its codes would do, before anything is written. Pure.

A code of the file is the one here with its GUID, else the one of its name in its place, else, if the file gives it no
GUID, the only one of its name anywhere. Judged is what the codebook would be in the end, so that two codes of a file
may change places. What is refused is left as it is, and with it what the file puts under a code that is refused.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from kmwiki.coding.codebook.codes import clean_aliases
from kmwiki.coding.codebook.incoming_places import Places, loops_among, order_by_depth
from kmwiki.coding.codebook.incoming_whole import Whole
from kmwiki.errors import Message, say
from kmwiki.formats.codebooks import TEXTS, FileBook, FileCode, one_line, plain
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmwiki.coding.codebook.incoming_groups import GroupLine
    from kmwiki.coding.models import Code

Verdict = Literal["new", "changed", "same", "twice", "loop", "conflict", "wrong"]
WRITTEN = frozenset({"new", "changed"})
FINE = frozenset({"new", "changed", "same"})
LONGEST_NAME, LONGEST_TEXT, MOST_ALIASES = 200, 20_000, 100


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that the file changes, with both values; of `parent` the names."""

    field: str
    old: Any
    new: Any


@dataclass(slots=True)
class Row:
    """A code of the file and what becomes of it. Parents are ids; of a new code, minus its row number from 1."""

    number: int  # from 1, in the order of the file
    code: FileCode
    verdict: Verdict = "new"
    message: Message | None = None
    target: Code | None = None
    parent: int | None = None
    differences: tuple[Difference, ...] = ()
    comes_back: bool = False  # it was here once and adding it was undone: written as a new one, with its old id

    @property
    def key(self) -> int:
        """What stands for the code: the id of one that is there, minus the number of a new one."""
        return self.target.id if self.target is not None else -self.number

    def refuse(self, verdict: Verdict, message: Message) -> None:
        """Leave the codebook as it is in this row, and say why."""
        self.verdict, self.message, self.differences = verdict, message, ()


@dataclass(frozen=True, slots=True)
class Report:
    """All rows of a file in its order, and the version of the codebook that they were compared with."""

    book: FileBook
    rows: tuple[Row, ...]
    base_no: int = 0
    groups: tuple[GroupLine, ...] = ()

    @property
    def counts(self) -> Counter[str]:
        """How many rows have each verdict."""
        return Counter(row.verdict for row in self.rows)

    @property
    def written(self) -> list[Row]:
        """The rows that would change the codebook."""
        return [row for row in self.rows if row.verdict in WRITTEN]

    @property
    def written_groups(self) -> list[GroupLine]:
        """The groups that would change."""
        return [line for line in self.groups if line.is_written]


@dataclass(slots=True)
class _Desk:
    """What is compared: the rows, the codes that are there, and which row has taken which code."""

    rows: list[Row]
    present: Sequence[Code]
    live: dict[int, Code] = field(default_factory=dict)
    taken: dict[int, int] = field(default_factory=dict)  # code id -> row number
    by_name: dict[str, list[Code]] = field(default_factory=lambda: defaultdict(list))
    names_in_file: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.live = {code.id: code for code in self.present if code.state == "live"}
        for code in self.live.values():
            self.by_name[fold(code.name_th)].append(code)
        self.names_in_file = Counter(fold(row.code.name) for row in self.rows)


def judge(book: FileBook, present: Sequence[Code], *, base_no: int = 0) -> Report:
    """Say of each code of a file what it would do to a codebook; `present` are all its codes, retired ones too."""
    rows = [Row(number, code) for number, code in enumerate(book.codes, start=1)]
    desk = _Desk(rows, present)
    _check_alone(rows)
    _match_guids(desk)
    above = _places_in_file(desk)
    for index in order_by_depth(above):
        _settle(desk, index, above)
    _check_whole(desk)
    for row in rows:
        if row.verdict == "new" and row.target is not None and not row.comes_back:
            row.differences = _differences(row, desk)
            row.verdict = "changed" if row.differences else "same"
    return Report(book, tuple(rows), base_no)


def _check_alone(rows: Sequence[Row]) -> None:
    """Refuse what is wrong in itself: no name, too long, a GUID that an earlier row has."""
    seen: dict[str, Row] = {}
    for row in rows:
        code = row.code
        if code.problem is not None:
            row.refuse("wrong", code.problem)
        elif not code.name:
            row.refuse("wrong", say("It has no name."))
        elif len(code.name) > LONGEST_NAME or len(code.given.get("name_en", "")) > LONGEST_NAME:
            row.refuse("wrong", say("The name is longer than %(most)s characters.", most=LONGEST_NAME))
        elif any(len(code.given.get(name, "")) > LONGEST_TEXT for name in TEXTS):
            row.refuse("wrong", say("A text is longer than %(most)s characters.", most=LONGEST_TEXT))
        elif _too_many(code.given.get("aliases", ())):
            row.refuse("wrong", say("It has more than %(most)s other names, or one too long.", most=MOST_ALIASES))
        elif code.guid and code.guid in seen:
            row.refuse("twice", say("Row %(row)s has the same GUID.", row=seen[code.guid].number))
        seen.setdefault(code.guid, row)


def _too_many(aliases: Sequence[str]) -> bool:
    return len(aliases) > MOST_ALIASES or any(len(alias) > LONGEST_NAME for alias in aliases)


def _match_guids(desk: _Desk) -> None:
    known = {code.guid.lower(): code for code in desk.present}
    for row in desk.rows:
        code = known.get(row.code.guid) if row.code.guid else None
        if row.verdict != "new" or code is None:
            continue
        if code.state == "undone":  # it was brought in once and that was undone: it comes back as a new one
            row.target, row.comes_back = code, True
            desk.taken[code.id] = row.number
            continue
        if code.state != "live":
            row.target = code
            row.refuse(
                "conflict",
                say(
                    "This code is no longer in use here: it was retired or merged. Bring it back first, if you want it."
                ),
            )
            continue
        row.target = code
        desk.taken[code.id] = row.number


def _places_in_file(desk: _Desk) -> list[int | None]:
    """Find the row above each row; whose place is a path may stand under a code of the codebook instead."""
    places = Places(desk.rows, desk.live)
    above: list[int | None] = []
    for row in desk.rows:
        at, code_id, problem = places.find(row)
        above.append(at)
        if code_id is not None:
            row.parent = code_id
        if problem is not None and row.verdict == "new":
            row.refuse("conflict", problem)
    for index in loops_among(above):
        desk.rows[index].refuse("loop", say("It stands under itself: the file leads round in a loop."))
        above[index] = None
    for index, row in enumerate(desk.rows):
        at = above[index]
        if row.verdict == "twice" and row.code.guid and _is_below_its_twin(desk.rows, above, at, row.code.guid):
            row.refuse("loop", say("It stands under a code with its own GUID: a loop."))
    return above


def _is_below_its_twin(rows: Sequence[Row], above: Sequence[int | None], at: int | None, guid: str) -> bool:
    while at is not None:
        if rows[at].code.guid == guid:
            return True
        at = above[at]
    return False


def _settle(desk: _Desk, index: int, above: Sequence[int | None]) -> None:
    """Give a row its parent and, if no GUID has told, the code that it is."""
    row, at = desk.rows[index], above[index]
    if row.verdict != "new":
        return
    if at is not None:
        over = desk.rows[at]
        if over.verdict not in FINE and (over.target is None or over.target.state != "live"):
            row.refuse("wrong", say("It stands under row %(row)s, which cannot be taken.", row=over.number))
            return
        row.parent = over.key
    if row.target is None:
        _match_name(desk, row)
    if row.target is not None and not row.code.has_place:
        row.parent = None if row.comes_back else row.target.parent_id


def _match_name(desk: _Desk, row: Row) -> None:
    name = fold(row.code.name)
    named = desk.by_name.get(name, [])
    here = [code for code in named if code.parent_id == row.parent] if row.code.has_place else []
    if not here and not row.code.guid:
        if not row.code.has_place and len(named) > 1:
            row.refuse(
                "conflict", say("Several codes here bear this name. Give its GUID, or the code it stands under.")
            )
            return
        is_only_one = len(named) == 1 and desk.names_in_file[name] == 1
        here = named if is_only_one or not row.code.has_place else []
    if not here:
        return
    code = here[0]
    if code.id in desk.taken:
        row.refuse("twice", say("Row %(row)s is this code already.", row=desk.taken[code.id]))
        return
    row.target = code
    desk.taken[code.id] = row.number


def _check_whole(desk: _Desk) -> None:
    """Refuse rows until the codebook that comes out has no loop, no name twice in a place, and no level too deep."""
    changed = True
    while changed:
        final = Whole(desk.rows, desk.live)
        changed = final.refuse_orphans() or final.refuse_loops() or final.refuse_deep() or final.refuse_names()


def _differences(row: Row, desk: _Desk) -> tuple[Difference, ...]:
    code, given = row.target, row.code.given
    if code is None:
        return ()
    told = {"name_th": row.code.name, **given}
    found = [
        Difference(name, getattr(code, name), told[name])
        for name in ("name_th", *TEXTS, "color", "pattern", "is_codable")
        if name in told and _comparable(name, getattr(code, name)) != told[name]
    ]
    joined = joined_aliases(code, row.code)
    if joined != code.aliases:
        found.append(Difference("aliases", list(code.aliases), joined))
    if code.parent_id != row.parent:
        found.append(Difference("parent", _named(desk, code.parent_id), _named(desk, row.parent)))
    return tuple(found)


def joined_aliases(code: Code, told: FileCode) -> list[str]:
    """Return the other names of a code with those of the file and a former name; a file takes none away."""
    former = [code.name_th] if fold(code.name_th) != fold(told.name) else []
    known = {fold(alias) for alias in (*code.aliases, told.name)}
    more = [alias for alias in clean_aliases([*told.given.get("aliases", ()), *former]) if fold(alias) not in known]
    return [*(alias for alias in code.aliases if fold(alias) != fold(told.name)), *more] if more else list(code.aliases)


def _comparable(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return one_line(value) if name.startswith("name") else plain(value)


def _named(desk: _Desk, key: int | None) -> str:
    if key is None:
        return ""
    if key in desk.live:
        return desk.live[key].name_th
    return next((row.code.name for row in desk.rows if row.key == key), "")
