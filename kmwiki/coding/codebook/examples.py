"""Live examples of a code: passages chosen from its codings, shown as they stand, to those who may read their text.

The codebook keeps only which codings they are. The words stay in the text: who may not read it sees no example, and no
version, file or print of the codebook holds them for others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmwiki.coding.access import coding_for
from kmwiki.coding.codebook.codes import may_edit
from kmwiki.coding.codebook.versions import note_change
from kmwiki.coding.queries import CodingRow, rows_of_codings
from kmwiki.errors import Conflict, Invalid, say
from kmwiki.security.policy import Permission

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from kmwiki.coding.models import Code
    from kmwiki.security.policy import Caller

MOST = 10  # live examples of one code
MANY = 500  # ids in one statement


@dataclass(frozen=True, slots=True)
class Example:
    """A passage that serves as an example, and what has become of it since."""

    row: CodingRow

    @property
    def words(self) -> str:
        """What was coded: the words as the coder saw them."""
        return self.row.coding.ev_quote

    @property
    def words_now(self) -> str:
        """What stands there now, if that is not the same; empty if the words are gone."""
        return "" if self.row.quote is None or self.row.quote == self.words else self.row.quote

    @property
    def is_changed(self) -> bool:
        """Whether the text has been changed there since."""
        return self.row.quote != self.words

    @property
    def is_gone(self) -> bool:
        """Whether the words are no longer in the text."""
        return self.row.quote is None


def add_example(session: Session, caller: Caller, code: Code, coding_id: int, *, reason: str = "") -> Code:
    """Let a passage under a code be one of its examples. NotFound if it may not be read.

    Invalid if it stands under another code or belongs to a round; Conflict if the code is out of use or has the most
    examples that it can have.
    """
    _check(caller, code)
    coding, _ = coding_for(session, caller, coding_id, Permission.READ)
    if coding.code_id != code.id or coding.round_id is not None:
        raise Invalid.one("coding_id", say("Choose a passage that stands under “%(name)s” itself.", name=code.name_th))
    if coding.id in code.example_codings:
        return code
    if len(code.example_codings) >= MOST:
        raise Conflict(say("A code has at most %(most)s live examples. Take one away first.", most=MOST))
    code.example_codings = [*code.example_codings, coding.id]
    note_change(session, caller, "code.edited", [code], reason=reason, coding=coding.id)
    return code


def drop_example(session: Session, caller: Caller, code: Code, coding_id: int, *, reason: str = "") -> Code:
    """Let a passage no longer be an example; one that is none already is no error."""
    _check(caller, code)
    if coding_id in code.example_codings:
        code.example_codings = [each for each in code.example_codings if each != coding_id]
        note_change(session, caller, "code.edited", [code], reason=reason, coding=coding_id)
    return code


def examples_in(session: Session, caller: Caller, project_id: int, coding_ids: Iterable[int]) -> dict[int, Example]:
    """Return, of these codings, those that the caller may read, by id, without removed ones and those of rounds."""
    wanted = sorted(set(coding_ids))
    found: dict[int, Example] = {}
    for start in range(0, len(wanted), MANY):
        rows = rows_of_codings(session, caller, project_id, wanted[start : start + MANY])
        found |= {row.coding.id: Example(row) for row in rows if row.coding.round_id is None}
    return found


def examples_of(session: Session, caller: Caller, code: Code) -> list[Example]:
    """Return the live examples of a code that the caller may read, in the order in which they were chosen."""
    found = examples_in(session, caller, code.project_id, code.example_codings)
    return [found[coding_id] for coding_id in code.example_codings if coding_id in found]


def _check(caller: Caller, code: Code) -> None:
    may_edit(caller, code.project_id)
    if code.state != "live":
        raise Conflict(say("“%(name)s” is no longer in use, so it cannot be changed.", name=code.name_th))
