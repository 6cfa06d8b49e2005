"""The hits of one page: read from the database as they are now, with their passages marked."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from kmwiki.entries.kinds import texts_of
from kmwiki.entries.queries import path_to
from kmwiki.errors import NotFound
from kmwiki.memos.about import address_of
from kmwiki.memos.about import opening as title_of
from kmwiki.places.queries import place
from kmwiki.search.hit_rows import Found, read_rows
from kmwiki.search.schemas import HitOut, ProvinceOut, SnippetOut
from kmwiki.search.snippets import folded_title, merged, opening, passages_once, places, snippets
from kmwiki.sources.pinpoints import Pinpoint
from kmwiki.sources.veil import veil_for
from kmwiki.text.thai import fold_with_map

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.search.engine import Leaf, Match
    from kmwiki.search.hit_rows import CodeRow, EntryRow, Head, Marked, MemoRow, Rows
    from kmwiki.search.snippets import Snippet
    from kmwiki.security.policy import Caller
    from kmwiki.sources.veil import Veil


def make_hits(
    session: Session, caller: Caller, project: Project, matches: Sequence[Match], leaves: Sequence[Leaf]
) -> list[HitOut]:
    """Make the hits of these matches, in their order; a text that is gone by now, or not to be read, is left out.

    What is shown of them is masked as far as the caller may not see it.
    """
    if not matches:
        return []
    found = [Found.of(match) for match in matches]
    rows = read_rows(session, caller, found, veil_for(session, caller, project.id))
    made = (_hit(project, one, rows, leaves) for one in found)
    return [hit for hit in made if hit is not None]


def _hit(project: Project, found: Found, rows: Rows, leaves: Sequence[Leaf]) -> HitOut | None:
    if found.id is not None:
        code = rows.codes.get(found.id)
        return None if code is None else _code_hit(project, found.match, code, leaves, rows.veil)
    head = rows.heads.get(found.source) if found.source is not None else None
    if head is None:
        return None
    entry = rows.entries.get(found.entry) if found.entry is not None else None
    memo = rows.memos.get(found.source) if found.source is not None else None
    if memo is not None:
        return _memo_hit(project, found, (memo, entry, head), rows, leaves)
    return None if entry is None else _entry_hit(project, found, (entry, head), rows, leaves)


def _entry_hit(
    project: Project, found: Found, text: tuple[EntryRow, Head], rows: Rows, leaves: Sequence[Leaf]
) -> HitOut:
    """Make the hit of an entry or of a comment on it."""
    entry, head = text
    source_id = found.source or 0
    comment_id = rows.comments.get(source_id)
    passages, shown = _passages(source_id, head, rows, leaves)
    title = rows.veil.text(entry.title)
    if comment_id is None:
        shown = [*_others(entry, rows.veil, leaves, most=3 - len(shown)), *shown]
    return HitOut(
        type=found.type,
        id=entry.id if comment_id is None else comment_id,
        entry_id=entry.id,
        source_id=source_id,
        revision=head.no,
        number=entry.number,
        title=title,
        title_marks=_marks(title, leaves) if comment_id is None else [],
        url=_at(path_to(project.slug, entry.number, entry.title), (source_id, head.no), passages),
        score=round(found.match.score, 4),
        is_whole=found.match.is_whole,
        snippets=shown or _opening(head),
        kind=entry.kind,
        provinces=_provinces(rows.provinces.get(entry.id, ())),
        event_date=entry.event_start.isoformat() if entry.event_start is not None else None,
        event=entry.event,
        author=(found.match.columns.get("author") or (None,))[0],
        codes=[int(one) for one in found.match.columns.get("code", ())],
    )


def _memo_hit(
    project: Project, found: Found, text: tuple[MemoRow, EntryRow | None, Head], rows: Rows, leaves: Sequence[Leaf]
) -> HitOut:
    """Make the hit of a memo, which opens on its own page; it may stand under no entry."""
    memo, entry, head = text
    passages, shown = _passages(memo.source_id, head, rows, leaves)
    title = title_of(rows.veil.text(memo.title), head.text)
    return HitOut(
        type="memo",
        id=memo.id,
        entry_id=entry.id if entry is not None else None,
        source_id=memo.source_id,
        revision=head.no,
        number=entry.number if entry is not None else None,
        title=title,
        title_marks=_marks(title, leaves) if memo.title else [],
        url=_at(address_of(project.slug, memo.id), (memo.source_id, head.no), passages),
        score=round(found.match.score, 4),
        is_whole=found.match.is_whole,
        snippets=shown or _opening(head),
        kind=entry.kind if entry is not None else None,
        provinces=_provinces(rows.provinces.get(entry.id, ())) if entry is not None else [],
        event_date=entry.event_start.isoformat() if entry is not None and entry.event_start is not None else None,
        event=entry.event if entry is not None else None,
        author=(found.match.columns.get("author") or (None,))[0],
        codes=[int(one) for one in found.match.columns.get("code", ())],
    )


def _passages(
    source_id: int, head: Head, rows: Rows, leaves: Sequence[Leaf]
) -> tuple[Sequence[Snippet], list[SnippetOut]]:
    """Choose the passages of a text, and tell of each under which codes it stands."""
    passages = passages_once((source_id, head.no), head.text, tuple(leaves))
    codings = rows.codings.get(source_id, ())
    return passages, [_out(one, codes=_codes_at(one, codings)) for one in passages]


def _opening(head: Head) -> list[SnippetOut]:
    first = opening(head.text)
    return [] if first is None else [_out(first)]


def _provinces(codes: Iterable[str]) -> list[ProvinceOut]:
    named = (_province(code) for code in dict.fromkeys(codes))
    return [one for one in named if one is not None]


@lru_cache(maxsize=256)
def _province(code: str) -> ProvinceOut | None:
    try:
        known = place(code)
    except NotFound:
        return None
    return ProvinceOut(code=code, name_th=known.name_th, name_en=known.name_en)


def _at(address: str, revision: tuple[int, int], passages: Sequence[Snippet]) -> str:
    """Return the address that opens a text at the first passage; `revision` is the source's id and the number."""
    first = next(((one, mark) for one in passages for mark in one.marks), None)
    if first is None:
        return address
    passage, (start, end) = first
    source_id, no = revision
    return f"{address}?hit={Pinpoint(source_id, passage.start + start, passage.start + end, no)}#hit"


