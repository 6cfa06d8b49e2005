"""Errors of the domain as pages: what happened, that nothing was lost, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from flask import g, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from kmwiki.api.v1.errors import problem_for
from kmwiki.db import will_pass
from kmwiki.errors import (
    Conflict,
    Forbidden,
    Invalid,
    KmwikiError,
    Message,
    NotFound,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    say,
)
from kmwiki.security.policy import NOBODY

if TYPE_CHECKING:
    from flask import Flask
    from flask.typing import ResponseReturnValue

log = structlog.get_logger(__name__)

STATUS: dict[type[KmwikiError], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    Invalid: 422,
    TooMany: 429,
    Unavailable: 503,
}

TYPED_FIELDS = frozenset(
    {"title", "lead", "body", "memo", "definition", "include", "exclude", "example", "description"}
)
"""The fields in which people write texts that must not be lost."""

HTTP_MESSAGES: dict[int, Message] = {
    400: say("The request could not be understood."),
    404: say("There is no such page."),
    405: say("This address cannot be used that way."),
    413: say("What was sent is larger than this site takes."),
    414: say("The address is too long."),
    415: say("This kind of content cannot be taken here."),
    429: say("Too many requests in a short time. Wait a little and try again."),
    431: say("The address or a header is too long."),
}

KEPT_HEADERS = frozenset({"Allow", "Retry-After", "Accept", "Content-Range"})
"""What the framework says beside its errors: which methods there are, when to come back."""


def register(app: Flask) -> None:
    """Turn every error into a page, or into problem+json below /api/."""
    app.register_error_handler(KmwikiError, draw_domain_error)
    app.register_error_handler(CSRFError, draw_stale_form)
    app.register_error_handler(HTTPException, draw_http_error)
    app.register_error_handler(OperationalError, draw_busy_database)
    app.register_error_handler(OSError, draw_full_disk)
    app.register_error_handler(Exception, draw_fault)


def draw_domain_error(error: KmwikiError) -> ResponseReturnValue:
    """Draw an error that the domain raised."""
    status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
    if _wants_json():
        return problem_for(error, status)
    if isinstance(error, Unauthenticated) and request.method == "GET":
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
    wait = getattr(error, "retry_after", None)
    headers = {} if wait is None else {"Retry-After": str(wait)}
    return draw(status, error.message), status, headers


def draw_stale_form(error: CSRFError) -> ResponseReturnValue:
    """Draw the refusal of a form without its token, or with one grown old; what was typed in it is shown."""
    del error
    refusal = Invalid(
        say(
            "This form had been open too long or was sent from elsewhere, so nothing was saved. "
            "Go back, reload the page and send it again."
        )
    )
    if _wants_json():
        return problem_for(refusal, 422)
    return render_template("errors/stale.html", status=422, message=refusal.message, kept=_typed()), 422


def _typed() -> list[tuple[str, str]]:
    """Return the texts of the form that was sent, but nothing that is secret."""
    fields = request.form.items(multi=True)
    return [(name, value) for name, value in fields if name in TYPED_FIELDS and value.strip()]


def draw_http_error(error: HTTPException) -> ResponseReturnValue:
    """Draw an error that the framework raised: no such address, too large, a wrong method."""
    status = error.code or 500
    if status < 400 or (error.response is not None and error.response.status_code < 400):  # noqa: PLR2004 - a redirect
        return error
    message = HTTP_MESSAGES.get(status, say("The request could not be answered."))
    kept = {name: value for name, value in error.get_headers() if name in KEPT_HEADERS}
    if _wants_json():
        answer = problem_for(Invalid(message), status)
        answer.headers.update(kept)
        return answer
    return draw(status, message), status, kept


def draw_busy_database(error: OperationalError) -> ResponseReturnValue:
    """Draw that the database could not be used now: another writer takes too long, or the disk is full."""
    log.error("the database did not answer", path=_path(), method=request.method, exc_info=error)
    g.setdefault("caller", NOBODY)
    if not will_pass(error):
        return draw_fault(error)
    return _draw_full_disk()


def draw_full_disk(error: OSError) -> ResponseReturnValue:
    """Draw that a file could not be written because the disk is full or fails; any other fault is one of ours."""
    if not will_pass(error):
        return draw_fault(error)
    log.error("the disk did not take what was sent", path=_path(), method=request.method, exc_info=error)
    return _draw_full_disk()


def _draw_full_disk() -> ResponseReturnValue:
    return draw_domain_error(
        Unavailable(
            say(
                "The database is busy or its disk is full, so nothing was saved. "
                "What you typed is in the form: try again."
            )
        )
    )


def draw_fault(error: Exception) -> ResponseReturnValue:
    """Draw a fault of our own; the log has the details, the page has none."""
    log.error("unhandled error", path=_path(), method=request.method, exc_info=error)
    message = say("Something went wrong on our side. What you had saved is safe.")
    g.setdefault("caller", NOBODY)  # the page must not ask the database who reads it: that may be what is broken
    if _wants_json():
        return problem_for(KmwikiError(message), 500)
    return draw(500, message), 500


def draw(status: int, message: Message) -> str:
    """Render the error page of that status."""
    known = {401, 403, 404, 409, 413, 422, 429, 503}
    name = status if status in known else (500 if status >= 500 else 422)  # noqa: PLR2004
    return render_template(f"errors/{name}.html", status=status, message=message, again=_again() if name == 503 else [])  # noqa: PLR2004


def _again() -> list[tuple[str, str, bool]]:
    """Return the fields of the form that was sent, for sending it once more: name, value, whether people wrote it.

    Nothing of a form with a secret or with files in it, or of one that could not be read for want of room.
    """
    if request.method != "POST":
        return []
    try:
        if request.files or any("password" in name for name in request.form):
            return []
        return [(name, value, name in TYPED_FIELDS) for name, value in request.form.items(multi=True)]
    except OSError:
        return []


def _path() -> str:
    """Return the path as a log may hold it: without the secret of a link that lets somebody in."""
    rule = request.url_rule
    return rule.rule if rule is not None and "secret" in (request.view_args or {}) else request.path


def _wants_json() -> bool:
    best = request.accept_mimetypes.best_match(
        ["text/html", "application/json", "application/problem+json"], "text/html"
    )
    return request.path.startswith("/api/") or best != "text/html"
