"""Reading a question out of an address, and saying of each field that cannot be taken why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from kmwiki.coding.schemas import VOICES
from kmwiki.entries.kinds import KINDS
from kmwiki.errors import Invalid, Message, say
from kmwiki.places.queries import choose
from kmwiki.retrieval.asking import (
    AGAINST,
    GROUPINGS,
    LAYERS,
    MOST_CONDITIONS,
    NAMES,
    NO_VOICE,
    SORTS,
    STATES,
    STATUSES,
    TEXTS,
    Question,
    Term,
)
from kmwiki.retrieval.relations import BOOLEAN, OPS, UNITS, Condition
from kmwiki.text.dates import read_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from kmwiki.retrieval.book import Book
    from kmwiki.retrieval.relations import Op, Unit

MOST_VALUES = 50
LONGEST_VALUE = 200
FURTHEST = 100_000


class _Reader:
    """Reads what was given, name by name, and gathers what is wrong."""

    def __init__(self, given: Mapping[str, Iterable[str]], book: Book) -> None:
        self.given, self.book = given, book
        self.wrong: dict[str, Message] = {}
        self.address: dict[str, list[str]] = {}

    def values(self, name: str) -> list[str]:
        """Return the values of a name that are not empty, each once."""
        found = list(dict.fromkeys(value.strip() for value in self.given.get(name, ()) if value.strip()))
        if len(found) > MOST_VALUES:
            self.wrong[name] = say("At most %(most)s values can be chosen here.", most=MOST_VALUES)
        if any(len(value) > LONGEST_VALUE or not _is_storable(value) for value in found):
            self.wrong[name] = say("“%(value)s” is not known here.", value=_shown(max(found, key=len)))
            return []
        return found[:MOST_VALUES]

    def keep(self, name: str, values: Iterable[str]) -> tuple[str, ...]:
        """Write down what was understood of a name."""
        kept = tuple(dict.fromkeys(values))
        if kept:
            self.address[name] = list(kept)
        return kept

    def choices(self, name: str, known: Iterable[str], default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Read values of which each must be one of some names."""
        found = [part.strip() for value in self.values(name) for part in value.split(",") if part.strip()]
        for value in found:
            if value not in known:
                self.wrong[name] = say("%(value)s is none of: %(names)s.", value=_shown(value), names=", ".join(known))
        chosen = tuple(value for value in known if value in found)
        return self.keep(name, chosen) if chosen and chosen != default else chosen or default

    def one(self, name: str, known: Iterable[str], default: str) -> str:
        """Read a value that must be one of some names."""
        found = (self.values(name) or [default])[-1]
        if found not in known:
            self.wrong[name] = say("%(value)s is none of: %(names)s.", value=_shown(found), names=", ".join(known))
            return default
        if found != default:
            self.address[name] = [found]
        return found

    def codes(self, name: str) -> tuple[str, ...]:
        """Read a set of codes."""
        found = []
        for value in self.values(name):
            known = self.book.read(value)
            if known is None:
                self.wrong[name] = say("There is no code or group “%(value)s” here.", value=_shown(value))
            else:
                found.append(known)
        return self.keep(name, found)

    def day(self, name: str, *, is_last: bool) -> date | None:
        """Read one end of a range of days; a month or a year alone means its first or its last day."""
        value = (self.values(name) or [""])[-1]
        if not value:
            return None
        found = read_date(value)
        if len(found) != 1:
            self.wrong[name] = say(
                "“%(value)s” is no date that we understand. Write it like 18 ก.พ. 2551.", value=_shown(value)
            )
            return None
        self.address[name] = [value]
        return found[0].end if is_last else found[0].start

    def places(self) -> tuple[str, ...]:
        """Read places, by code or name."""
        found = []
        for value in self.values("place"):
            try:
                found.append(choose(value, field="place").code)
            except Invalid as error:
                self.wrong["place"] = error.fields["place"]
        return self.keep("place", found)

    def number(self, name: str, *, least: int, most: int) -> int | None:
        """Read a whole number."""
        value = (self.values(name) or [""])[-1]
        if not value:
            return None
        if not re.fullmatch(r"[0-9]{1,18}", value) or not least <= int(value) <= most:
            self.wrong[name] = say("Write a number from %(least)s to %(most)s.", least=least, most=most)
            return None
        self.address[name] = [str(int(value))]
        return int(value)

    def term(self, at: int) -> Term | None:
        """Read the condition with that number; one without a code is none."""
        codes = self.codes(f"code{at}")
        written = (self.values(f"op{at}") or ["and"])[-1]
        op, is_against = written.removeprefix(AGAINST), written.startswith(AGAINST)
        if op not in OPS or (is_against and op in BOOLEAN):
            known = (*OPS, *(f"{AGAINST}{each}" for each in OPS if each not in BOOLEAN))
            self.wrong[f"op{at}"] = say(
                "%(value)s is none of: %(names)s.", value=_shown(written), names=", ".join(known)
            )
            return None
        if not codes:
            return None
        self.address[f"op{at}"] = [written]
        if op != "near":
            return Term(codes, Condition(cast("Op", op), is_against))
        unit = self.one(f"unit{at}", UNITS, "paragraph")
        distance = self.number(f"n{at}", least=0, most=FURTHEST)
        return Term(codes, Condition("near", is_against, 1 if distance is None else distance, cast("Unit", unit)))

    def layer(self) -> str:
        """Read the layer: own, adjudicated, or a round by its id."""
        value = (self.values("layer") or [""])[-1]
        if value and value not in LAYERS and not re.fullmatch(r"[0-9]{1,18}", value):
            self.wrong["layer"] = say("“%(value)s” is not known here.", value=_shown(value))
            return ""
        return (self.keep("layer", [value]) or ("",))[0] if value else ""


