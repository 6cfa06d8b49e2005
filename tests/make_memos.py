"""Builders of memos, through the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmwiki.accounts.models import Project
from kmwiki.db import transaction
from kmwiki.memos import service
from kmwiki.memos.access import read_target, target_for
from kmwiki.memos.schemas import MemoIn

if TYPE_CHECKING:
    from kmwiki.memos.models import Memo
    from kmwiki.security.policy import Caller

BODY = "ออมวันละบาทเกิดก่อนกองทุนอื่น ควรถามต่อว่าใครเริ่ม"


def make_memo(project: Project, caller: Caller, about: str = "project", **values: object) -> Memo:
    """Write a memo about `entry:3` and its like; `values` are those of MemoIn."""
    with transaction() as session:
        target = target_for(session, caller, project, *read_target(about))
        data = MemoIn.model_validate({"body": BODY, **values})
        return service.add_memo(session, caller, session.get_one(Project, project.id), target, data)
