"""What can be asked of coded passages, and how it is written in an address: pages, API and command line share it.

`code` names the first set (several are any of them); each further condition has a number: `op1=near`, `code1=12`,
`n1=2`, `unit1=sentence`. The rest narrows: see `NAMES`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kmwiki.retrieval.relations import Condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

AGAINST = "not-"
"""What an operator is written behind to ask for its opposite: `not-near`."""
MOST_CONDITIONS = 8
SORTS = ("text", "date", "date_desc", "code", "entry", "newest")
GROUPINGS = ("none", "code", "place", "entry", "kind", "coder")
STATUSES = ("accepted", "auto", "proposed")
STATES = ("placed", "changed", "lost")
TEXTS = ("entry", "comment")
LAYERS = ("own", "adjudicated")
NO_VOICE = "none"
LISTS = ("code", "place", "kind", "coder", "voice", "tag", "status", "state", "in")
SINGLE = ("below", "from", "to", "actor", "layer", "entry", "sort", "by")
NAMES = (
    *LISTS,
    *SINGLE,
    *(f"{name}{at}" for at in range(1, MOST_CONDITIONS + 1) for name in ("op", "code", "n", "unit")),
)
"""All that a question consists of in an address; the page it is on is no part of it."""


FIRST = Condition("or")
"""The first set stands for itself."""


@dataclass(frozen=True, slots=True)
class Term:
    """A set of codes, by names as `Book.read` gives them, and what passages found before must be towards theirs."""

    codes: tuple[str, ...]
    condition: Condition = FIRST


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. Each filter lets through what has any of its values.

    Coder, voice, status and layer also hold for the passages that others are compared to; all others speak of the note
    or of what is listed.
    """

    terms: tuple[Term, ...] = ()
    below: bool = True  # the codes under each code count as it
    places: tuple[str, ...] = ()  # codes of 2, 4 or 6 digits
    kinds: tuple[str, ...] = ()
    first: date | None = None  # of the event
    last: date | None = None
    coders: tuple[str, ...] = ()  # ids, addresses or names
    voices: tuple[str, ...] = ()
    actor: str = ""
    tags: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ("accepted",)
    states: tuple[str, ...] = ("placed", "changed")
    texts: tuple[str, ...] = ()
    layer: str = ""  # own, adjudicated, or the id of a closed round
    entry: int | None = None  # the number of a note
    sort: str = "text"
    by: str = "none"
    address: Mapping[str, list[str]] = field(default_factory=dict, compare=False)
    """As it stands in addresses: what was understood, in one way of writing."""


def is_asked(given: Mapping[str, Iterable[str]]) -> bool:
    """Whether an address asks for anything at all."""
    return any(value.strip() for name in NAMES for value in given.get(name, ()) if name not in {"sort", "by", "below"})
