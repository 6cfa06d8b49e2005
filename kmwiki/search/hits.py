"""The hits of one page: read from the database as they are now, with their passages marked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import bindparam, select
from sqlalchemy.orm import selectinload

from kmwiki.coding.models import Code, Coding
from kmwiki.coding.seen import COUNTED, seen_by
from kmwiki.comments.models import Comment
from kmwiki.entries.kinds import texts_of
from kmwiki.entries.models import Entry
from kmwiki.entries.queries import event_of, path_of
from kmwiki.errors import NotFound
from kmwiki.memos.about import address_of
from kmwiki.memos.about import opening as title_of
from kmwiki.memos.models import Memo
from kmwiki.places.queries import place
from kmwiki.search.schemas import HitOut, ProvinceOut, SnippetOut
from kmwiki.search.snippets import folded_once, folded_title, merged, opening, places, snippets
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Revision, Source
from kmwiki.sources.pinpoints import Pinpoint
from kmwiki.sources.veil import veil_for
from kmwiki.text.thai import fold_with_map

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import BindParameter, Select
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.search.engine import Leaf, Match
    from kmwiki.search.snippets import Snippet
    from kmwiki.security.policy import Caller
    from kmwiki.sources.veil import Veil


T = TypeVar("T")
Marked = tuple[int, int, int]
"""A code and where it stands in a text."""

# Made once: putting a statement together costs as much as asking it.
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_HEADS = (
    select(Revision.source_id, Revision.no, Revision.reading_text)
    .join(Source, (Source.id == Revision.source_id) & (Source.head_no == Revision.no))
    .where(Revision.source_id.in_(_IDS))
)
_ENTRIES = select(Entry).where(Entry.id.in_(_IDS)).options(selectinload(Entry.places))
_COMMENTS = select(Comment).where(Comment.source_id.in_(_IDS))
_MEMOS = select(Memo).where(Memo.source_id.in_(_IDS))
_CODES = select(Code).where(Code.id.in_(_IDS))
_CODINGS = select(Coding.source_id, Coding.code_id, Coding.start, Coding.end).where(
    Coding.source_id.in_(_IDS),
    COUNTED,
    Coding.start.is_not(None),
)


@dataclass(frozen=True, slots=True)
class _Head:
    """A source's text as it is now."""

    no: int
    text: str


