"""Taking a codebook file in: looked over first, then written as one change of the codebook with its reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import select

from kmwiki.coding.codebook.codes import clean_aliases
from kmwiki.coding.codebook.colours import choose
from kmwiki.coding.codebook.groups import set_members
from kmwiki.coding.codebook.incoming import FINE, Report, Row, joined_aliases, judge
from kmwiki.coding.codebook.incoming_groups import judge_groups
from kmwiki.coding.codebook.models import CodeGroup
from kmwiki.coding.codebook.tree import all_codes, rebuild_all
from kmwiki.coding.codebook.versions import Extra, last_change, members_of, note_change
from kmwiki.coding.models import Code
from kmwiki.errors import Conflict, Forbidden, NotFound, say
from kmwiki.formats.codebooks import TEXTS
from kmwiki.security.policy import Permission, can

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.formats.codebooks import FileBook
    from kmwiki.security.policy import Caller


def look_over(session: Session, caller: Caller, project: Project, book: FileBook) -> Report:
    """Say of each code of a file what it would do; nothing is written. NotFound, Forbidden."""
    _may(caller, project.id)
    report = judge(book, all_codes(session, project.id), base_no=last_change(session, project.id))
    if not book.groups:
        return report
    present = session.scalars(select(CodeGroup).where(CodeGroup.project_id == project.id).order_by(CodeGroup.id)).all()
    inside = members_of(session, [group.id for group in present])
    return replace(report, groups=judge_groups(book, report.rows, present, inside, FINE))


def take_in(
    session: Session,
    caller: Caller,
    project: Project,
    book: FileBook,
    *,
    reason: str = "",
    base_no: int | None = None,
    form: str = "",
) -> Report:
    """Write what the report of a file shows as new and changed: one change of the codebook. Return the report.

    Conflict if `base_no` is given and the codebook has changed since. A file with nothing new in it changes nothing.
    """
    report = look_over(session, caller, project, book)
    if base_no is not None and base_no != report.base_no:
        raise Conflict(
            say("The codebook has changed since the file was looked over. Look at the report as it is now."),
            {"version": report.base_no},
        )
    if not report.written and not report.written_groups:
        return report
    touched, ids = _write(session, project.id, report)
    groups = _write_groups(session, project.id, report, ids)
    counts = report.counts
    note_change(
        session,
        caller,
        "codebook.imported",
        touched,
        reason=reason,
        extra=Extra(groups),
        format=form,
        new=counts["new"],
        changed=counts["changed"],
        left=len(report.rows) - counts["new"] - counts["changed"] - counts["same"],
    )
    return report


def _write(session: Session, project_id: int, report: Report) -> tuple[list[Code], dict[int, int]]:
    """Write the rows. Return the codes that were touched, and the ids of new ones by the keys of their rows."""
    rows = report.written
    codes = {code.id: code for code in all_codes(session, project_id)}
    colours = _Colours(list(codes.values()))
    made: dict[int, Code] = {}
    for row in rows:
        if row.comes_back:
            codes[row.key].state = "live"
            codes[row.key].color, codes[row.key].pattern = colours.pair_for(row)
        if row.target is None:
            colour = colours.pair_for(row)
            made[row.key] = Code(project_id=project_id, guid=row.code.guid or str(uuid4()), name_th=row.code.name)
            made[row.key].color, made[row.key].pattern = colour
    session.add_all(made.values())
    session.flush()
    ends = _Ends(list(codes.values()))
    moved: set[int] = set()
    for row in rows:
        code = made.get(row.key) or codes[row.key]
        _fill(code, row)
        parent = made[row.parent] if row.parent is not None and row.parent < 0 else None
        parent_id = parent.id if parent is not None else row.parent
        if row.target is None or row.comes_back or parent_id != code.parent_id:
            code.parent_id, code.position = parent_id, ends.next_under(parent_id)
            moved.add(code.id)
    session.flush()
    rebuild_all(session, {**codes, **{code.id: code for code in made.values()}}, moved)
    found = [made.get(row.key) or codes[row.key] for row in rows]
    return found, {key: code.id for key, code in made.items()}


def _write_groups(session: Session, project_id: int, report: Report, ids: dict[int, int]) -> list[CodeGroup]:
    """Write the groups; `ids` tells the ids of the new codes by the keys of their rows."""
    found: list[CodeGroup] = []
    for line in report.written_groups:
        group = line.target
        if group is None:
            group = CodeGroup(project_id=project_id, guid=line.group.guid or str(uuid4()), name=line.group.name)
            group.description = ""
            session.add(group)
        group.state = "live"
        if line.is_renamed:
            group.name = line.group.name
        if line.group.description is not None:
            group.description = line.group.description
        session.flush()
        there = members_of(session, [group.id])[group.id]
        set_members(session, group, there | {ids.get(key, key) for key in line.added})
        found.append(group)
    return found


def _fill(code: Code, row: Row) -> None:
    given = row.code.given
    is_new = row.target is None or row.comes_back
    code.aliases = clean_aliases(given.get("aliases", ())) if is_new else joined_aliases(code, row.code)
    code.name_th = row.code.name
    if row.comes_back:
        code.is_codable, code.example_codings = True, []
        for name in TEXTS:
            setattr(code, name, "")
    for name in (*TEXTS, "color", "pattern", "is_codable"):
        if name in given:
            setattr(code, name, given[name])


class _Colours:
    """Gives new codes their colour, as adding them one by one would."""

    def __init__(self, codes: list[Code]) -> None:
        live = [code for code in codes if code.state == "live"]
        self.used = Counter((code.color, code.pattern) for code in live)
        self.siblings: dict[int | None, dict[tuple[int, int], None]] = defaultdict(dict)  # each pair once, newest last
        for code in live:
            self._note(code.parent_id, (code.color, code.pattern))

    def pair_for(self, row: Row) -> tuple[int, int]:
        """Return colour and pattern of a new code: what its file says, and what is chosen for the rest."""
        hue, pattern = row.code.given.get("color"), row.code.given.get("pattern")
        pair = choose(list(self.siblings[row.parent]), self.used, hue=hue)
        pair = (pair[0], pattern or pair[1])
        self.used[pair] += 1
        self._note(row.parent, pair)
        return pair

    def _note(self, parent: int | None, pair: tuple[int, int]) -> None:
        self.siblings[parent].pop(pair, None)
        self.siblings[parent][pair] = None


class _Ends:
    """Tells the place after the last sibling, under each parent."""

    def __init__(self, codes: list[Code]) -> None:
        self.next: dict[int | None, int] = defaultdict(int)
        for code in codes:
            self.next[code.parent_id] = max(self.next[code.parent_id], code.position + 1)

    def next_under(self, parent_id: int | None) -> int:
        """Return the place that a code put there now gets."""
        place = self.next[parent_id]
        self.next[parent_id] += 1
        return place


def _may(caller: Caller, project_id: int) -> None:
    if not can(caller, Permission.READ, project_id):
        raise NotFound(say("There is no such project here."))
    if not can(caller, Permission.EDIT_CODEBOOK, project_id):
        raise Forbidden(
            say("Your role in this project does not let you change the codebook. Ask an owner of the project.")
        )