def _others(entry: EntryRow, veil: Veil, leaves: Sequence[Leaf], *, most: int) -> list[SnippetOut]:
    """Return passages of the lead and the fields, which are no part of the reading text."""
    texts = [("lead", entry.lead), *(("fields", text) for text in texts_of(entry.kind, entry.fields))]
    found: list[SnippetOut] = []
    for part, text in ((part, veil.text(text)) for part, text in texts):
        if len(found) >= max(most, 1):
            break
        if text:
            here = places(fold_with_map(text), leaves)
            found += [_out(one, part) for one in snippets(text, here, leaves, most=1)]
    return found


def _marks(text: str, leaves: Sequence[Leaf]) -> list[tuple[int, int]]:
    return merged(text, places(folded_title(text), leaves))


def _codes_at(snippet: Snippet, codings: Iterable[Marked]) -> list[int]:
    """Return the codes of codings that share a character with a passage, each once, in order of place."""
    here = [(start, code_id) for code_id, start, end in codings if start < snippet.end and end > snippet.start]
    return list(dict.fromkeys(code_id for _, code_id in sorted(here)))


def _out(snippet: Snippet, part: str = "body", codes: Sequence[int] = ()) -> SnippetOut:
    return SnippetOut(
        text=snippet.text,
        start=snippet.start,
        end=snippet.end,
        marks=list(snippet.marks),
        goes_on=snippet.goes_on,
        part=part,
        codes=list(codes),
    )


def _code_hit(project: Project, match: Match, code: CodeRow, leaves: Sequence[Leaf], veil: Veil) -> HitOut:
    shown: list[SnippetOut] = []
    texts = (code.definition, code.include, code.exclude, code.example, *code.aliases)
    for text in map(veil.text, texts):
        here = places(fold_with_map(text), leaves)
        shown += [_out(one, "fields") for one in snippets(text, here, leaves, most=1)]
    if not shown and (first := opening(veil.text(code.definition))) is not None:
        shown = [_out(first, "fields")]
    return HitOut(
        type="code",
        id=code.id,
        entry_id=None,
        source_id=None,
        title=code.name,
        title_marks=_marks(code.name, leaves),
        url=f"/p/{project.slug}/codebook/{code.id}",
        score=round(match.score, 4),
        is_whole=match.is_whole,
        snippets=shown[:3],
        kind=None,
        provinces=[],
        event_date=None,
    )
