"""How many requests each token has made of late, kept in memory.

The library's own memory store starts a thread at every request to clear up; on a busy machine the wait for it was a
third of the time of a small request. Here who comes next clears up.
"""

from __future__ import annotations

import time
from collections import deque
from threading import Lock

from limits.storage import MovingWindowSupport, Storage

SWEPT_EVERY = 300.0  # seconds


class RecentRequests(Storage, MovingWindowSupport):
    """The moments of each key's requests, the newest last. Known to the limiter as `recent://`."""

    STORAGE_SCHEME = ["recent"]  # noqa: RUF012 - as the library declares it

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: float | str | bool) -> None:  # noqa: FBT001, FBT002
        """Start empty; the arguments are those that the library gives to every store."""
        super().__init__(uri, wrap_exceptions=wrap_exceptions, **options)
        self._moments: dict[str, deque[float]] = {}
        self._ends: dict[str, float] = {}
        self._lock = Lock()
        self._swept = time.time()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What may go wrong in a store: nothing of its own here."""
        return ValueError

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Note `amount` requests if no more than `limit` were made within `expiry` seconds; say if they may pass."""
        moment = time.time()
        with self._lock:
            self._sweep(moment)
            moments = self._moments.setdefault(key, deque())
            while moments and not moment - expiry <= moments[0] <= moment:  # over, or of a clock that was ahead
                moments.popleft()
            if len(moments) + amount > limit:
                return False
            moments.extend([moment] * amount)
            self._ends[key] = moment + expiry
            return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Return the moment of the oldest request within `expiry` seconds (now if there is none), and their number."""
        del limit
        moment = time.time()
        with self._lock:
            within = [made for made in self._moments.get(key, ()) if moment - expiry <= made <= moment]
        return (within[0] if within else moment), len(within)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count without a limit; the moving window does not need it."""
        self.acquire_entry(key, 2**31, expiry, amount)
        return self.get(key)

    def get(self, key: str) -> int:
        """Return how many requests of the key are kept."""
        with self._lock:
            return len(self._moments.get(key, ()))

    def get_expiry(self, key: str) -> float:
        """Return the moment at which the key's last request no longer counts."""
        return self._ends.get(key, time.time())

    def check(self) -> bool:
        """Memory is always there."""
        return True

    def reset(self) -> int | None:
        """Forget everything; return how many keys there were."""
        with self._lock:
            number = len(self._moments)
            self._moments.clear()
            self._ends.clear()
        return number

    def clear(self, key: str) -> None:
        """Forget one key."""
        with self._lock:
            self._moments.pop(key, None)
            self._ends.pop(key, None)

    def _sweep(self, moment: float) -> None:
        """Now and then forget the keys that have been silent."""
        if abs(moment - self._swept) < SWEPT_EVERY:
            return
        self._swept = moment
        for key in [key for key, end in self._ends.items() if end < moment]:
            del self._moments[key], self._ends[key]
