"""Builders of entries, through the service: a short text of nobody in particular, unless the test says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmwiki.accounts.models import Project
from kmwiki.db import transaction
from kmwiki.entries import service
from kmwiki.entries.schemas import EntryIn

if TYPE_CHECKING:
    from kmwiki.entries.models import Entry
    from kmwiki.security.policy import Caller

BODY = "บ่ายวันเสาร์ วงคุยเริ่มช้า\n\nป้าสมมุติเล่าว่ากองทุนเริ่มจากออมวันละบาท"


def make_entry(project: Project, caller: Caller, **values: Any) -> Entry:
    """Make an entry; `values` are those of EntryIn."""
    data = EntryIn(**{"kind": "reflection", "title": "วงคุยหลังเวที", "body": BODY, "status": "published", **values})
    with transaction() as session:
        return service.create_entry(session, caller, session.get_one(Project, project.id), data)
