"""Every change of a codebook is a numbered version with its author and reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from kmwiki.coding.models import Code, CodebookChange, CodeVersion
from kmwiki.errors import Conflict, say
from kmwiki.events.service import record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller

TOLD = (
    "name_th",
    "name_en",
    "parent_id",
    "position",
    "definition",
    "include",
    "exclude",
    "example",
    "color",
    "pattern",
    "is_codable",
    "aliases",
    "state",
    "merged_into",
)
"""The columns that a version remembers."""


def note_change(
    session: Session, caller: Caller, verb: str, codes: Iterable[Code], *, reason: str = "", **data: Any
) -> int:
    """Write one change of the codebook with each code touched as it is now, and its event. Return its number."""
    touched = list(codes)
    project_id = touched[0].project_id
    number = last_change(session, project_id) + 1
    session.add(
        CodebookChange(project_id=project_id, no=number, verb=verb, author_id=caller.user_id, reason=reason.strip())
    )
    session.flush()
    session.add_all(
        CodeVersion(code_id=code.id, project_id=project_id, change_no=number, data=snapshot(code)) for code in touched
    )
    record(
        session,
        caller,
        verb,
        project_id=project_id,
        change=number,
        codes=[code.id for code in touched],
        reason=reason.strip(),
        **data,
    )
    session.flush()
    return number


def snapshot(code: Code) -> dict[str, Any]:
    """Return what a version tells about a code."""
    return {name: getattr(code, name) for name in TOLD}


def last_change(session: Session, project_id: int) -> int:
    """Return the number of the newest change of a codebook, 0 if there is none."""
    return session.scalar(select(func.max(CodebookChange.no)).where(CodebookChange.project_id == project_id)) or 0


def version_of(session: Session, code: Code) -> int:
    """Return the number of the change that a code has had last."""
    return session.scalar(select(func.max(CodeVersion.change_no)).where(CodeVersion.code_id == code.id)) or 0


def check_base(session: Session, code: Code, base_no: int | None) -> None:
    """Refuse to change a code that was changed since the caller saw version `base_no`; None does not ask."""
    current = version_of(session, code)
    if base_no is not None and base_no != current:
        raise Conflict(
            say(
                "Somebody has changed “%(name)s” since you opened it. Look at it as it is now, then save again.",
                name=code.name_th,
            ),
            {"code_id": code.id, "version": current},
        )
