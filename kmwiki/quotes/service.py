"""Making quotes: of any passage of a note or a comment, of what a coding stands on. The same passage is one quote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select

from kmwiki.coding.passages import check_passage
from kmwiki.errors import Invalid, say
from kmwiki.events.service import record
from kmwiki.quotes.models import Quote
from kmwiki.security.policy import Permission
from kmwiki.sources.access import demand
from kmwiki.sources.queries import revision as revision_of
from kmwiki.sources.veil import veil_for

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from kmwiki.coding.models import Coding
    from kmwiki.security.policy import Caller
    from kmwiki.sources.models import Revision, Source

Of = Literal["now", "evidence"]
KINDS = ("entry", "comment")


@dataclass(frozen=True, slots=True)
class Choice:
    """What of a coding can be quoted: what it stands on now, or its evidence; `quote_id` where that is a quote."""

    of: Of
    words: str
    revision: int
    quote_id: int | None


def pin(
    session: Session,
    caller: Caller,
    source: Source,
    *,
    start: int,
    end: int,
    quote: str | None = None,
    revision: int | None = None,
) -> tuple[Quote, bool]:
    """Give a passage of a readable note or comment an address. Return the quote, and if it is new.

    The revision is the head unless one is named. Forbidden (Unauthenticated) for who is not of the project; NotFound
    for a revision that is not there; Invalid for a place that its text does not have, or if `quote` is not what stands
    there. Whoever sees personal data masked names the words as they see them: what is not so is told masked too.
    """
    demand(caller, Permission.READ, source.project_id)
    if source.kind not in KINDS:
        raise Invalid.one("source_id", say("Only words of notes and comments can be quoted."))
    text = revision_of(session, source, revision)
    shown = veil_for(session, caller, source.project_id).over(source).text(text.reading_text)
    check_passage(shown, start, end, shown[max(start, 0) : max(end, 0)] if quote is None else quote)
    known = session.scalar(_same(source, text, start, end))
    if known is not None:
        return session.get_one(Quote, known), False
    made = Quote(
        project_id=source.project_id,
        source_id=source.id,
        revision=text.no,
        sha256=text.sha256,
        start=start,
        end=end,
        author_id=caller.user_id,
    )
    session.add(made)
    session.flush()
    told = {"quote": made.id, "revision": text.no, "start": start, "end": end}
    record(session, caller, "quote.made", project_id=source.project_id, source_id=source.id, **told)
    return made, True


def pin_coding(
    session: Session, caller: Caller, coding: Coding, source: Source, *, of: Of = "now"
) -> tuple[Quote, bool]:
    """Quote what a readable coding stands on now, or its evidence; one that has lost its words has only that."""
    if of == "now" and coding.start is not None and coding.end is not None:
        return pin(session, caller, source, start=coding.start, end=coding.end)
    return pin(session, caller, source, start=coding.ev_start, end=coding.ev_end, revision=coding.ev_revision)


def choices_of(session: Session, caller: Caller, coding: Coding, source: Source) -> list[Choice]:
    """Return what of a readable coding can be quoted: one choice where it stands on the very words of its evidence."""
    veil = veil_for(session, caller, source.project_id).over(source)
    wanted: list[tuple[Of, int, int, int]] = [("evidence", coding.ev_revision, coding.ev_start, coding.ev_end)]
    if coding.start is not None and coding.end is not None:
        wanted.insert(0, ("now", source.head_no, coding.start, coding.end))
    found: list[Choice] = []
    for of, number, start, end in wanted:
        text = revision_of(session, source, number)
        words = veil.cut(text.reading_text, start, end)
        if not found or found[0].words != words:
            found.append(Choice(of, words, number, session.scalar(_same(source, text, start, end))))
    return found


def _same(source: Source, text: Revision, start: int, end: int) -> Select[int]:
    return select(Quote.id).where(
        Quote.source_id == source.id, Quote.sha256 == text.sha256, Quote.start == start, Quote.end == end
    )
