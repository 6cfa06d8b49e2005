"""Secrets that a browser, a program or a link carries: 256 random bits each, of which only a hash is ever stored.

A fast hash is right here: nobody can guess 256 random bits, so there is nothing that a slow one would protect.
"""

from __future__ import annotations

import hashlib
import secrets

SECRET_BYTES = 32
API_PREFIX = "kmw_"
"""Starts every API token, so that people and leak scanners recognise one."""


def new_secret() -> str:
    """Return a new secret of 256 bits, safe in addresses and cookies (43 characters)."""
    return secrets.token_urlsafe(SECRET_BYTES)


def new_api_token() -> str:
    """Return a new API token: `kmw_` and a secret."""
    return API_PREFIX + new_secret()


def digest(secret: str) -> str:
    """Return what is stored of a secret: its SHA-256 in hexadecimal. Unpaired surrogates are taken as they are."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def cookie_name(*, is_https: bool) -> str:
    """Return the name of the sign-in cookie. On https the `__Host-` prefix binds it to this very host and to `/`."""
    return "__Host-kmwiki" if is_https else "kmwiki"
