"""Texts of the database as documents of the index: what is searched, what it is filtered and counted by."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from kmwiki.accounts.models import User
from kmwiki.coding.models import Code, Coding
from kmwiki.coding.seen import COUNTED
from kmwiki.comments.models import Comment
from kmwiki.entries.kinds import texts_of
from kmwiki.entries.models import Entry
from kmwiki.memos.models import Memo
from kmwiki.search.compounds import all_words
from kmwiki.search.engine import PART, Document
from kmwiki.search.equals import facts_of
from kmwiki.sources.models import Revision, Source
from kmwiki.sources.veil import cleared_forms
from kmwiki.text.personal import BLOCK, masked
from kmwiki.text.thai import fold
from kmwiki.text.words import general_words

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.text.words import Segmenter, Word

TITLE_WEIGHT, LEAD_WEIGHT = 3.0, 1.5
CHUNK = 400
HERE = ZoneInfo("Asia/Bangkok")
"""In which a memo without an entry has its day."""
INDEXED = ("entry", "comment", "memo")
_WRITTEN = frozenset({"tag", "author"})  # the columns that hold people's words
_HIDDEN = re.compile(f"{BLOCK}+")


@dataclass(frozen=True, slots=True)
class Outline:
    """A document without its body: enough to tell whether the index has it as it is."""

    key: str
    project_id: int
    title: str = ""
    lead: str = ""
    fields: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    source_id: int | None = None
    revision: int = 0
    clearings: int = 0
    keep: frozenset[str] = frozenset()
    """What its project has cleared of what looks personal; all else of that kind is masked and so never indexed."""

    @property
    def version(self) -> str:
        """What changes whenever the document does: the revision's number and a digest of all that is told about it.

        By which words of a dictionary it was cut is told of whole projects (see cutting.py).
        """
        told = repr((self.title, self.lead, self.fields, sorted(self.columns.items())))
        return f"{self.revision}.{self.clearings}:{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def outlines(session: Session, keys: Collection[str]) -> dict[str, Outline]:
    """Return what these documents are like now; a key that names nothing to be searched (any more) is left out."""
    sources = [int(key[7:]) for key in keys if key.startswith("source:")]
    codes = [int(key[5:]) for key in keys if key.startswith("code:")]
    found: dict[str, Outline] = {}
    for some in _chunks(sources):
        found.update((one.key, one) for one in _source_outlines(session, some))
    for some in _chunks(codes):
        rows = session.scalars(select(Code).where(Code.id.in_(some), Code.state == "live")).all()
        keep = _cleared(session, {row.project_id for row in rows})
        found.update((one.key, one) for one in (_code_outline(row, keep[row.project_id]) for row in rows))
    return found


def _cleared(session: Session, project_ids: Collection[int]) -> dict[int, frozenset[str]]:
    return {project_id: cleared_forms(session, project_id) for project_id in project_ids}


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _source_outlines(session: Session, ids: Sequence[int]) -> Iterator[Outline]:
    rows = session.scalars(
        select(Source).where(Source.id.in_(ids), Source.deleted.is_(None), Source.kind.in_(INDEXED))
    ).all()
    roots = {row.root_id or row.id for row in rows}
    entries = {
        entry.source_id: entry
        for entry in session.scalars(
            select(Entry)
            .where(Entry.source_id.in_(roots))
            .options(selectinload(Entry.places), selectinload(Entry.authors), selectinload(Entry.tags))
        )
    }
    comments = {one.source_id: one for one in session.scalars(select(Comment).where(Comment.source_id.in_(ids)))}
    memos = {one.source_id: one for one in session.scalars(select(Memo).where(Memo.source_id.in_(ids)))}
    codes = _codes(session, ids)
    writers = {row.author_id for row in rows} - {None}
    names = {user.id: user.name for user in session.scalars(select(User).where(User.id.in_(writers)))}
    keep = _cleared(session, {row.project_id for row in rows})
    for row in rows:
        entry = entries.get(row.root_id or row.id)
        memo = memos.get(row.id)
        author = names.get(row.author_id, "") if row.author_id is not None else ""
        if memo is not None:
            made = _memo_outline(row, memo, entry, codes.get(row.id, ()), author)
        elif entry is not None and row.kind != "memo":
            made = _source_outline(row, entry, comments.get(row.id), codes.get(row.id, ()), author)
        else:
            continue
        yield _masked(made, keep[row.project_id])


def _codes(session: Session, ids: Sequence[int]) -> dict[int, set[tuple[int, str | None]]]:
    """Return the codes that stand in each text, with whose voice: accepted codings that have a place."""
    found: dict[int, set[tuple[int, str | None]]] = defaultdict(set)
    rows = session.execute(
        select(Coding.source_id, Coding.code_id, Coding.voice)
        .where(
            Coding.source_id.in_(ids),
            COUNTED,
            or_(Coding.state != "lost", Coding.state.is_(None)),
        )
        .distinct()
    )
    for source_id, code_id, voice in rows:
        found[source_id].add((code_id, voice))
    return found


def _source_outline(
    row: Source, entry: Entry, comment: Comment | None, codes: Collection[tuple[int, str | None]], author: str
) -> Outline:
    is_entry = row.kind == "entry"
    columns = {
        **_of_source(row, codes),
        **_of_entry(entry),
        "tag": tuple(tag.tag for tag in entry.tags) if is_entry else (),
        "author": _authors(entry, comment, author, is_entry=is_entry),
    }
    return Outline(
        key=f"source:{row.id}",
        project_id=row.project_id,
        title=entry.title if is_entry else "",
        lead=entry.lead if is_entry else "",
        fields=tuple(texts_of(entry.kind, entry.fields)) if is_entry else (),
        columns={name: values for name, values in columns.items() if values},
        source_id=row.id,
        revision=row.head_no,
        clearings=row.clearings,
    )


def _memo_outline(
    row: Source, memo: Memo, entry: Entry | None, codes: Collection[tuple[int, str | None]], author: str
) -> Outline:
    """Tell about a memo: place, kind and date are those of the entry it hangs on; without one, the day it was written.

    A memo on a code, or on a passage of it, is not counted under that code: it is no passage.
    """
    day = row.created.astimezone(HERE).date()
    alone = {"root": (str(row.id),), "event": (day.isoformat(), day.isoformat()), "year": (str(day.year),)}
    columns = {
        **_of_source(row, codes),
        **(_of_entry(entry) if entry is not None else alone),
        "author": (author,) if author else (),
    }
    return Outline(
        key=f"source:{row.id}",
        project_id=row.project_id,
        title=memo.title,
        columns={name: values for name, values in columns.items() if values},
        source_id=row.id,
        revision=row.head_no,
        clearings=row.clearings,
    )


def _of_source(row: Source, codes: Collection[tuple[int, str | None]]) -> dict[str, tuple[str, ...]]:
    return {
        "type": (row.kind,),
        "source": (str(row.id),),
        "code": tuple(str(code) for code in sorted({code for code, _ in codes})),
        "voice": tuple(sorted({voice for _, voice in codes if voice})),
        "updated": (row.updated.isoformat(),),
    }


def _of_entry(entry: Entry) -> dict[str, tuple[str, ...]]:
    return {
        "root": (str(entry.source_id),),
        "entry": (str(entry.id),),
        "kind": (entry.kind,),
        "province": tuple(dict.fromkeys(place.province_code for place in entry.places)),
        "district": _levels(entry, 4),
        "place": _levels(entry, 2, 4, 6),
        **_when(entry),
    }


def _masked(outline: Outline, keep: frozenset[str]) -> Outline:
    """Mask what is personal in all that is told about a text; the body is masked when it is folded."""
    return replace(
        outline,
        title=masked(outline.title, keep),
        lead=masked(outline.lead, keep),
        fields=tuple(masked(each, keep) for each in outline.fields),
        columns={
            name: tuple(masked(each, keep) for each in values) if name in _WRITTEN else values
            for name, values in outline.columns.items()
        },
        keep=keep,
    )


def _levels(entry: Entry, *digits: int) -> tuple[str, ...]:
    """Return the codes of an entry's places on these levels: 2 digits a province, 4 a district, 6 a tambon."""
    codes = (place.place_code[:size] for place in entry.places for size in digits if len(place.place_code) >= size)
    return tuple(dict.fromkeys(codes))


