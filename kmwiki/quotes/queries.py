"""Reading quotes: their words in context, where these come from, and where they stand in the text as it is now.

Who is a member of the project reads the passage of the revision it was taken from. Who reads the text only because it
is public knows its head alone: they read the words where they stand in it, as long as they stand there unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, not_, or_, select, tuple_

from kmwiki.accounts.models import Project
from kmwiki.coding.seen import blind_roots
from kmwiki.comments.models import Comment
from kmwiki.entries.access import WHOLE
from kmwiki.entries.models import Entry
from kmwiki.entries.queries import path_of
from kmwiki.quotes.models import Quote
from kmwiki.quotes.standing import Asked, Standing, stand
from kmwiki.sources.access import may_read_history, visible_to
from kmwiki.sources.models import Revision, Source
from kmwiki.sources.queries import names_of
from kmwiki.sources.veil import veil_for
from kmwiki.text.clusters import snap

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller
    from kmwiki.sources.veil import Veil

AROUND = 240
"""Code points of context on each side."""
CHUNK = 400

Place = tuple[int, int, int, int]
"""Source, revision, start, end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A quote as one reader may see it; start, end and context are those of the revision shown.

    `revision` and `saved` are None for who reads the head alone. `words_now` is what stands in the head.
    """

    id: int
    project: Project
    entry: Entry
    title: str
    authors: str
    comment_id: int | None
    source_id: int
    revision: int | None
    saved: datetime | None
    head: int
    start: int
    end: int
    before: str
    words: str
    after: str
    standing: Standing
    words_now: str | None
    made: datetime
    made_by: str

    @property
    def address(self) -> str:
        """Its own address on this site."""
        return f"/q/{self.id}"

    @property
    def is_comment(self) -> bool:
        """Whether it stands in a comment."""
        return self.comment_id is not None

    @property
    def has_changed(self) -> bool:
        """Whether the words themselves are no longer as they were, or gone."""
        return self.standing.state in {"changed", "lost"}

    @property
    def note_url(self) -> str:
        """The address of the note, at the comment if it stands in one."""
        path = path_of(self.project.slug, self.entry)
        return path if self.comment_id is None else f"{path}?comment={self.comment_id}"

    @property
    def url(self) -> str:
        """Where its words stand now; without a place there, the note."""
        place = self.standing
        if place.start is None or place.end is None:
            return self.note_url if self.comment_id is None else f"{self.note_url}#comment-{self.comment_id}"
        joint = "&" if "?" in self.note_url else "?"
        return f"{self.note_url}{joint}hit={self.source_id}:{place.start}-{place.end}#hit"

    @property
    def old_url(self) -> str | None:
        """The address of the revision it was taken from, for who may read that; comments have no page for theirs."""
        if self.revision is None or self.comment_id is not None:
            return None
        return f"/p/{self.project.slug}/e/{self.entry.number}/history/{self.revision}"


@dataclass(frozen=True, slots=True)
class _Row:
    quote: Quote
    source: Source
    old: Revision
    head: Revision
    entry: Entry
    comment: Comment | None
    project: Project


def told(session: Session, caller: Caller, ids: Iterable[int]) -> dict[int, Told]:
    """Return these quotes as far as the caller may read them; the others are left out. Few statements, however many."""
    wanted = list(dict.fromkeys(ids))
    found: dict[int, Told] = {}
    for start in range(0, len(wanted), CHUNK):
        found |= _told(session, caller, wanted[start : start + CHUNK])
    return found


def known(session: Session, places: Iterable[Place]) -> dict[Place, int]:
    """Return the ids of quotes that stand on exactly these places, by place; those without one are left out."""
    wanted = list(dict.fromkeys(places))
    columns = (Quote.source_id, Quote.revision, Quote.start, Quote.end)
    found: dict[Place, int] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = session.execute(select(Quote.id, *columns).where(tuple_(*columns).in_(wanted[start : start + CHUNK])))
        found.update(((row[1], row[2], row[3], row[4]), row[0]) for row in rows)
    return found


def quotes_of(
    session: Session,
    caller: Caller,
    project_id: int,
    *,
    source_id: int | None = None,
    offset: int = 0,
    size: int = 50,
) -> tuple[list[Told], int]:
    """Return quotes from texts of a project that the caller may read, the youngest first, and their number.

    Of a text that they are coding blind, their own: what others found worth quoting says what they think of it.
    """
    wanted = [Quote.project_id == project_id, visible_to(caller)]
    if caller.user_id is not None:
        is_blind = func.coalesce(Source.root_id, Source.id).in_(blind_roots(caller.user_id))
        wanted.append(or_(Quote.author_id == caller.user_id, not_(is_blind)))
    if source_id is not None:
        wanted.append(Quote.source_id == source_id)
    base = select(Quote.id).join(Source, Source.id == Quote.source_id)
    total = session.scalar(select(func.count()).select_from(base.where(*wanted).subquery())) or 0
    ids = list(session.scalars(base.where(*wanted).order_by(Quote.id.desc()).offset(offset).limit(size)))
    found = told(session, caller, ids)
    return [found[each] for each in ids if each in found], total


def _told(session: Session, caller: Caller, ids: Sequence[int]) -> dict[int, Told]:
    rows = _rows(session, caller, ids)
    standings = stand(Asked(row.old, row.head, row.quote.start, row.quote.end) for row in rows)
    people = {row.quote.author_id for row in rows} | {row.source.author_id for row in rows}
    names = names_of(session, {each for each in people if each is not None})
    veils = {row.project.id: veil_for(session, caller, row.project.id) for row in rows}
    found: dict[int, Told] = {}
    for row, standing in zip(rows, standings, strict=True):
        veil = veils[row.project.id]
        if may_read_history(caller, row.source):
            found[row.quote.id] = _tell(row, standing, veil, names, is_member=True)
        elif standing.state in {"same", "placed"}:
            found[row.quote.id] = _tell(row, standing, veil, names, is_member=False)
    return found


def _rows(session: Session, caller: Caller, ids: Sequence[int]) -> list[_Row]:
    pairs = session.execute(
        select(Quote, Source)
        .join(Source, Source.id == Quote.source_id)
        .where(Quote.id.in_(ids), visible_to(caller))
        .order_by(Quote.id)
    ).all()
    if not pairs:
        return []
    numbers = {(quote.source_id, no) for quote, source in pairs for no in (quote.revision, source.head_no)}
    at = tuple_(Revision.source_id, Revision.no)
    texts = {(row.source_id, row.no): row for row in session.scalars(select(Revision).where(at.in_(sorted(numbers))))}
    roots = {source.root_id or source.id for _, source in pairs}
    entries = {
        row.source_id: row for row in session.scalars(select(Entry).where(Entry.source_id.in_(roots)).options(*WHOLE))
    }
    said = [source.id for _, source in pairs if source.kind == "comment"]
    comments = {row.source_id: row for row in session.scalars(select(Comment).where(Comment.source_id.in_(said)))}
    places = {row.project_id for _, row in pairs}
    projects = {row.id: row for row in session.scalars(select(Project).where(Project.id.in_(places)))}
    return [
        _Row(
            quote,
            source,
            texts[source.id, quote.revision],
            texts[source.id, source.head_no],
            entries[source.root_id or source.id],
            comments.get(source.id),
            projects[source.project_id],
        )
        for quote, source in pairs
    ]


def _tell(row: _Row, standing: Standing, veil: Veil, names: Mapping[int, str], *, is_member: bool) -> Told:
    quote, shown = row.quote, row.old if is_member else row.head
    own = veil.over(row.source)
    start, end = (quote.start, quote.end) if is_member else (standing.start or 0, standing.end or 0)
    text = own.text(shown.reading_text)
    left, right = snap(text, max(start - AROUND, 0), min(end + AROUND, len(text)))
    now = None
    if standing.start is not None and standing.end is not None:
        now = own.cut(row.head.reading_text, standing.start, standing.end)
    return Told(
        id=quote.id,
        project=row.project,
        entry=row.entry,
        title=veil.over(row.entry.source).text(row.entry.title),
        authors=veil.text(_authors(row, names)),
        comment_id=row.comment.id if row.comment else None,
        source_id=row.source.id,
        revision=shown.no if is_member else None,
        saved=shown.created if is_member else None,
        head=row.head.no,
        start=start,
        end=end,
        before=text[left:start],
        words=text[start:end],
        after=text[end:right],
        standing=standing,
        words_now=now,
        made=quote.created,
        made_by=veil.text(names.get(quote.author_id or 0, "")) if is_member else "",
    )


def _authors(row: _Row, names: Mapping[int, str]) -> str:
    """Return whose words they are: the comment's writer, the note's authors, else who saved it first."""
    own = names.get(row.source.author_id or 0, "")
    if row.comment is not None:
        return own or row.comment.author_name
    return ", ".join(author.name for author in row.entry.authors) or own
