"""In which order passages are listed, and under which headings."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kmwiki.retrieval.book import Book
    from kmwiki.retrieval.relations import Hit

GroupKey = int | str | None
"""What a group is known by: the id of a code, note or coder, the code of a province, a kind; None is "not told"."""
_LAST_DAY = date.max
_FIRST_MOMENT = datetime.min.replace(tzinfo=UTC)


def _place(hit: Hit) -> tuple[Any, ...]:
    one = hit.passage
    return one.number, one.is_comment, one.source_id, one.start, one.end, one.id


def ordered(hits: list[Hit], sort: str, book: Book) -> list[Hit]:
    """Return the hits in the order of that name; what it does not tell apart comes by its place in the texts."""
    rank, last = book.rank, len(book.codes)
    match sort:
        case "date":
            return sorted(hits, key=lambda hit: (hit.passage.day or _LAST_DAY, *_place(hit)))
        case "date_desc":
            return sorted(hits, key=lambda hit: (-(hit.passage.day or date.min).toordinal(), *_place(hit)))
        case "code":
            return sorted(hits, key=lambda hit: (rank.get(hit.passage.code_id, last), *_place(hit)))
        case "entry":
            return sorted(hits, key=lambda hit: (hit.passage.title_key, *_place(hit)))
        case "newest":
            return sorted(hits, key=lambda hit: (hit.passage.created or _FIRST_MOMENT, hit.passage.id), reverse=True)
    return sorted(hits, key=_place)


def grouped(
    hits: Sequence[Hit], by: str, book: Book, provinces: Mapping[int, Sequence[str]]
) -> list[tuple[GroupKey, Hit]]:
    """Put hits under headings, each heading where it belongs; one of a note in two provinces stands under both."""
    lines = [(key, hit) for hit in hits for key in _keys(hit, by, provinces)]
    if by == "none":
        return lines
    if by == "code":
        places: dict[GroupKey, Any] = dict(book.rank.items())
    elif by in {"entry", "coder"}:
        places = {key: place for place, key in enumerate(dict.fromkeys(key for key, _ in lines))}
    else:
        places = {key: str(key) for key, _ in lines if key is not None}
    known: dict[GroupKey, tuple[int, Any]] = {
        key: (0, places[key]) for key, _ in lines if key in places and key is not None
    }
    return sorted(lines, key=lambda line: known.get(line[0], (1, 0)))


def _keys(hit: Hit, by: str, provinces: Mapping[int, Sequence[str]]) -> Sequence[GroupKey]:
    one = hit.passage
    match by:
        case "code":
            return (one.code_id,)
        case "place":
            return provinces.get(one.entry_id) or (None,)
        case "entry":
            return (one.number,)
        case "kind":
            return (one.kind,)
        case "coder":
            return (one.coder_id,)
    return (None,)