def read_question(given: Mapping[str, Iterable[str]], book: Book) -> Question:
    """Read a question from an address: name -> values as typed. Invalid names each field that cannot be taken."""
    reader = _Reader(given, book)
    first = reader.codes("code")
    terms = [term for at in range(1, MOST_CONDITIONS + 1) if (term := reader.term(at)) is not None]
    if terms and not first:
        reader.wrong.setdefault("code", say("Choose the code whose passages are to be found first."))
    below = reader.one("below", ("0", "1"), "1") == "1"
    made: dict[str, Any] = {
        "places": reader.places(),
        "kinds": reader.choices("kind", KINDS),
        "first": reader.day("from", is_last=False),
        "last": reader.day("to", is_last=True),
        "coders": reader.keep("coder", reader.values("coder")),
        "voices": reader.choices("voice", (*VOICES, NO_VOICE)),
        "actor": (reader.keep("actor", reader.values("actor")[-1:]) or ("",))[0],
        "tags": reader.keep("tag", reader.values("tag")),
        "statuses": reader.choices("status", STATUSES, ("accepted",)),
        "states": reader.choices("state", STATES, ("placed", "changed")),
        "texts": reader.choices("in", TEXTS),
        "layer": reader.layer(),
        "entry": reader.number("entry", least=1, most=10**18),
        "sort": reader.one("sort", SORTS, "text"),
        "by": reader.one("by", GROUPINGS, "none"),
    }
    if made["first"] and made["last"] and made["first"] > made["last"]:
        reader.wrong["to"] = say("The first date must not be later than the last.")
    if reader.wrong:
        raise Invalid(say("Some of the question cannot be taken as it is."), reader.wrong)
    return Question(terms=(Term(first or ("any",)), *terms), below=below, **made, address=_numbered(reader.address))


def refuse_unknown(names: Iterable[str], *, field: str, besides: Iterable[str] = ()) -> None:
    """Raise Invalid for a name that is no part of a question: a slip of the pen would widen what is found unnoticed."""
    unknown = sorted({*names} - {*NAMES, *besides})
    if unknown:
        message = say("“%(name)s” is no part of a question. Copy the address of the page.", name=_shown(unknown[0]))
        raise Invalid.one(field, message)


def _numbered(address: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Number the conditions that are left from 1 on: a row of a form that was emptied leaves no hole."""
    kept = [at for at in range(1, MOST_CONDITIONS + 1) if f"code{at}" in address and f"op{at}" in address]
    made = {name: values for name, values in address.items() if not re.fullmatch(r"(op|code|n|unit)[0-9]+", name)}
    for new, old in enumerate(kept, start=1):
        made |= {
            f"{name}{new}": address[f"{name}{old}"] for name in ("op", "code", "n", "unit") if f"{name}{old}" in address
        }
    return made


def _is_storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def _shown(text: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in text[:80])
