"""Asking for a link by mail: a forgotten password, a link that has grown old. Views of the `accounts` family.

The answer is the same whether or not somebody has the address, so that nobody learns from it who has an account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template, request

from kmwiki.api.v1.errors import words
from kmwiki.db import transaction
from kmwiki.errors import NotFound, TooMany
from kmwiki.notifications import service
from kmwiki.web.links import site_address
from kmwiki.web.post import has_mail
from kmwiki.web.signing_in import address_here

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def forgotten() -> ResponseReturnValue:
    """Draw the form for a forgotten password, or take it. Without mail the page says whom to ask."""
    email = request.form.get("email", "").strip()
    if request.method != "POST" or not has_mail():
        return _page(email=email)
    if not email:
        return _page(is_empty=True), 422
    try:
        with transaction() as opened:
            service.ask_reset(opened, email, address=address_here(), site=site_address())
    except TooMany as error:
        return _too_many(error, email=email)
    return _page(state="asked", email=email)


def renew(secret: str) -> ResponseReturnValue:
    """Send a new link in place of an old one, to the mailbox of the person it was made for."""
    if not has_mail():
        return _page()
    try:
        with transaction() as opened:
            service.ask_again(opened, secret, address=address_here(), site=site_address())
    except NotFound:
        return _page(), 404
    except TooMany as error:
        return _too_many(error)
    return _page(state="renewed")


def _too_many(error: TooMany, **shown: Any) -> ResponseReturnValue:
    return _page(problem=words(error.message), **shown), 429, {"Retry-After": str(error.retry_after)}


def _page(**shown: Any) -> str:
    blank = {"state": "", "email": "", "problem": "", "is_empty": False}
    return render_template("accounts/forgotten.html", is_mailed=has_mail(), **{**blank, **shown})
