"""What is equal to a word: abbreviations and full names of the product and of a project; and a project's segmenter."""

from __future__ import annotations

import re
from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from sqlalchemy import func, select

from kmwiki.search.models import DictionaryChange, DictionaryTerm
from kmwiki.text.thai import fold, strip_titles
from kmwiki.text.words import Segmenter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

_DATA = Path(__file__).parent / "data"
_PRODUCT = _DATA / "abbreviations.tsv"
SHORTEST = 2
"""Of a word that texts are cut by."""
_INITIALS = re.compile("[ก-ฮ]{3,6}")
MOST_KEPT = 64
MOST_WORDS = 6
"""So many words of a query are tried together as one name."""


@dataclass(frozen=True, slots=True)
class Equal:
    """Another writing of a word: `folded` is searched, `shown` is told to the reader."""

    folded: str
    shown: str
    is_spaced: bool = False
    """Whether it is an abbreviation with blanks behind its dots: พ. ม. จ. It must begin a word."""


@dataclass(frozen=True, slots=True)
class Dictionary:
    """The equals that hold in a project."""

    by_word: dict[str, tuple[Equal, ...]]
    words: tuple[str, ...]
    """Folded words that the segmenter should know besides its own."""
    people: frozenset[str] = frozenset()
    """Folded names of people that the project knows."""

    def equals(self, folded: str) -> tuple[Equal, ...]:
        """Return other writings of a folded word or name."""
        return self.by_word.get(folded, ())


def product_text() -> str:
    """Return the product's abbreviations as they stand in the file."""
    return _PRODUCT.read_text(encoding="utf-8")


@cache
def product_pairs() -> tuple[tuple[str, str], ...]:
    """Return the product's abbreviations with their full names."""
    lines = (line for line in product_text().splitlines() if line and not line.startswith("#"))
    pairs = (line.split("\t") for line in lines)
    return tuple((short, full) for short, full in pairs)


@cache
def small_words() -> frozenset[str]:
    """Return the words that stand everywhere: a question is ranked by them, but they are not marked in passages."""
    return frozenset((_DATA / "small_words.txt").read_text(encoding="utf-8").split())


Mark = tuple[object, ...]


class Term(NamedTuple):
    """What a project's dictionary says about a word. Without `expansion` it is only a word of its own."""

    term: str
    expansion: str = ""
    kind: str = "abbreviation"


def key_of(text: str) -> str:
    """Return what two writings of one word have in common."""
    return fold(text).strip()


@cache
def product_keys() -> frozenset[str]:
    """Return the folded abbreviations of the product."""
    return frozenset(key_of(short) for short, _ in product_pairs())


class _Kept:
    """The dictionaries of projects as they were last read, each with the mark under which that is true."""

    lock = Lock()
    made: ClassVar[OrderedDict[tuple[str, int], tuple[Mark, Dictionary]]] = OrderedDict()


def dictionary(session: Session, project_id: int) -> Dictionary:
    """Return what is equal in a project. Thousands of words are read again only after one of them has changed."""
    key = str(session.get_bind().engine.url), project_id
    mark = _mark(session, project_id)
    with _Kept.lock:
        kept = _Kept.made.get(key)
    if kept is not None and kept[0] == mark:
        return kept[1]
    made = _read(session, project_id)
    with _Kept.lock:
        _Kept.made[key] = mark, made
        _Kept.made.move_to_end(key)
        while len(_Kept.made) > MOST_KEPT:
            _Kept.made.popitem(last=False)
    return made


def _mark(session: Session, project_id: int) -> Mark:
    """Return what differs after every change: how many words there are, the last of them, the last change and its time.

    The time, since the number of a change that was rolled back is given again.
    """
    here = DictionaryTerm.project_id == project_id
    count, last = session.execute(select(func.count(), func.max(DictionaryTerm.id)).where(here)).one()
    change = session.execute(
        select(DictionaryChange.no, DictionaryChange.created)
        .where(DictionaryChange.project_id == project_id)
        .order_by(DictionaryChange.no.desc(), DictionaryChange.id.desc())
        .limit(1)
    ).first()
    return count, last, tuple(change) if change else ()


def _read(session: Session, project_id: int) -> Dictionary:
    rows = session.execute(
        select(DictionaryTerm.term, DictionaryTerm.expansion, DictionaryTerm.kind)
        .where(DictionaryTerm.project_id == project_id)
        .order_by(DictionaryTerm.id)
    )
    return _make([Term(*row) for row in rows])


def _make(own: Sequence[Term]) -> Dictionary:
    """Join a project's terms with the product's; an abbreviation that the project explains means only that there."""
    found: dict[str, dict[str, Equal]] = defaultdict(dict)
    words: set[str] = set()
    people: set[str] = set()
    explained = {key_of(one.term) for one in own if one.kind == "abbreviation"}
    given = (Term(*pair) for pair in product_pairs())
    for short, full, kind in (*own, *(one for one in given if key_of(one.term) not in explained)):
        key, name = key_of(short), key_of(full)
        words.update(one for one in (key, name) if len(one) >= SHORTEST)
        if kind == "person":
            people.update(key_of(strip_titles(one)) for one in (short, full) if one)
        if key and name and key != name:
            found[key][name] = Equal(name, full)
            found[name][key] = Equal(key, short)
            if _INITIALS.fullmatch(key):
                spaced = " ".join(key)
                found[key][spaced] = found[name][spaced] = Equal(spaced, short, is_spaced=True)
    by_word = {word: tuple(equals.values()) for word, equals in found.items()}
    return Dictionary(by_word, tuple(sorted(words)), frozenset(people))


@lru_cache(maxsize=64)
def _segmenter(words: tuple[str, ...]) -> Segmenter:
    return Segmenter(words)


def segmenter_of(known: Dictionary) -> Segmenter:
    """Return what cuts by the words of a dictionary."""
    return _segmenter(known.words)


def segmenters(session: Session) -> Callable[[int], Segmenter]:
    """Return the function that gives a project's segmenter; each dictionary is read once."""

    @cache
    def of_project(project_id: int) -> Segmenter:
        return segmenter_of(dictionary(session, project_id))

    return of_project
