"""Answers of the database that every search needs, kept as long as nobody has committed anything at all.

An answer is kept only together with the mark of `db.watching`, which is another one after every commit of any process.
Within `one_moment` the mark is asked for once: what is kept then is as old as the moment, or newer.
"""

from __future__ import annotations

from collections import OrderedDict
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from kmwiki.db import watching

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from sqlalchemy.orm import Session

Answer = TypeVar("Answer")
Mark = tuple[int, int]
_MOMENT: ContextVar[Mark | None] = ContextVar("moment", default=None)


@contextmanager
def one_moment() -> Iterator[None]:
    """Ask within as of one moment: the database is looked at once for whether anything has changed."""
    with watching() as (_, mark):
        pass
    before = _MOMENT.set(mark)
    try:
        yield
    finally:
        _MOMENT.reset(before)


class Kept(Generic[Answer]):
    """Answers to one question by who or what it was asked about, the last `most` of them. Safe to use from threads."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._lock = Lock()
        self._answers: OrderedDict[Hashable, tuple[Mark, Answer]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many answers are kept."""
        return len(self._answers)

    def of(self, key: Hashable, read: Callable[[Session], Answer]) -> Answer:
        """Return what the database answers now; `read` asks it of a session that sees what is committed.

        `read` must not ask for what is kept itself: whoever watches the database does so alone.
        """
        moment = _MOMENT.get()
        if moment is not None and (kept := self._known(key, moment)) is not None:
            return kept[1]
        with watching() as (session, mark):
            if mark is not None and (kept := self._known(key, mark)) is not None:
                return kept[1]
            answer = read(session)
        if mark is not None:
            with self._lock:
                self._answers[key] = mark, answer
                self._answers.move_to_end(key)
                while len(self._answers) > self.most:
                    self._answers.popitem(last=False)
        return answer

    def forget(self) -> None:
        """Forget all that is kept."""
        with self._lock:
            self._answers.clear()

    def _known(self, key: Hashable, mark: Mark) -> tuple[Mark, Answer] | None:
        with self._lock:
            kept = self._answers.get(key)
            if kept is None or kept[0] != mark:
                return None
            self._answers.move_to_end(key)
            return kept
