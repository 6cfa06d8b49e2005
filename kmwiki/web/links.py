"""The full address of a one-time link, to be handed over by a person."""

from __future__ import annotations

from flask import url_for

from kmwiki.config import DEFAULT_BASE_URL
from kmwiki.web.context import settings


def link_address(secret: str) -> str:
    """Return the address that signs its person in. It is never made from the Host header, which a stranger can set."""
    return (settings().base_url or DEFAULT_BASE_URL) + url_for("accounts.link", secret=secret)
