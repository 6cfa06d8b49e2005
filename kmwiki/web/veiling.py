"""The last veil over pages: whatever a template shows, personal data is hidden from those who may not see it.

Texts come masked from `sources.veil` already; here it is made sure of titles, fields, names and all else that a page
names, and hidden stretches get their title. The addresses of members and one's own account are told by other rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request
from flask_babel import gettext

from kmwiki.accounts.queries import project_by_slug
from kmwiki.db import session
from kmwiki.security.policy import Permission, can
from kmwiki.sources.veil import cleared_forms
from kmwiki.text.veiling import veil_page
from kmwiki.web.context import caller

if TYPE_CHECKING:
    from flask import Flask, Response

OF_PEOPLE = frozenset({"accounts", "users", "mail", "members"})
"""Page families that show the addresses of accounts to those whom these pages let in, and no texts."""
OWN_WORDS = frozenset({"editing.preview"})
"""Answers that draw what the reader has just typed."""


def register(app: Flask) -> None:
    """Draw the veil over every page before it leaves."""
    app.after_request(veil_answer)


def veil_answer(response: Response) -> Response:
    """Hide what the reader may not see."""
    if response.mimetype != "text/html" or request.endpoint in OWN_WORDS or response.direct_passthrough:
        return response
    keep = None if request.blueprint in OF_PEOPLE or request.blueprint == "api" else kept_here()
    if keep is not None:
        page = response.get_data(as_text=True)
        shown = veil_page(page, keep, gettext("Personal data is hidden"))
        if shown is not page:
            response.set_data(shown)
    return response


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
