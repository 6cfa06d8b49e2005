"""A code that was made in the same breath as a coding goes and comes with it, as long as nobody has taken it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.coding.codebook.codes import retire_code, revive_code
from kmwiki.coding.models import Code, CodebookChange, CodeVersion, Coding
from kmwiki.security.policy import Permission, can

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.coding.actions.models import CodingAction
    from kmwiki.security.policy import Caller

OWN = ("code.created", "code.retired", "code.revived")
"""Changes of a code that leave it as it was made."""


def take_code_away(session: Session, caller: Caller, action: CodingAction) -> bool:
    """Retire the code that an undone action made, unless it is used, changed, built upon or out of use. Tell which."""
    code = None if action.made_code is None else session.get(Code, action.made_code)
    if code is None or code.state != "live" or not can(caller, Permission.EDIT_CODEBOOK, code.project_id):
        return False
    used = select(Coding.id).where(Coding.code_id == code.id, Coding.deleted.is_(None)).limit(1)
    below = select(Code.id).where(Code.parent_id == code.id).limit(1)
    if session.scalar(used) or session.scalar(below) or _is_changed(session, code):
        return False
    retire_code(session, caller, code)
    return True


def bring_code_back(session: Session, caller: Caller, action: CodingAction) -> None:
    """Take the code that an action made into use again, if undoing the action took it out of use."""
    code = None if action.made_code is None else session.get(Code, action.made_code)
    if code is None or code.state != "retired" or not can(caller, Permission.EDIT_CODEBOOK, code.project_id):
        return
    if not _is_changed(session, code):
        revive_code(session, caller, code)


def _is_changed(session: Session, code: Code) -> bool:
    changed = (
        select(CodeVersion.change_no)
        .join(
            CodebookChange,
            (CodebookChange.project_id == CodeVersion.project_id) & (CodebookChange.no == CodeVersion.change_no),
        )
        .where(CodeVersion.code_id == code.id, CodebookChange.verb.not_in(OWN))
    )
    return session.scalar(changed.limit(1)) is not None
