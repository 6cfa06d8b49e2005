"""Identities towards other programs (REFI-QDA): stored where a row has one, derived from its project's otherwise.

Codes, groups of codes and codings have GUIDs of their own, which came with them or were drawn when they were made. All
else that a project file names - people, texts, selections, notes, sets, cases, variables - gets the version 5 UUID of
`table/id` in the space of the project's GUID. It is the same in every export and from every copy of the instance, and
another one in every other project.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from kmwiki.coding.codebook.models import CodeGroup
from kmwiki.coding.models import Code, Coding

if TYPE_CHECKING:
    from kmwiki.accounts.models import Project
    from kmwiki.db import Base

SELECTION, NOTE = "selection", "memo"
"""Parts of a coding that the format names by themselves: the passage it stands on, and the coder's memo."""


def guid_of(project: Project, row: Base, *, part: str = "") -> str:
    """Return the stable GUID of a row, in lower case and without braces; `part` names something of it (`SELECTION`)."""
    if isinstance(row, Code | CodeGroup | Coding) and not part:
        return row.guid.strip("{}").lower()
    return derived(project, row.__tablename__, row.id, part=part)  # type: ignore[attr-defined]  # all but links have one


def derived(project: Project, table: str, number: int, *, part: str = "") -> str:
    """Return the GUID of `table`'s row `number` in a project; `part` names something of it."""
    name = f"{table}/{number}/{part}" if part else f"{table}/{number}"
    return str(uuid5(UUID(project.guid), name))
