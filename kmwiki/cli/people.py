"""Finding the person that a command names by address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmwiki.accounts import queries
from kmwiki.errors import NotFound, say

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import User


def person(opened: Session, email: str) -> User:
    """Return the person with this address. NotFound says how to add one."""
    user = queries.user_by_email(opened, email)
    if user is None:
        raise NotFound(
            say("There is no account for %(email)s. Add it with: kmwiki user add %(email)s --name NAME", email=email)
        )
    return user
