"""What memos are about and link to, in words: its title and address. What the caller may not read is left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import aliased

from kmwiki.coding.models import Code, Coding
from kmwiki.coding.seen import seen_by
from kmwiki.comments.models import Comment
from kmwiki.entries.models import Entry
from kmwiki.entries.queries import path_of
from kmwiki.memos.access import shown_to
from kmwiki.memos.links import Ref, without_links
from kmwiki.memos.models import Memo
from kmwiki.quotes.queries import told
from kmwiki.security.policy import Permission, can
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Revision, Source
from kmwiki.sources.veil import veil_for
from kmwiki.text.clusters import clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.security.policy import Caller
    from kmwiki.sources.veil import Veil

TITLE = 80
"""Code points of a quote or of a beginning that stand for a title."""
CHUNK = 400


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that a memo is about or links to; `within` is the title of the entry it stands in."""

    kind: str
    id: int
    title: str
    url: str
    within: str = ""
    code: Code | None = None
    entry: Entry | None = None


def things(session: Session, caller: Caller, project: Project, wanted: Iterable[Ref]) -> Mapping[Ref, Thing]:
    """Return those of a project's things that the caller may read, by kind and id (of a `note`, its number)."""
    return _Finder(session, caller, project).find(wanted)


def opening(title: str, text: str) -> str:
    """Return a title, or the beginning of a text that has none."""
    return title or clip(without_links(next((line.strip() for line in text.splitlines() if line.strip()), "")), TITLE)


class _Finder:
    """Looks things up, a few statements for each kind."""

    def __init__(self, session: Session, caller: Caller, project: Project) -> None:
        self.session = session
        self.caller = caller
        self.project = project
        self.veil: Veil = veil_for(session, caller, project.id)

    def find(self, wanted: Iterable[Ref]) -> Mapping[Ref, Thing]:
        ids: dict[str, list[int]] = {}
        for ref in dict.fromkeys(wanted):
            ids.setdefault(ref.kind, []).append(ref.id)
        if not can(self.caller, Permission.READ, self.project.id):
            return {}
        found: dict[Ref, Thing] = {}
        for kind, some in ids.items():
            look = getattr(self, f"_{kind}s")
            for start in range(0, len(some), CHUNK):
                found.update((Ref(kind, key), thing) for key, thing in look(some[start : start + CHUNK]).items())
        return found

    def _projects(self, ids: list[int]) -> dict[int, Thing]:
        own = self.project
        return {own.id: Thing("project", own.id, own.name, f"/p/{own.slug}")} if own.id in ids else {}

    def _codes(self, ids: list[int]) -> dict[int, Thing]:
        rows = self.session.scalars(select(Code).where(Code.id.in_(ids), Code.project_id == self.project.id))
        return {
            row.id: Thing(
                "code", row.id, self.veil.text(row.name_th), f"/p/{self.project.slug}/codebook/{row.id}", code=row
            )
            for row in rows
        }

    def _entrys(self, ids: list[int]) -> dict[int, Thing]:
        return {entry.id: thing for entry, thing in self._entries(Entry.id.in_(ids))}

    def _notes(self, numbers: list[int]) -> dict[int, Thing]:
        return {entry.number: thing for entry, thing in self._entries(Entry.number.in_(numbers))}

    def _entries(self, wanted: object) -> list[tuple[Entry, Thing]]:
        statement = (
            select(Entry, Source)
            .join(Source, Source.id == Entry.source_id)
            .where(Entry.project_id == self.project.id, wanted, visible_to(self.caller))  # type: ignore[arg-type]
        )
        return [
            (
                entry,
                Thing("entry", entry.id, self._title(entry, source), path_of(self.project.slug, entry), entry=entry),
            )
            for entry, source in self.session.execute(statement)
        ]

    def _title(self, entry: Entry, source: Source) -> str:
        return self.veil.over(source).text(entry.title)

    def _comments(self, ids: list[int]) -> dict[int, Thing]:
        root = aliased(Source)
        statement = (
            select(Comment, Source, Revision.reading_text, Entry, root)
            .join(Source, Source.id == Comment.source_id)
            .join(Revision, (Revision.source_id == Source.id) & (Revision.no == Source.head_no))
            .join(Entry, Entry.source_id == Comment.on_source_id)
            .join(root, root.id == Entry.source_id)
            .where(Comment.id.in_(ids), Source.project_id == self.project.id, visible_to(self.caller))
        )
        found = {}
        for comment, source, text, entry, on in self.session.execute(statement):
            words = opening("", self.veil.over(source).text(text))
            url = f"{path_of(self.project.slug, entry)}?comment={comment.id}#comment-{comment.id}"
            found[comment.id] = Thing("comment", comment.id, words, url, self._title(entry, on), entry=entry)
        return found

    def _codings(self, ids: list[int]) -> dict[int, Thing]:
        root = aliased(Source)
        statement = (
            select(Coding, Code, Source, Entry, root)
            .join(Code, Code.id == Coding.code_id)
            .join(Source, Source.id == Coding.source_id)
            .join(root, root.id == Coding.root_id)
            .join(Entry, Entry.source_id == Coding.root_id)
            .where(Coding.id.in_(ids), Coding.project_id == self.project.id, Coding.deleted.is_(None))
            .where(visible_to(self.caller), seen_by(self.caller))
        )
        found = {}
        for coding, code, source, entry, on in self.session.execute(statement):
            place = f"?comment={self._comment_of(source)}" if source.kind == "comment" else ""
            url = f"{path_of(self.project.slug, entry)}{place}#c{coding.id}"
            words = clip(self._quote(coding, source), TITLE)
            found[coding.id] = Thing("coding", coding.id, words, url, self._title(entry, on), code, entry)
        return found

    def _comment_of(self, source: Source) -> int | None:
        return self.session.scalar(select(Comment.id).where(Comment.source_id == source.id))

    def _quote(self, coding: Coding, source: Source) -> str:
        """Cut the words a coding stands on, those of its evidence when it has lost them, out of what may be seen."""
        place = coding.start, coding.end, source.head_no
        if coding.start is None or coding.end is None:
            place = coding.ev_start, coding.ev_end, coding.ev_revision
        start, end, no = place
        text = self.session.get_one(Revision, (source.id, no)).reading_text
        return self.veil.over(source).cut(text, start or 0, end or 0)

    def _quotes(self, ids: list[int]) -> dict[int, Thing]:
        found = told(self.session, self.caller, ids)
        return {
            each.id: Thing("quote", each.id, clip(each.words, TITLE), each.address, each.title, entry=each.entry)
            for each in found.values()
        }

    def _memos(self, ids: list[int]) -> dict[int, Thing]:
        statement = (
            select(Memo, Source, Revision.reading_text)
            .join(Source, Source.id == Memo.source_id)
            .join(Revision, (Revision.source_id == Source.id) & (Revision.no == Source.head_no))
            .where(Memo.id.in_(ids), Source.project_id == self.project.id, shown_to(self.caller))
        )
        return {
            memo.id: Thing(
                "memo", memo.id, self._memo_title(memo, source, text), address_of(self.project.slug, memo.id)
            )
            for memo, source, text in self.session.execute(statement)
        }

    def _memo_title(self, memo: Memo, source: Source, text: str) -> str:
        veil = self.veil.over(source)
        return opening(veil.text(memo.title), veil.text(text))


def address_of(slug: str, memo_id: int) -> str:
    """Return the address of a memo on this site."""
    return f"/p/{slug}/memos/{memo_id}"
