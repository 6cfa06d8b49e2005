"""Words that only this instance can have written: signed with its key, so that nothing of them need be stored."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmwiki.config import Settings


def read_secret(settings: Settings) -> str:
    """Return the signing key: the one set, or the one that the instance keeps."""
    return settings.secret_key or (settings.instance / "secret").read_text(encoding="ascii").strip()


def sign(settings: Settings, purpose: str, value: str) -> str:
    """Return `value` with a signature that holds for this purpose alone: `value.SIGNATURE`."""
    return f"{value}.{_signature(settings, purpose, value)}"


def signed_value(settings: Settings, purpose: str, token: str) -> str | None:
    """Return the value of a token that `sign` made for this purpose here, else None."""
    value, _, signature = token.rpartition(".")
    known = _signature(settings, purpose, value)
    return value if hmac.compare_digest(known.encode(), signature.encode("utf-8", "surrogatepass")) else None


def _signature(settings: Settings, purpose: str, value: str) -> str:
    told = f"{purpose}:{value}".encode("utf-8", "surrogatepass")
    return hmac.new(read_secret(settings).encode(), told, hashlib.sha256).hexdigest()[:40]
