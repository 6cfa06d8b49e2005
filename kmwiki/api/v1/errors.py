"""Errors as application/problem+json (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import jsonify
from flask_babel import gettext

from kmwiki.errors import Conflict, Invalid, KmwikiError, Message

if TYPE_CHECKING:
    from flask import Response


def words(message: Message) -> str:
    """Give a message in the reader's language."""
    return (
        str(gettext(message.text) % message.values) if message.values else str(gettext(message.text).replace("%%", "%"))
    )


def problem_for(error: KmwikiError, status: int) -> Response:
    """Make the answer; `errors` names the fields, and a Conflict's details stand beside them (such as `merge`)."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": words(error.message),
        "errors": [],
    }
    if isinstance(error, Invalid):
        body["errors"] = [{"field": name, "message": words(message)} for name, message in error.fields.items()]
    if isinstance(error, Conflict):
        body.update({name: value for name, value in error.details.items() if name not in body})
    answer = jsonify(body)
    answer.status_code = status
    answer.mimetype = "application/problem+json"
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if (wait := getattr(error, "retry_after", None)) is not None:
        answer.headers["Retry-After"] = str(wait)
    return answer
