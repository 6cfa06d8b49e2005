"""Slowing down guessers: so many tries in so long a time for a key, then a wait that ends by itself."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from math import ceil
from threading import Lock
from time import monotonic

MOST_KEYS = 20_000
"""So many keys are remembered; beyond them the one tried longest ago is forgotten, so that a flood of names cannot fill
the memory."""


@dataclass(slots=True)
class Throttle:
    """At most `limit` tries of a key within `window` seconds. Kept in this process; safe between threads."""

    limit: int
    window: float
    _tries: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)  # by their last try, oldest first
    _lock: Lock = field(default_factory=Lock)

    def wait(self, key: str, *, at: float | None = None) -> int:
        """Return how many whole seconds the key must wait before another try; 0: none. `at` is monotonic time."""
        moment = monotonic() if at is None else at
        with self._lock:
            tries = self._live(key, moment)
            return 0 if len(tries) < self.limit else max(1, ceil(tries[0] + self.window - moment))

    def note(self, key: str, *, at: float | None = None) -> None:
        """Count a try of the key."""
        moment = monotonic() if at is None else at
        with self._lock:
            tries = self._live(key, moment)
            tries.append(moment)
            self._tries[key] = tries
            self._tries.move_to_end(key)
            self._drop_old(moment)

    def forget(self, key: str) -> None:
        """Count the key's tries from zero again, as after a right password."""
        with self._lock:
            self._tries.pop(key, None)

    def give_back(self, key: str) -> None:
        """Take back the key's last try, which turned out to be no guess."""
        with self._lock:
            tries = self._tries.get(key)
            if tries:
                tries.pop()

    def clear(self) -> None:
        """Forget every key."""
        with self._lock:
            self._tries.clear()

    def __len__(self) -> int:
        """Return how many keys are remembered."""
        return len(self._tries)

    def _drop_old(self, moment: float) -> None:
        """Drop what has passed, and what is too much; each key is dropped once, so that no try pays for all of them."""
        while self._tries:
            oldest = next(iter(self._tries.values()))
            if len(self._tries) <= MOST_KEYS and oldest and oldest[-1] > moment - self.window:
                return
            self._tries.popitem(last=False)

    def _live(self, key: str, moment: float) -> deque[float]:
        tries = self._tries.get(key, deque())
        while tries and tries[0] <= moment - self.window:
            tries.popleft()
        if not tries:
            self._tries.pop(key, None)
        return tries