@dataclass(frozen=True, slots=True)
class _Found:
    """A memo that was found, and the entry it hangs on."""

    memo: Memo
    head: _Head
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the hits of a page need, by id."""

    heads: dict[int, _Head]
    entries: dict[int, Entry]
    comments: dict[int, Comment]
    memos: dict[int, Memo]
    codes: dict[int, Code]
    codings: dict[int, list[Marked]]
    veil: Veil


def make_hits(
    session: Session, caller: Caller, project: Project, matches: Sequence[Match], leaves: Sequence[Leaf]
) -> list[HitOut]:
    """Make the hits of these matches, in their order; a text that is gone by now, or not to be read, is left out.

    What is shown of them is masked as far as the caller may not see it.
    """
    rows = _load(session, caller, matches, veil_for(session, caller, project.id))
    made = (_hit(project, match, rows, leaves) for match in matches)
    return [hit for hit in made if hit is not None]


def _load(session: Session, caller: Caller, matches: Sequence[Match], veil: Veil) -> _Rows:
    """Read what the hits are made of. Kinds of rows that no match needs are not asked for."""
    sources = [int(one.columns["source"][0]) for one in matches if "source" in one.columns]
    entries = {int(one.columns["entry"][0]) for one in matches if "entry" in one.columns}
    codes = [int(one.columns["id"][0]) for one in matches if "id" in one.columns]
    of_type = {
        kind: [int(one.columns["source"][0]) for one in matches if one.columns["type"] == (kind,)]
        for kind in ("comment", "memo")
    }
    heads = session.execute(_HEADS.where(visible_to(caller)), {"ids": sources})
    return _Rows(
        {source_id: _Head(no, veil.text(text)) for source_id, no, text in heads},
        {row.id: row for row in _rows(session, _ENTRIES, entries)},
        {row.source_id: row for row in _rows(session, _COMMENTS, of_type["comment"])},
        {row.source_id: row for row in _rows(session, _MEMOS, of_type["memo"])},
        {row.id: row for row in _rows(session, _CODES, codes)},
        _codings(session, caller, sources),
        veil,
    )


def _rows(session: Session, wanted: Select[T], ids: Collection[int]) -> Iterable[T]:
    return session.scalars(wanted, {"ids": list(ids)}) if ids else ()


def _codings(session: Session, caller: Caller, sources: Sequence[int]) -> dict[int, list[Marked]]:
    found: dict[int, list[Marked]] = defaultdict(list)
    for source_id, code_id, start, end in session.execute(_CODINGS.where(seen_by(caller)), {"ids": sources}):
        if start is not None and end is not None:
            found[source_id].append((code_id, start, end))
    return found


def _hit(project: Project, match: Match, rows: _Rows, leaves: Sequence[Leaf]) -> HitOut | None:
    if "id" in match.columns:
        code = rows.codes.get(int(match.columns["id"][0]))
        return None if code is None else _code_hit(project, match, code, leaves, rows.veil)
    source_id = int(match.columns["source"][0])
    entry = rows.entries.get(int(match.columns.get("entry", ("0",))[0]))
    head = rows.heads.get(source_id)
    if head is not None and (memo := rows.memos.get(source_id)) is not None:
        return _memo_hit(project, match, _Found(memo, head, entry), rows, leaves)
    if entry is None or head is None:
        return None
    comment = rows.comments.get(source_id)
    found = places(folded_once((source_id, head.no), head.text), leaves)
    passages = snippets(head.text, found, leaves)
    title = rows.veil.text(entry.title)
    shown = [_out(one, codes=_codes_at(one, rows.codings.get(source_id, ()))) for one in passages]
    is_entry = comment is None
    if is_entry:
        shown = [*_others(entry, rows.veil, leaves, most=3 - len(shown)), *shown]
    if not shown and (first := opening(head.text)) is not None:
        shown = [_out(first)]
    return HitOut(
        type=match.columns["type"][0],
        id=entry.id if comment is None else comment.id,
        entry_id=entry.id,
        source_id=source_id,
        revision=head.no,
        number=entry.number,
        title=title,
        title_marks=_marks(title, leaves) if is_entry else [],
        url=_at(path_of(project.slug, entry), (source_id, head.no), passages),
        score=round(match.score, 4),
        is_whole=match.is_whole,
        snippets=shown,
        kind=entry.kind,
        provinces=_provinces(entry),
        event_date=entry.event_start.isoformat() if entry.event_start is not None else None,
        event=event_of(entry),
        author=(match.columns.get("author") or (None,))[0],
        codes=[int(one) for one in match.columns.get("code", ())],
    )


def _memo_hit(project: Project, match: Match, found: _Found, rows: _Rows, leaves: Sequence[Leaf]) -> HitOut:
    """Make the hit of a memo, which opens on its own page; it may stand under no entry."""
    memo, head, entry = found.memo, found.head, found.entry
    passages = snippets(head.text, places(folded_once((memo.source_id, head.no), head.text), leaves), leaves)
    shown = [_out(one, codes=_codes_at(one, rows.codings.get(memo.source_id, ()))) for one in passages]
    if not shown and (first := opening(head.text)) is not None:
        shown = [_out(first)]
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
        score=round(match.score, 4),
        is_whole=match.is_whole,
        snippets=shown,
        kind=entry.kind if entry is not None else None,
        provinces=_provinces(entry) if entry is not None else [],
        event_date=entry.event_start.isoformat() if entry is not None and entry.event_start is not None else None,
        event=event_of(entry) if entry is not None else None,
        author=(match.columns.get("author") or (None,))[0],
        codes=[int(one) for one in match.columns.get("code", ())],
    )


def _provinces(entry: Entry) -> list[ProvinceOut]:
    found = []
    for code in dict.fromkeys(one.province_code for one in entry.places):
        try:
            known = place(code)
        except NotFound:
            continue
        found.append(ProvinceOut(code=code, name_th=known.name_th, name_en=known.name_en))
    return found


def _at(address: str, revision: tuple[int, int], passages: Sequence[Snippet]) -> str:
    """Return the address that opens a text at the first passage; `revision` is the source's id and the number."""
    first = next(((one, mark) for one in passages for mark in one.marks), None)
    if first is None:
        return address
    passage, (start, end) = first
    source_id, no = revision
    return f"{address}?hit={Pinpoint(source_id, passage.start + start, passage.start + end, no)}#hit"


def _others(entry: Entry, veil: Veil, leaves: Sequence[Leaf], *, most: int) -> list[SnippetOut]:
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


def _code_hit(project: Project, match: Match, code: Code, leaves: Sequence[Leaf], veil: Veil) -> HitOut:
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
        title=code.name_th,
        title_marks=_marks(code.name_th, leaves),
        url=f"/p/{project.slug}/codebook/{code.id}",
        score=round(match.score, 4),
        is_whole=match.is_whole,
        snippets=shown[:3],
        kind=None,
        provinces=[],
        event_date=None,
    )
