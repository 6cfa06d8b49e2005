"""Who is at the other end of a page request, and the settings of this app."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from flask import current_app, g, request

from kmwiki.accounts import queries
from kmwiki.db import session
from kmwiki.errors import NotFound, Unauthenticated, say
from kmwiki.security import tokens
from kmwiki.security.policy import NOBODY, Caller

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from kmwiki.config import Settings

P = ParamSpec("P")
R = TypeVar("R")


def settings() -> Settings:
    """Return the settings of the running app."""
    return cast("Settings", current_app.config["KMWIKI"])


def cookie_name() -> str:
    """Return the name of the sign-in cookie on this site."""
    return tokens.cookie_name(is_https=settings().is_https)


def caller() -> Caller:
    """Return who asks: the signed-in person, or NOBODY. Read once a request."""
    if "caller" not in g:
        secret = request.cookies.get(cookie_name(), "")
        found = None
        if secret and request.blueprint != "api":
            with session() as opened:
                found = queries.caller_for_session(opened, secret)
        g.caller = found or NOBODY
    return cast("Caller", g.caller)


def is_signed_in() -> bool:
    """Whether somebody is signed in."""
    return caller().user_id is not None


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Let only signed-in people through; others are sent to the sign-in page."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if not is_signed_in():
            raise Unauthenticated(say("Please sign in first."))
        return view(*args, **kwargs)

    return checked


def admin_only(view: Callable[P, R]) -> Callable[P, R]:
    """Let only admins through; to others the page does not exist."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if not is_signed_in():
            raise Unauthenticated(say("Please sign in first."))
        if not caller().is_admin:
            raise NotFound(say("There is no such page."))
        return view(*args, **kwargs)

    return checked


def register(app: Flask) -> None:
    """Make the caller known to every template."""

    @app.context_processor
    def know_caller() -> dict[str, object]:
        return {"caller": caller(), "is_signed_in": is_signed_in()}
