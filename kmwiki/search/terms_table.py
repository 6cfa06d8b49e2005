"""A dictionary as a table file: read row by row with a verdict for each before anything is written, and written."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmwiki.errors import Invalid, Message, say
from kmwiki.formats.decoding import decode
from kmwiki.search.dictionary import Term, key_of
from kmwiki.search.terms import KINDS, checked, pair_of, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kmwiki.search.models import DictionaryTerm
    from kmwiki.search.terms import Change

MOST_ROWS = 10_000
MOST_BYTES = 4 << 20
HEADERS: Mapping[str, tuple[str, str, str]] = {
    "th": ("คำ", "ชื่อเต็มหรือชื่ออื่น", "ชนิด"),
    "en": ("term", "full name or other name", "kind"),
}
KIND_WORDS: Mapping[str, Mapping[str, str]] = {
    "th": {"abbreviation": "คำย่อ", "person": "คน", "place": "สถานที่", "term": "คำ"},
    "en": {kind: kind for kind in KINDS},
}
_KINDS = {key_of(word): kind for words in KIND_WORDS.values() for kind, word in words.items()}
_COLUMNS = tuple([key_of(name) for name in names] for names in zip(*HEADERS.values(), strict=True))
_COLUMNS[1].append("expansion")
FORMULA = ("=", "+", "-", "@", "\t", "\r")

NEW, CHANGED, SAME, TWICE, LOOP, WRONG = "new", "changed", "same", "twice", "loop", "wrong"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file and what will become of it. Only new and changed ones are written."""

    line: int
    term: Term
    verdict: str
    message: Message | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All rows of a file, the encoding it was read in, and whether that was a guess."""

    rows: tuple[Row, ...]
    encoding: str = ""
    is_guess: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have each verdict."""
        found: dict[str, int] = defaultdict(int)
        for row in self.rows:
            found[row.verdict] += 1
        return dict(found)

    @property
    def wanted(self) -> list[Term]:
        """What would be written."""
        return [row.term for row in self.rows if row.verdict in {NEW, CHANGED}]


def read_table(data: bytes, present: Sequence[DictionaryTerm], encoding: str | None = None) -> Report:
    """Read a file and say of each row what it would do. Invalid if it is no table file or far too large."""
    if len(data) > MOST_BYTES:
        raise Invalid.one("file", say("The file is larger than %(most)s MB. Divide it.", most=MOST_BYTES >> 20))
    decoded = decode(data, encoding or None)
    rows = list(_cells(decoded.text))
    if not rows:
        raise Invalid.one("file", say("There is no row in this file. It needs the columns: word, full name, kind."))
    if len(rows) > MOST_ROWS:
        raise Invalid.one(
            "file",
            say("The file has %(rows)s rows; at most %(most)s are taken at once.", rows=len(rows), most=MOST_ROWS),
        )
    return Report(judge(rows, present), decoded.encoding, decoded.is_guess)


def _cells(text: str) -> Iterator[tuple[int, Term]]:
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    order = [0, 1, 2]
    try:
        for at, cells in enumerate(reader):
            kept = [_cell(cell) for cell in cells]
            named = _named(kept) if at == 0 else None
            order = named or order
            if not any(kept) or named is not None:
                continue
            term, expansion, kind = (kept[place] if 0 <= place < len(kept) else "" for place in order)
            known = _KINDS.get(key_of(kind), kind) or ("abbreviation" if expansion else "term")
            yield reader.line_num, Term(term, expansion, known)
    except csv.Error as error:
        raise Invalid.one("file", say("Line %(line)s cannot be read as a table.", line=reader.line_num)) from error


def _cell(text: str) -> str:
    text = text.strip().lstrip("\ufeff")
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA else text


def _named(cells: Sequence[str]) -> list[int] | None:
    """Return where word, full name and kind stand by the names of the columns, -1 for none; None for a row of words.

    The order as we write it holds for columns that are named otherwise.
    """
    if len(cells) < 2:  # noqa: PLR2004 - a word alone is no row of names
        return None
    keys = [key_of(cell) for cell in cells]
    places = [next((keys.index(one) for one in names if one in keys), -1) for names in _COLUMNS]
    if places[0] < 0 or (places[0] > 0 and min(places[1:]) < 0):
        return None
    return places if min(places) >= 0 else [0, 1, 2]


def judge(rows: Iterable[tuple[int, Term]], present: Sequence[DictionaryTerm]) -> tuple[Row, ...]:
    """Say of each row what it would do to the dictionary as it is, the rows before it included."""
    known = {pair_of(told(row)): told(row) for row in present}
    leads: dict[str, set[str]] = defaultdict(set)
    for one in known.values():
        leads[key_of(one.term)].add(key_of(one.expansion))
    seen: set[frozenset[str]] = set()
    judged: list[Row] = []
    for line, given in rows:
        row = _judge(line, given, known, seen, leads)
        judged.append(row)
        if row.verdict in {NEW, CHANGED}:
            leads[key_of(row.term.term)].add(key_of(row.term.expansion))
    return tuple(judged)


def _judge(
    line: int,
    given: Term,
    known: Mapping[frozenset[str], Term],
    seen: set[frozenset[str]],
    leads: Mapping[str, set[str]],
) -> Row:
    try:
        term = checked(given)
    except Invalid as error:
        return Row(line, given, WRONG, next(iter(error.fields.values())))
    pair = pair_of(term)
    if pair in seen:
        return Row(line, term, TWICE, say("An earlier row of this file says the same."))
    seen.add(pair)
    if pair in known:
        return Row(line, term, SAME) if known[pair] == term else Row(line, term, CHANGED)
    if term.expansion and _reaches(leads, key_of(term.expansion), key_of(term.term)):
        return Row(line, term, LOOP, say("“%(name)s” leads back to this word: a loop.", name=term.expansion))
    return Row(line, term, NEW)


def _reaches(leads: Mapping[str, set[str]], start: str, goal: str) -> bool:
    """Whether one gets from one word to another by what it stands for."""
    seen, waiting = {start}, [start]
    while waiting:
        for other in leads.get(waiting.pop(), ()):
            if other == goal:
                return True
            if other and other not in seen:
                seen.add(other)
                waiting.append(other)
    return False


def changes_for(wanted: Iterable[Term], present: Sequence[DictionaryTerm]) -> list[Change]:
    """Return what has to be written for these terms; judged anew, for the dictionary may have changed meanwhile."""
    rows = {pair_of(told(row)): row for row in present}
    judged = judge(enumerate(wanted), present)
    return [(rows.get(pair_of(row.term)), row.term) for row in judged if row.verdict in {NEW, CHANGED}]


def write_table(terms: Iterable[Term], locale: str) -> str:
    """Write terms as a table file that a spreadsheet opens rightly: UTF-8 with its mark, nothing read as a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    language = "en" if locale == "en" else "th"
    writer.writerow(HEADERS[language])
    for one in terms:
        cells = (one.term, one.expansion, KIND_WORDS[language].get(one.kind, one.kind))
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return "\ufeff" + out.getvalue()
