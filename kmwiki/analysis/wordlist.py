"""Word counts of a selection, words against the values of a facet, and two selections compared."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from kmwiki.analysis.concordance import word_key
from kmwiki.analysis.counting import Counting, count_words
from kmwiki.analysis.frequencies import Table, Word, by_word, is_number, per_share, tabulate
from kmwiki.analysis.keyness import Keyness, chance, keyness
from kmwiki.analysis.schemas import (
    CellOut,
    CompareOut,
    CrossOut,
    CrossRowOut,
    KeyWordOut,
    SelectionOut,
    WordCountOut,
    WordsOut,
)
from kmwiki.analysis.stop_words import stop_list
from kmwiki.errors import Invalid, say
from kmwiki.search.facets import name_facets
from kmwiki.search.selecting import select_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.analysis.stop_words import StopList
    from kmwiki.search.request import SearchRequest
    from kmwiki.search.selecting import Selected
    from kmwiki.security.policy import Caller

MOST_ROWS = 20_000
"""No file and no list has more words."""
CROSSED = ("province", "kind", "year", "type")
MOST_VALUES, MOST_CROSSED = 12, 30
COMPARE_SORTS = ("log_likelihood", "log_ratio", "count", "other_count", "word")


@dataclass(frozen=True, slots=True)
class Wish:
    """Which words are wanted."""

    least: int = 2
    """The fewest characters of a word, folded."""
    has_numbers: bool = False
    has_stop_words: bool = False
    least_count: int = 1


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks where, in which language."""

    session: Session
    caller: Caller
    project: Project
    locale: str
    translate: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Counted:
    """A selection counted."""

    request: SearchRequest
    selected: Selected
    counting: Counting
    table: Table

    def told(self) -> SelectionOut:
        """Tell what was counted."""
        plan = self.selected.plan
        return SelectionOut(
            text=self.request.text,
            understood=plan.understood if plan is not None else "",
            texts=self.table.texts,
            words=self.table.total,
            different=len(np.unique(self.counting.word_of[self.counting.counts.pairs])),
        )


def read_wish(given: Callable[[str], str]) -> Wish:
    """Read which words are wanted from what a door was given. Invalid names each field that cannot be taken."""
    wrong = {}
    numbers = {}
    for name, default, most in (("min_length", 2, 40), ("min_count", 1, 1_000_000)):
        value = given(name).strip()
        if value and not (value.isascii() and value.isdigit() and len(value) < 8 and 1 <= int(value) <= most):  # noqa: PLR2004
            wrong[name] = say("Write a number from 1 to %(most)s.", most=most)
        else:
            numbers[name] = int(value or default)
    if wrong:
        raise Invalid(say("Some filters cannot be taken as they are."), wrong)
    has_numbers, has_stop_words = (given(name) in {"1", "on", "true"} for name in ("numbers", "stop_words"))
    return Wish(numbers["min_length"], has_numbers, has_stop_words, numbers["min_count"])


def count(asking: Asking, request: SearchRequest, wish: Wish, stops: StopList) -> Counted:
    """Count the words of what a search finds. QueryError and Rebuilding as search raises them."""
    selected = select_texts(asking.session, asking.caller, asking.project, request)
    counting = count_words(asking.session, asking.caller, asking.project, selected)
    table = tabulate(counting.counts, counting.vocabulary.pairs, counting.word_of, _wanted(wish, stops))
    kept = [word for word in table.words if word.count >= wish.least_count]
    return Counted(request, selected, counting, table._replace(words=kept))


def _wanted(wish: Wish, stops: StopList) -> Callable[[str], bool]:
    hidden = frozenset() if wish.has_stop_words else stops.keys

    def wanted(key: str) -> bool:
        return len(key) >= wish.least and key not in hidden and (wish.has_numbers or not is_number(key))

    return wanted


def list_words(asking: Asking, request: SearchRequest, wish: Wish) -> tuple[WordsOut, Counted]:
    """Return a page of the words of a selection, and all that was counted."""
    started = time.perf_counter()
    stops = stop_list(asking.session, asking.project.id)
    counted = count(asking, request, wish, stops)
    table = counted.table
    first = (request.page - 1) * request.size
    counts, locale = counted.selected.counts, asking.locale
    made = WordsOut(
        selection=counted.told(),
        total=len(table.words),
        page=request.page,
        size=request.size,
        complete=counted.selected.is_complete,
        took_ms=round((time.perf_counter() - started) * 1000),
        stop_list=stops.version,
        words=[word_out(word, table.total) for word in table.words[first : first + request.size]],
        facets=name_facets(request, counts, locale=locale, translate=asking.translate),
    )
    return made, counted


def word_out(word: Word, total: int) -> WordCountOut:
    """Tell a word."""
    return WordCountOut(
        word=word.shown,
        key=word.key,
        count=word.count,
        texts=word.texts,
        per_10000=per_share(word.count, total),
        dp=word.dp,
    )


