"""The full address of a one-time link: handed over by a person, or sent in a letter."""

from __future__ import annotations

from flask import current_app, url_for

from kmwiki.config import DEFAULT_BASE_URL
from kmwiki.web.context import settings


def site_address() -> str:
    """Return the address of the site: the one set, else where this server was started on.

    It is never made from the Host header, which a stranger can set.
    """
    return settings().base_url or current_app.config.get("KMWIKI_ADDRESS") or DEFAULT_BASE_URL


def link_address(secret: str) -> str:
    """Return the address that signs its person in."""
    return site_address() + url_for("accounts.link", secret=secret)
