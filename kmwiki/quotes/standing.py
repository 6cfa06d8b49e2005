"""Where the words of a quote stand in the text as it is now. They are followed as codings are, never looked for."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Literal, NamedTuple

from kmwiki.text.anchors import carry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kmwiki.sources.models import Revision

State = Literal["same", "placed", "changed", "lost", "unknown"]

MOST_COMPARED = 8
"""Following words compares two whole texts, which may take a while: so many pairs at most for one page."""
REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the words are in the head: in a text that reads the `same`, `placed`, `changed`, `lost`; no place if lost.

    `unknown`: there were too many texts to compare for one page.
    """

    state: State
    start: int | None = None
    end: int | None = None


class Asked(NamedTuple):
    """Words [start, end) of an old revision that are followed to a head."""

    old: Revision
    head: Revision
    start: int
    end: int


_Key = tuple[str, str, int, int]
_found: OrderedDict[_Key, Standing] = OrderedDict()
_lock = Lock()


def stand(asked: Iterable[Asked]) -> list[Standing]:
    """Say for each where it stands. What was found is kept: the same two texts always give the same answer."""
    wanted = list(asked)
    pairs: dict[tuple[str, str], list[Asked]] = {}
    for one in wanted:
        if one.old.sha256 != one.head.sha256 and _key(one) not in _found:
            pairs.setdefault((one.old.sha256, one.head.sha256), []).append(one)
    for some in list(pairs.values())[:MOST_COMPARED]:
        _compare(some)
    return [_answer(one) for one in wanted]


def _answer(one: Asked) -> Standing:
    if one.old.sha256 == one.head.sha256:
        return Standing("same", one.start, one.end)
    return _found.get(_key(one), Standing("unknown"))


def _key(one: Asked) -> _Key:
    return one.old.sha256, one.head.sha256, one.start, one.end


def _compare(some: list[Asked]) -> None:
    """Follow passages from one text to another, all at once."""
    first = some[0]
    carried = carry(first.old.reading_text, first.head.reading_text, [(one.start, one.end) for one in some])
    with _lock:
        for one, now in zip(some, carried, strict=True):
            _found[_key(one)] = Standing(now.state, now.start, now.end)
        while len(_found) > REMEMBERED:
            _found.popitem(last=False)
