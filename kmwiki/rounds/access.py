"""The only way a door gets a coding round, and who may do what in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.coding.round_models import CodingRound, RoundCoder, RoundText
from kmwiki.errors import Conflict, Forbidden, NotFound, say
from kmwiki.security.policy import Permission, can
from kmwiki.sources.access import demand

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller


def round_for(session: Session, caller: Caller, project_id: int, round_id: int) -> CodingRound:
    """Return a round of a project to somebody who codes there. NotFound, Forbidden for who may not code."""
    found = session.get(CodingRound, round_id)
    if found is None or found.project_id != project_id or not can(caller, Permission.READ, project_id):
        raise NotFound(say("There is no such coding round here."))
    demand(caller, Permission.CODE, project_id)
    return found


def demand_running(caller: Caller, project_id: int) -> None:
    """Raise Forbidden unless the caller may make and close rounds."""
    demand(caller, Permission.CODE, project_id)
    if not can(caller, Permission.RUN_ROUNDS, project_id):
        raise Forbidden(say("Only supervisors and owners set up and close coding rounds. Ask one of them."))


def is_coder(session: Session, caller: Caller, found: CodingRound) -> bool:
    """Whether the caller codes in the round."""
    return caller.user_id is not None and session.get(RoundCoder, (found.id, caller.user_id)) is not None


def demand_settling(session: Session, caller: Caller, found: CodingRound) -> None:
    """Raise Forbidden unless the caller may settle its disagreements: its coders, and who runs rounds."""
    if not may_settle(session, caller, found):
        raise Forbidden(say("Only the coders of a round and supervisors settle its disagreements."))


def may_settle(session: Session, caller: Caller, found: CodingRound) -> bool:
    """Whether the caller may settle the disagreements of a round."""
    if not can(caller, Permission.CODE, found.project_id):
        return False
    return can(caller, Permission.RUN_ROUNDS, found.project_id) or is_coder(session, caller, found)


def demand_closed(found: CodingRound) -> None:
    """Raise Conflict while the round is open: nothing of it may be compared."""
    if found.state != "closed":
        raise Conflict(
            say("The coding round “%(name)s” is still open. It can be compared once it is closed.", name=found.name)
        )


def root_in(session: Session, found: CodingRound, root_id: int) -> RoundText:
    """Return a text of a round. NotFound if it is none."""
    text = session.scalar(select(RoundText).where(RoundText.round_id == found.id, RoundText.root_id == root_id))
    if text is None:
        raise NotFound(say("This text does not belong to the coding round “%(name)s”.", name=found.name))
    return text
