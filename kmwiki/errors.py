"""Errors of the domain, free of any channel: the doors turn them into a page, problem+json or an exit code.

Messages are English message ids with named placeholders; a door translates them. `N_` marks an id for the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def N_(message: str) -> str:  # noqa: N802 - the usual name of gettext's no-op marker
    """Mark a message id for extraction without translating it here."""
    return message


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for a person: an English message id and the values of its placeholders."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """Give the English sentence; doors translate `text` first."""
        return self.text % self.values if self.values else self.text


def say(text: str, /, **values: object) -> Message:
    """Make a Message; `text` should come through N_ or stand literally in the call."""
    return Message(text, values)


class KmwikiError(Exception):
    """Base of every error that a caller of the domain may meet and a person may read."""

    def __init__(self, message: Message | str) -> None:
        self.message = message if isinstance(message, Message) else Message(message)
        super().__init__(str(self.message))


class NotFound(KmwikiError):  # noqa: N818 - named after what happened
    """It does not exist, or the caller may not know that it does."""


class Forbidden(KmwikiError):  # noqa: N818
    """The caller may see it but may not do this to it."""


class Unauthenticated(Forbidden):
    """Nobody is signed in, or the token is unknown or revoked."""


class Invalid(KmwikiError):  # noqa: N818
    """What was given cannot be taken; `fields` says which field and why."""

    def __init__(self, message: Message | str, fields: Mapping[str, Message] | None = None) -> None:
        super().__init__(message)
        self.fields: dict[str, Message] = dict(fields or {})

    @classmethod
    def one(cls, name: str, message: Message) -> Invalid:
        """Make the error of a single field."""
        return cls(message, {name: message})


class Conflict(KmwikiError):  # noqa: N818
    """The thing has changed since the caller saw it, or exists already. `details` serves the door: texts, ids."""

    def __init__(self, message: Message | str, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.details: dict[str, object] = dict(details or {})


class TooMany(KmwikiError):  # noqa: N818
    """Too many tries in too short a time; `retry_after` is in seconds."""

    def __init__(self, message: Message | str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TooLarge(KmwikiError):  # noqa: N818
    """More was sent than is taken at once."""


class Unavailable(KmwikiError):  # noqa: N818
    """Something this needs is not to be had now: the index, a lock, the disk."""
