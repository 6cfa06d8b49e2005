"""Checking and rendering what people send as text, before anything is written."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from kmwiki.errors import Invalid, say
from kmwiki.text.markdown import Rendered, render

if TYPE_CHECKING:
    from kmwiki.errors import Message

FORMATS = ("markdown", "plain")
MAX_BODY_BYTES = 2 * 1024 * 1024


def problem_of(text: str, *, longest: int | None = None) -> Message | None:
    """Say why a text cannot be stored, or None.

    NUL, a half character (lone surrogate), more than `longest` code points.
    """
    if "\x00" in text:
        return say(
            "There is a NUL character in it, which no text has. Take it out, or send the file through the import."
        )
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return say(
            "Character %(place)s is only half a character (a lone surrogate). Type it again.", place=error.start + 1
        )
    if longest is not None and len(text) > longest:
        return say("It has %(length)s characters; at most %(longest)s fit.", length=len(text), longest=longest)
    return None


def check_body(body: str, body_format: str) -> None:
    """Refuse a body that cannot be stored. Invalid names `body` or `body_format`."""
    if body_format not in FORMATS:
        raise Invalid.one("body_format", say("The format must be markdown or plain."))
    if problem := problem_of(body):
        raise Invalid.one("body", problem)
    size = len(body.encode())
    if size > MAX_BODY_BYTES:
        message = say(
            "The text has %(size)s MB; at most 2 MB fit in one note. Cut it into several.",
            size=f"{size / 1024 / 1024:.1f}",
        )
        raise Invalid.one("body", message)


@lru_cache(maxsize=16)
def rendered(body: str, body_format: str) -> Rendered:
    """Render a body.

    The last few stay at hand, so that a door may render before its transaction opens and the service finds it done.
    """
    return render(body, body_format)


def prepare(body: str | None, body_format: str | None) -> None:
    """Check and render ahead of the transaction that will save this body, so that the writer's lock is held briefly."""
    if body is not None:
        check_body(body, body_format or "markdown")
        rendered(body, body_format or "markdown")


def sha256(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
