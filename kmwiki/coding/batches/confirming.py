"""Saying yes to a coding that a batch made: from then on it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmwiki.coding.models import BatchCoding
from kmwiki.db import now

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.coding.models import Coding
    from kmwiki.security.policy import Caller


def confirm(session: Session, caller: Caller, coding: Coding) -> bool:
    """Let a coding count from now on, and note who said so. Return whether it had waited; rights were checked."""
    if coding.status == "accepted":
        return False
    coding.status = "accepted"
    made = session.get(BatchCoding, coding.id)
    if made is not None:
        made.accepted_by, made.accepted = caller.user_id, now()
    session.flush()
    return True