def cross(asking: Asking, counted: Counted, by: str, *, most: int = MOST_CROSSED) -> CrossOut:
    """Count the most frequent words within each value of a facet; a text with two values counts in both.

    Invalid for a facet that there is none of. Years are in order of time, other values the most frequent first.
    """
    if by not in CROSSED:
        raise Invalid.one("by", say("%(value)s is none of: %(names)s.", value=by[:80], names=", ".join(CROSSED)))
    counting, words = counted.counting, counted.table.words[:most]
    values: dict[str, list[int]] = {}
    for place, columns in enumerate(counting.columns):
        for value in columns.get(by, ()):
            values.setdefault(value, []).append(place)
    request = replace(counted.request, facets=(by,), filters={})
    counts = {by: {value: len(places) for value, places in values.items()}}
    named = name_facets(request, counts, locale=asking.locale, translate=asking.translate)[by]
    shown = named[:MOST_VALUES]
    if by == "year":
        shown.sort(key=lambda one: one.value)
    sizes: list[int] = []
    columns_of: list[Sequence[int]] = []
    for one in shown:
        chosen = np.zeros(len(counting.columns), dtype=np.bool_)
        chosen[values[one.value]] = True
        part = counting.counts.of(chosen)
        sizes.append(int(part.sizes.sum()))
        columns_of.append(by_word(part, counting.word_of, counting.size).tolist())
    rows = [
        CrossRowOut(
            word=word.shown,
            key=word.key,
            cells=[
                CellOut(value=one.value, count=column[word.number], per_10000=per_share(column[word.number], size))
                for one, size, column in zip(shown, sizes, columns_of, strict=True)
            ],
        )
        for word in words
    ]
    return CrossOut(by=by, values=shown, sizes=sizes, rows=rows)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two selections with the words that stand in either, in the order asked for."""

    first: Counted
    second: Counted
    rows: list[tuple[Word, int, int, Keyness]]
    """A word, how often it stands in each, and how telling that is."""


def compare(
    asking: Asking,
    requests: tuple[SearchRequest, SearchRequest | None],
    wish: Wish,
    *,
    sort: str = "log_likelihood",
    side: Literal["both", "first", "second"] = "both",
) -> Compared:
    """Compare two selections; without a second one, the first with all other texts that the caller may read.

    Texts that are in both count in both.
    """
    if sort not in COMPARE_SORTS:
        names = ", ".join(COMPARE_SORTS)
        raise Invalid.one("sort", say("%(value)s is none of: %(names)s.", value=sort[:80], names=names))
    stops = stop_list(asking.session, asking.project.id)
    every = replace(wish, least_count=1)
    first = count(asking, requests[0], every, stops)
    second = _rest(asking, first, every, stops) if requests[1] is None else count(asking, requests[1], every, stops)
    words = {word.number: word for word in second.table.words} | {word.number: word for word in first.table.words}
    counts, other_counts = ({word.number: word.count for word in one.table.words} for one in (first, second))
    rows = []
    for number, word in words.items():
        count_, other = counts.get(number, 0), other_counts.get(number, 0)
        if count_ + other >= wish.least_count:
            rows.append((word, count_, other, keyness(count_, first.table.total, other, second.table.total)))
    if side != "both":
        wanted = 1 if side == "first" else -1
        rows = [row for row in rows if row[3].direction == wanted]
    rows.sort(key=_compare_order(sort))
    return Compared(first, second, rows)


def _compare_order(sort: str) -> Callable[[tuple[Word, int, int, Keyness]], tuple[object, ...]]:
    orders: dict[str, Callable[[tuple[Word, int, int, Keyness]], tuple[object, ...]]] = {
        "log_likelihood": lambda row: (-row[3].log_likelihood, row[0].key),
        "log_ratio": lambda row: (-row[3].log_ratio, row[0].key),
        "count": lambda row: (-row[1], row[0].key),
        "other_count": lambda row: (-row[2], row[0].key),
        "word": lambda row: (word_key(row[0].key),),
    }
    return orders[sort]


def _rest(asking: Asking, first: Counted, wish: Wish, stops: StopList) -> Counted:
    """Count all texts but those of a selection."""
    request = replace(first.request, text="", filters={}, first=None, last=None)
    selected = select_texts(asking.session, asking.caller, asking.project, request)
    mine = {match.key for match in first.selected.matches}
    selected = replace(selected, matches=[match for match in selected.matches if match.key not in mine])
    counting = count_words(asking.session, asking.caller, asking.project, selected)
    table = tabulate(counting.counts, counting.vocabulary.pairs, counting.word_of, _wanted(wish, stops))
    return Counted(request, selected, counting, table)


def compare_out(compared: Compared, *, page: int, size: int, sort: str, stop_version: int, took_ms: int) -> CompareOut:
    """Tell a page of a comparison."""
    start = (page - 1) * size
    return CompareOut(
        first=compared.first.told(),
        second=compared.second.told(),
        total=len(compared.rows),
        page=page,
        size=size,
        sort=sort,
        took_ms=took_ms,
        complete=compared.first.selected.is_complete and compared.second.selected.is_complete,
        stop_list=stop_version,
        words=[key_word_out(compared, row) for row in compared.rows[start : start + size]],
    )


def key_word_out(compared: Compared, row: tuple[Word, int, int, Keyness]) -> KeyWordOut:
    """Tell a word of a comparison."""
    word, count_, other, found = row
    return KeyWordOut(
        word=word.shown,
        key=word.key,
        count=count_,
        per_10000=per_share(count_, compared.first.table.total),
        other_count=other,
        other_per_10000=per_share(other, compared.second.table.total),
        log_likelihood=round(found.log_likelihood, 2),
        p=chance(found.log_likelihood),
        log_ratio=round(found.log_ratio, 2),
        percent_diff=None if found.percent_diff is None else round(found.percent_diff, 1),
        direction=found.direction,
    )