def _authors(entry: Entry, comment: Comment | None, author: str, *, is_entry: bool) -> tuple[str, ...]:
    if is_entry:
        return tuple(one.name for one in entry.authors) or ((author,) if author else ())
    name = (comment.author_name if comment is not None else "") or author
    return (name,) if name else ()


def _when(entry: Entry) -> dict[str, tuple[str, ...]]:
    """Tell when it was: the event's date, else the day on which the original was written."""
    if entry.event_start is not None:
        last = entry.event_end or entry.event_start
        years = range(entry.event_start.year, last.year + 1)
        return {
            "event": (entry.event_start.isoformat(), last.isoformat()),
            "year": tuple(str(year) for year in years[:20]),
        }
    if entry.written is not None:
        day = entry.written.date()
        return {"event": (day.isoformat(), day.isoformat()), "year": (str(day.year),)}
    return {}


def _code_outline(code: Code, keep: frozenset[str]) -> Outline:
    texts = (code.definition, code.include, code.exclude, code.example, *code.aliases)
    made = Outline(
        key=f"code:{code.id}",
        project_id=code.project_id,
        title=PART.join(name for name in (code.name_th, code.name_en) if name),
        fields=tuple(text for text in texts if text),
        columns={"type": ("code",), "id": (str(code.id),)},
    )
    return _masked(made, keep)


