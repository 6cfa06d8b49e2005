"""The concordance of a query: every place where its words stand, with what stands before and behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kmwiki.analysis.concordance import LEAST_WIDTH, MOST_WIDTH, WIDTH, left_key, right_key, word_key
from kmwiki.analysis.lines import looked_for, places_in
from kmwiki.analysis.texts import CHUNK, bodies, heads, whole, word_starts
from kmwiki.errors import Invalid, say
from kmwiki.search.facets import place_name
from kmwiki.search.query import QueryError
from kmwiki.search.selecting import select_texts
from kmwiki.sources.veil import cleared_forms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.analysis.texts import Text
    from kmwiki.search.request import SearchRequest
    from kmwiki.search.selecting import Selected
    from kmwiki.security.policy import Caller

MOST_LINES = 20_000
"""No concordance has more; whoever needs them narrows the query, and is told so."""
SORTS = ("position", "left", "right", "keyword", "entry", "date", "province")
PARTS = ("title", "lead", "body", "fields")
LATEST = "9999"
_LAST = "\U0010ffff"

Key = tuple[object, ...]


class Line(NamedTuple):
    """A place: the range of a part of a text."""

    text: Text
    part: int
    start: int
    end: int

    @property
    def words(self) -> str:
        """The part that it stands in."""
        return self.text.parts[self.part].text


@dataclass(frozen=True, slots=True)
class Concordance:
    """All lines of a query, in the order asked for."""

    selected: Selected
    lines: list[Line]
    texts: int
    """In how many texts the lines stand."""
    is_cut: bool
    """Whether there are more than MOST_LINES; the later notes are missing then."""


def concordance(
    session: Session,
    caller: Caller,
    project: Project,
    request: SearchRequest,
    *,
    sort: str = "position",
    among: str = "",
    locale: str = "th",
) -> Concordance:
    """Find the lines. Invalid for an order that there is none of; QueryError and Rebuilding as search raises them."""
    if sort not in SORTS:
        raise Invalid.one("sort", say("%(value)s is none of: %(names)s.", value=sort[:80], names=", ".join(SORTS)))
    if not request.text.strip():
        raise QueryError(say("Write at least one word to search for."), 0)
    selected = select_texts(session, caller, project, request, among=among)
    lines: list[Line] = []
    for line in _lines(session, caller, project, selected):
        lines.append(line)
        if len(lines) > MOST_LINES:
            break
    is_cut = len(lines) > MOST_LINES
    del lines[MOST_LINES:]
    if sort != "position":
        lines.sort(key=_order(sort, selected, locale))  # what is alike stays in the order of the notes
    return Concordance(selected, lines, len({line.text.head.source_id for line in lines}), is_cut)


def _lines(session: Session, caller: Caller, project: Project, selected: Selected) -> Iterator[Line]:
    """Yield the lines note by note, a note's comments behind it."""
    if selected.plan is None:
        raise AssertionError("a concordance has a query")
    looked = looked_for(selected.plan)
    for text in texts_of_selection(session, caller, project, selected):
        for number, part in enumerate(text.parts):
            for start, end in places_in(part, looked, selected.segmenter):
                yield Line(text, number, start, end)


def texts_of_selection(session: Session, caller: Caller, project: Project, selected: Selected) -> Iterator[Text]:
    """Yield the texts of a selection that the caller may read, masked, note by note, a note's comments behind it."""
    keep = cleared_forms(session, project.id)
    found = sorted(heads(session, caller, selected.matches), key=lambda pair: (pair[0].number, pair[0].source_id))
    for at in range(0, len(found), CHUNK // 10):
        some = found[at : at + CHUNK // 10]
        texts = dict(bodies(session, [head.source_id for head, _ in some]))
        for head, match in some:
            yield whole(head, match.columns, texts.get(head.source_id, ""), keep)


def _order(sort: str, selected: Selected, locale: str) -> Callable[[Line], Key]:
    """Return what lines are sorted by; words and names as in the Thai dictionary, what has none comes last."""

    def by_words(line: Line) -> Key:
        starts = word_starts(line.words, selected.segmenter)
        left, right = left_key(line.words, starts, line.start), right_key(line.words, starts, line.end)
        return (left, right) if sort == "left" else (right, left)

    def by_place(line: Line) -> Key:
        names = [place_name(code, locale) for code in line.text.columns.get("province", ())]
        return (word_key(names[0]) if names else _LAST, _date(line))

    def by_title(line: Line) -> Key:
        return (word_key(line.text.head.title), line.text.head.number)

    orders: dict[str, Callable[[Line], Key]] = {
        "left": by_words,
        "right": by_words,
        "keyword": lambda line: (word_key(_keyword(line)), *by_right(line)),
        "entry": by_title,
        "date": lambda line: (_date(line),),
        "province": by_place,
    }

    def by_right(line: Line) -> Key:
        return (right_key(line.words, word_starts(line.words, selected.segmenter), line.end),)

    return orders[sort]


def _keyword(line: Line) -> str:
    return line.words[line.start : line.end]


def _date(line: Line) -> str:
    return (line.text.columns.get("event") or (LATEST,))[0]


def read_width(given: Sequence[str]) -> int:
    """Read how many characters of context are wanted on each side. Invalid if there are none so wide."""
    value = (list(given) or [""])[-1].strip()
    if not value:
        return WIDTH
    is_number = value.isascii() and value.isdigit() and len(value) < 6  # noqa: PLR2004
    if not is_number or not LEAST_WIDTH <= int(value) <= MOST_WIDTH:
        raise Invalid.one(
            "width", say("Write a number from %(least)s to %(most)s.", least=LEAST_WIDTH, most=MOST_WIDTH)
        )
    return int(value)
