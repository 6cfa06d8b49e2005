"""The last veil over pages: whatever a template shows, personal data is hidden from those who may not see it.

Texts come masked from `sources.veil` already; here it is made sure of titles, fields, names and all else that a page, a
table file or an answer to a script names, and hidden stretches get their title. The addresses of members and one's own
account are told by other rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app, request
from flask_babel import gettext

from kmwiki.accounts.queries import project_by_slug
from kmwiki.db import session
from kmwiki.security.policy import Permission, can
from kmwiki.sources.veil import cleared_forms
from kmwiki.text.personal import masked
from kmwiki.text.veiling import veil_page
from kmwiki.web.context import caller

if TYPE_CHECKING:
    from flask import Flask, Response

OF_PEOPLE = frozenset({"accounts", "users", "mail", "members"})
"""Page families that show the addresses of accounts to those whom these pages let in, and no texts."""
VEILED = frozenset({"text/html", "text/csv", "text/plain", "application/json"})
"""What is looked through. Streams are not: they are for who sees all, or files, for which there is another rule."""
OWN_WORDS = frozenset({"editing.preview"})
"""Answers that draw what the reader has just typed."""


def register(app: Flask) -> None:
    """Draw the veil over every page before it leaves."""
    app.after_request(veil_answer)


def veil_answer(response: Response) -> Response:
    """Hide what the reader may not see."""
    if response.mimetype not in VEILED or request.endpoint in OWN_WORDS or response.is_streamed:
        return response
    keep = None if request.blueprint in OF_PEOPLE or request.blueprint == "api" else kept_here()
    if keep is not None:
        given = response.get_data(as_text=True)
        shown = _shown(given, response.mimetype, keep)
        if shown is not given:
            response.set_data(shown)
    return response


def _shown(given: str, mimetype: str, keep: frozenset[str]) -> str:
    if mimetype == "text/html":
        return veil_page(given, keep, gettext("Personal data is hidden"))
    if mimetype != "application/json":
        return masked(given, keep)
    value = current_app.json.loads(given)
    shown = _masked_in(value, keep)
    return given if shown == value else current_app.json.dumps(shown)


def _masked_in(value: Any, keep: frozenset[str]) -> Any:
    match value:
        case str():
            return masked(value, keep)
        case dict():
            return {key: _masked_in(each, keep) for key, each in value.items()}
        case list():
            return [_masked_in(each, keep) for each in value]
    return value


def kept_here() -> frozenset[str] | None:
    """Return what may stay of personal data on this page, or None if the reader may see all of it.

    A page of a project asks for rights in it, any other for rights in every project that the reader belongs to.
    """
    person = caller()
    slug = (request.view_args or {}).get("slug")
    own = frozenset({person.email} if person.email else ())
    if not isinstance(slug, str):
        sees = [can(person, Permission.SEE_PERSONAL, each) for each in person.roles]
        return None if person.is_admin or (person.user_id is not None and all(sees)) else own
    with session() as opened:
        project = project_by_slug(opened, slug)
        if project is None:
            return own
        if can(person, Permission.SEE_PERSONAL, project.id):
            return None
        return own | cleared_forms(opened, project.id)
