"""When to write that a browser or a token was seen: every few minutes, not at every request."""

from __future__ import annotations

from kmwiki.accounts.sign_ins import SEEN_EVERY
from kmwiki.security.throttle import Throttle

_WRITTEN = Throttle(limit=1, window=SEEN_EVERY.total_seconds())


def is_due(key: str) -> bool:
    """Whether this process should write now that `key` was seen; a yes counts as written."""
    if _WRITTEN.wait(key):
        return False
    _WRITTEN.note(key)
    return True


def forget_all() -> None:
    """Write about everybody again at their next request, as after a restart."""
    _WRITTEN.clear()