def build(session: Session, wanted: Iterable[Outline], segmenter: Callable[[int], Segmenter]) -> Iterator[Document]:
    """Make the documents of these outlines; `segmenter` gives that of a project."""
    wanted = list(wanted)
    bodies: dict[tuple[int, int], str] = {}
    for some in _chunks([one.source_id for one in wanted if one.source_id is not None]):
        rows = session.execute(
            select(Revision.source_id, Revision.no, Revision.reading_text)
            .join(Source, (Source.id == Revision.source_id) & (Source.head_no == Revision.no))
            .where(Revision.source_id.in_(some))
        )
        bodies.update({(source_id, no): text for source_id, no, text in rows})
    for one in wanted:
        body = bodies.get((one.source_id, one.revision), "") if one.source_id is not None else ""
        yield make_document(one, body, segmenter(one.project_id))


def make_document(outline: Outline, body: str, segmenter: Segmenter) -> Document:
    """Fold, cut into words and count one text."""
    title = _folded(outline.title.split(PART))
    lead = _folded([outline.lead])
    rest = _folded([masked(body, outline.keep), *outline.fields])
    title_end = len(title) + 1
    lead_end = title_end + len(lead) + 1
    text = PART.join((title, lead, rest))
    edges = bytearray((len(text) >> 3) + 1)
    counts: dict[str, float] = defaultdict(float)
    for word, inside in all_words(segmenter, text):
        weight = TITLE_WEIGHT if word.start < title_end else LEAD_WEIGHT if word.start < lead_end else 1
        for edge in _edges(word, inside):
            edges[edge >> 3] |= 1 << (edge & 7)
        for text_of_word in (word.text, *inside) if word.is_word else ():
            counts[text_of_word] += weight
    return Document(
        key=outline.key,
        project_id=outline.project_id,
        version=outline.version,
        text=text,
        edges=bytes(edges),
        title_end=title_end,
        lead_end=lead_end,
        words=counts,
        trigrams=_trigrams(title, lead, rest),
        facts=facts_of(text),
        columns=outline.columns,
    )


def _edges(word: Word, inside: Sequence[str]) -> list[int]:
    """Return where a token begins and ends.

    The product's and a project's own compounds have edges inside as well: whoever looks for ออม means ออมวันละบาท too.
    """
    found = [word.start]
    if word.text not in general_words():
        found += accumulate((len(part) for part in inside[:-1]), initial=word.start)
    return [*found, word.end]


def _folded(parts: Sequence[str]) -> str:
    pieces = (piece for part in parts for piece in _HIDDEN.split(part))  # nothing is found across what is hidden
    return PART.join(filter(None, (fold(piece).strip() for piece in pieces)))


def _trigrams(title: str, lead: str, rest: str) -> Mapping[str, float]:
    counts: dict[str, float] = defaultdict(float)
    for part, weight in ((title, TITLE_WEIGHT), (lead, LEAD_WEIGHT), (rest, 1)):
        once = Counter(trigrams_of(part))
        for trigram, count in once.items():
            counts[trigram] += count * weight
    return counts


def trigrams_of(folded: str) -> list[str]:
    """Cut a folded text into all runs of three characters, blanks left out: Thai blanks are a matter of taste."""
    solid = folded.replace(" ", "")
    found = [solid[at : at + 3] for at in range(len(solid) - 2)]
    return [one for one in found if PART not in one] if PART in solid else found


def expand(session: Session, keys: Iterable[str]) -> set[str]:
    """Turn asked-for keys into those of documents: an entry's comments follow it in rights, place and date."""
    wanted = set(keys)
    entry_ids = [int(key[6:]) for key in wanted if key.startswith("entry:")]
    for some in _chunks(entry_ids):
        rows = session.scalars(select(Entry.source_id).where(Entry.id.in_(some)))
        wanted.update(f"source:{source_id}" for source_id in rows)
    for key in [key for key in wanted if key.startswith("codes:")]:
        rows = session.scalars(select(Code.id).where(Code.project_id == int(key[6:]), Code.state == "live"))
        wanted.update(f"code:{code_id}" for code_id in rows)
    wanted = {key for key in wanted if not key.startswith(("entry:", "codes:"))}
    roots = [int(key[7:]) for key in wanted if key.startswith("source:")]
    for some in _chunks(roots):
        rows = session.scalars(select(Source.id).where(Source.root_id.in_(some)))
        wanted.update(f"source:{source_id}" for source_id in rows)
    return wanted


def all_keys(session: Session) -> list[str]:
    """Return the key of every document that the index should hold, in a steady order."""
    sources = session.scalars(
        select(Source.id).where(Source.deleted.is_(None), Source.kind.in_(INDEXED)).order_by(Source.id)
    )
    codes = session.scalars(select(Code.id).where(Code.state == "live").order_by(Code.id))
    return [f"source:{one}" for one in sources] + [f"code:{one}" for one in codes]
