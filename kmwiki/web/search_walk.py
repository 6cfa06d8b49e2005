"""Stepping through what a search found in one note: how many places there are, the one before, the one behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

from kmwiki.search.plan import MODES, Mode
from kmwiki.search.stepping import Step, steps
from kmwiki.sources.pinpoints import Pinpoint
from kmwiki.text.marks import highlight

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from werkzeug.datastructures import MultiDict

    from kmwiki.security.policy import Caller
    from kmwiki.sources.models import Source
    from kmwiki.sources.pinpoints import Placed

LONGEST = 500


@dataclass(frozen=True, slots=True)
class Walk:
    """The places of a query in one note. `at` is the one that is open, from 0."""

    text: str
    mode: str
    steps: list[Step]
    at: int

    @property
    def hits(self) -> dict[int, list[tuple[int, int]]]:
        """The places by their source, the open one first of all."""
        found: dict[int, list[tuple[int, int]]] = {}
        for step in (self.steps[self.at], *self.steps):
            found.setdefault(step.source_id, []).append((step.start, step.end))
        return found

    def address(self, by: int) -> str | None:
        """Return where the place so many steps away opens, relative to the page; None beyond the ends."""
        at = self.at + by
        return self.address_of(at) if 0 <= at < len(self.steps) else None

    def address_of(self, at: int) -> str:
        """Return where a place opens, relative to the page."""
        step = self.steps[at]
        given = {"q": self.text, "mode": self.mode, "hit": str(Pinpoint(*step))}
        return f"?{urlencode({name: value for name, value in given.items() if value})}#hit"

    def draw(self, html: str, source_id: int) -> str:
        """Mark the places in the text of a source; the open one gets the id that the page opens at."""
        here = [(step.start, step.end) for step in self.steps if step.source_id == source_id]
        step = self.steps[self.at]
        if step.source_id == source_id:
            html = highlight(html, [(step.start, step.end)], first_id="hit")
            here.remove((step.start, step.end))
        return highlight(html, here) if here else html


def walk_of(session: Session, caller: Caller, source: Source, args: MultiDict[str, str], named: Placed) -> Walk | None:
    """Return the walk that an address asks for: `q`, beginning at the first place that it names. None without one."""
    text, mode = args.get("q", "").strip()[:LONGEST], args.get("mode", "")
    if not text:
        return None
    mode = mode if mode in MODES else ""
    found = steps(session, caller, source, text, cast("Mode", mode or "auto"))
    if not found:
        return None
    return Walk(text, mode, found, _at(found, named))


def _at(found: list[Step], named: Placed) -> int:
    """Return the place that was asked for, or the nearest behind it in its text, or the first of that text."""
    source_id, ranges = next(iter(named.ranges.items()), (0, []))
    start = ranges[0][0] if ranges else 0
    reached = (at for at, step in enumerate(found) if step.source_id == source_id and step.end > start)
    return next(reached, 0)
