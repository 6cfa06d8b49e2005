"""What every page request and answer passes: CSRF token, origin check, content policy, size limit."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import g, request
from flask_wtf.csrf import CSRFProtect

from kmwiki.api.v1.ground import bp as api
from kmwiki.errors import Forbidden, say
from kmwiki.security import csp
from kmwiki.web import veiling
from kmwiki.web.context import settings

if TYPE_CHECKING:
    from flask import Flask, Response

csrf = CSRFProtect()

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def nonce() -> str:
    """Return the script nonce of this answer."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def register(app: Flask) -> None:
    """Put the guard before and after every request."""
    csrf.init_app(app)
    csrf.exempt(api)  # tokens only: no cookie is read there
    app.before_request(check_origin)
    app.after_request(add_headers)
    veiling.register(app)
    app.jinja_env.globals["csp_nonce"] = nonce


def check_origin() -> None:
    """Refuse a write that a page of another site sent. Forbidden."""
    if request.method in SAFE_METHODS or request.blueprint == "api":
        return
    origin = request.headers.get("Origin") or _referring_site()
    if origin is None and request.headers.get("Sec-Fetch-Site") != "cross-site":
        return
    ours = {request.host_url.rstrip("/"), settings().base_url}
    if origin is None or origin == "null" or not any(own and _same(origin, own) for own in ours):
        raise Forbidden(say("This form was sent from another site, so nothing was done."))


def _referring_site() -> str | None:
    """Return the site of the page that sent the form, as browsers without an Origin header still tell it."""
    referrer = request.headers.get("Referer", "")
    scheme, mark, rest = referrer.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}" if mark else None


def _same(origin: str, own: str) -> bool:
    try:
        theirs, mine = urlsplit(origin), urlsplit(own)
    except ValueError:  # no address at all, such as http://[
        return False
    return theirs.netloc == mine.netloc and (theirs.scheme == mine.scheme or settings().is_https)


def add_headers(response: Response) -> Response:
    """Add the content policy and the other protective headers."""
    for name, value in csp.headers(nonce=nonce(), is_https=settings().is_https).items():
        response.headers.setdefault(name, value)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store" if response.mimetype == "text/html" else "no-cache"
    return response
