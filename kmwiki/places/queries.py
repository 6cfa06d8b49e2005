"""Looking places up: by code, by what somebody wrote or is writing, and in a running text."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from kmwiki.errors import Invalid, NotFound, say
from kmwiki.places.aliases import COMMON_WORDS, IN_RUNNING_TEXT, NOT_THE_PROVINCE
from kmwiki.places.gazetteer import Place, gazetteer, key
from kmwiki.places.reading import parts_of, readings

if TYPE_CHECKING:
    from kmwiki.places.aliases import Level

__all__ = ["Place", "choose", "find_place", "guess_province", "place", "provinces", "readings", "resolve"]

_NEAR_ENOUGH = 72.0  # of 100: `ตะโหม` and `ตะโหมด` are 91 apart from equal, unrelated names stay under 65
_SHORTEST_GUESS = 3


def place(code: str) -> Place:
    """Return the place with that code. NotFound if there is none."""
    found = gazetteer().by_code.get(code)
    if found is None:
        raise NotFound(say("There is no place with the code %(code)s.", code=code[:20]))
    return found


def provinces() -> list[Place]:
    """Return the 77 provinces in the order of their codes."""
    return [each for each in gazetteer().by_code.values() if each.level == "province"]


def resolve(text: str) -> Place | None:
    """Return the place that `text` surely means, or None if it is unknown or may mean several."""
    found = readings(text)
    return found[0] if len(found) == 1 else None


def choose(text: str, *, field: str = "places") -> Place:
    """Return the place that a person wrote.

    Invalid names the places it may be when it is ambiguous, or the nearest when unknown.
    """
    found = readings(text)
    if len(found) == 1:
        return found[0]
    if found:
        offers = " / ".join(each.label for each in found[:4])
        message = say(
            "“%(text)s” may be several places: %(offers)s. Write the district and the province too.",
            text=text[:80],
            offers=offers,
        )
    elif near := find_place(text, limit=1):
        message = say("“%(text)s” was not found. Do you mean %(offer)s?", text=text[:80], offer=near[0].label)
    else:
        message = say("“%(text)s” is no place we know. Write it like อ.ควนขนุน จ.พัทลุง.", text=text[:80])
    raise Invalid.one(field, message)


def find_place(text: str, *, level: Level | None = None, within: str = "", limit: int = 10) -> list[Place]:
    """Return places for what is being typed, best first.

    The same name, names that begin so, that hold it, that look like it.

    `within` is the code of a place they must lie in. An empty text finds nothing.
    """
    exact = [each for each in readings(text) if _is_wanted(each, level, within)]
    parts = parts_of(text)
    if not parts:
        return exact[:limit]
    first, around = parts[0], [part.codes() for part in parts[1:]]
    wanted = key(first.name)
    ranked: list[tuple[int, int, str]] = []
    for each in gazetteer().by_code.values():
        if not _is_wanted(each, level or first.level, within) or not all(
            any(each.code.startswith(c) for c in codes) for codes in around
        ):
            continue
        rank = _rank(each, wanted)
        if rank is not None:
            ranked.append((rank, len(each.code), each.code))
    found = [gazetteer().by_code[code] for _, _, code in sorted(ranked)] or _similar(
        wanted, level or first.level, within
    )
    return list(dict.fromkeys([*exact, *found]))[:limit]


def _is_wanted(each: Place, level: Level | None, within: str) -> bool:
    return (level is None or each.level == level) and each.code.startswith(within)


def _rank(each: Place, wanted: str) -> int | None:
    if each.code in gazetteer().by_key.get(wanted, ()):
        return 0
    thai, english = _keys()[each.code]
    if thai.startswith(wanted) or english.startswith(wanted) or thai.removeprefix("เมือง").startswith(wanted):
        return 1
    return 2 if wanted in thai or wanted in english else None


@cache
def _keys() -> dict[str, tuple[str, str]]:
    return {each.code: (key(each.name_th), key(each.name_en)) for each in gazetteer().by_code.values()}


def _similar(wanted: str, level: Level | None, within: str) -> list[Place]:
    if len(wanted) < _SHORTEST_GUESS:
        return []
    books = gazetteer()
    names = process.extract(wanted, list(books.by_key), scorer=fuzz.ratio, score_cutoff=_NEAR_ENOUGH, limit=8)
    found = [books.by_code[code] for name, _, _ in names for code in books.by_key[name]]
    return [each for each in found if _is_wanted(each, level, within)]


@cache
def province_pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return what finds the names of provinces in running text (a word such as จังหวัด, the name), and their codes."""
    names = {each.name_th: each.code for each in provinces()} | dict(IN_RUNNING_TEXT)
    ordered = sorted([*names, *NOT_THE_PROVINCE], key=len, reverse=True)
    return re.compile(rf"(จังหวัด\s?|จว\.\s?|จ\.\s?)?({'|'.join(map(re.escape, ordered))})"), names


def guess_province(text: str) -> Place | None:
    """Guess the province that a text is about, or None if it names none or two equally often.

    A name after จังหวัด or จ. counts three times, one in the first line (the title) five times more; names that are
    everyday words (เลย, ตาก, แพร่) count only after such a word.
    """
    pattern, names = province_pattern()
    line = len(text) - len(text.lstrip())
    end_of_title = text.find("\n", line) if "\n" in text[line:] else len(text)
    votes: Counter[str] = Counter()
    for match in pattern.finditer(text):
        code = names.get(match[2])
        if code is None or (match[2] in COMMON_WORDS and not match[1]):
            continue
        votes[code] += (3 if match[1] else 1) + (5 if match.start() < end_of_title else 0)
    best = votes.most_common(2)
    if not best or (len(best) > 1 and best[0][1] == best[1][1]):
        return None
    return place(best[0][0])
