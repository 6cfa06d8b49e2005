"""Writing events: every verb of a service calls `record` in its own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from kmwiki.events.models import Event

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class Doer(Protocol):
    """Whoever did it; `security.policy.Caller` is one."""

    @property
    def user_id(self) -> int | None:
        """The person, or None for a visitor or the program itself."""

    @property
    def token_id(self) -> int | None:
        """The API token used, if one was."""


def record(
    session: Session, doer: Doer, verb: str, *, project_id: int | None = None, source_id: int | None = None, **data: Any
) -> Event:
    """Add an event. `data` must be what JSON can hold; never a password, a token or a whole text."""
    event = Event(
        project_id=project_id, source_id=source_id, user_id=doer.user_id, token_id=doer.token_id, verb=verb, data=data
    )
    session.add(event)
    return event
