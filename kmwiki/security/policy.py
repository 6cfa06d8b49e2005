"""The whole policy as one table: which role may do what. `sources.access` tells from it who may read which text."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Role(IntEnum):
    """A member's role in a project; each may do all that the lower ones may."""

    READER = 1
    COMMENTER = 2
    RESEARCHER = 3
    SUPERVISOR = 4
    OWNER = 5

    @property
    def label(self) -> str:
        """The name used in the API, on the command line and in the database."""
        return self.name.lower()

    @classmethod
    def parse(cls, label: str) -> Role | None:
        """Return the role of that name, or None."""
        return cls.__members__.get(label.strip().upper())


class Permission(StrEnum):
    """Something a caller may do in a project."""

    READ = "read"
    COMMENT = "comment"
    SEE_PERSONAL = "see_personal"  # telephone numbers, e-mails and citizens' numbers in the texts, unmasked
    WRITE = "write"  # create entries, edit the entries one can read
    CODE = "code"  # make codings, change one's own
    EDIT_CODEBOOK = "edit_codebook"
    IMPORT = "import"
    MODERATE = "moderate"  # bin others' entries, remove others' comments and codings
    RUN_ROUNDS = "run_rounds"  # make coding rounds, choose their texts and coders, close them
    READ_SUPERVISORS = "read_supervisors"  # texts whose audience is the supervisors
    MANAGE = "manage"  # project settings and members


TABLE: Mapping[Permission, Role] = MappingProxyType(
    {
        Permission.READ: Role.READER,
        Permission.COMMENT: Role.COMMENTER,
        Permission.SEE_PERSONAL: Role.RESEARCHER,  # no higher than WRITE: who edits must have the real text
        Permission.WRITE: Role.RESEARCHER,
        Permission.CODE: Role.RESEARCHER,
        Permission.EDIT_CODEBOOK: Role.RESEARCHER,
        Permission.IMPORT: Role.RESEARCHER,
        Permission.MODERATE: Role.SUPERVISOR,
        Permission.RUN_ROUNDS: Role.SUPERVISOR,
        Permission.READ_SUPERVISORS: Role.SUPERVISOR,
        Permission.MANAGE: Role.OWNER,
    }
)
"""The least role that holds each permission."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a signed-in person, a token's owner, or nobody (`user_id` None)."""

    user_id: int | None = None
    name: str = ""
    email: str = ""
    is_admin: bool = False
    roles: Mapping[int, Role] = field(default_factory=dict)
    locale: str = "th"
    theme: str = "auto"
    token_id: int | None = None

    def role_in(self, project_id: int) -> Role | None:
        """Return the role in that project; a site admin acts as an owner everywhere."""
        return Role.OWNER if self.is_admin else self.roles.get(project_id)


NOBODY = Caller()
"""A visitor who has not signed in."""


def can(caller: Caller, permission: Permission, project_id: int) -> bool:
    """Whether the caller holds the permission in the project."""
    role = caller.role_in(project_id)
    return role is not None and role >= TABLE[permission]
