"""Lists of passages as files: tables (CSV, xlsx), and papers with headings and sources (docx, HTML)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kmwiki.db import now
from kmwiki.errors import N_, Invalid, say
from kmwiki.formats import docx_writing
from kmwiki.formats.spreadsheets import write_csv, write_xlsx
from kmwiki.quotes.queries import known
from kmwiki.retrieval.html_paper import HtmlPaper
from kmwiki.retrieval.naming import group_names
from kmwiki.retrieval.showing import portions
from kmwiki.retrieval.telling import STATE_WORDS, STATUS_WORDS, VOICE_WORDS, sentence
from kmwiki.sources.pinpoints import Pinpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.formats.spreadsheets import Cell
    from kmwiki.retrieval.asking import Question
    from kmwiki.retrieval.book import Book
    from kmwiki.retrieval.finding import Found
    from kmwiki.retrieval.ordering import GroupKey
    from kmwiki.retrieval.showing import Row
    from kmwiki.retrieval.telling import Tongue
    from kmwiki.security.policy import Caller

TYPES: Mapping[str, str] = {
    "docx": docx_writing.MIME,
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "html": "text/html",
}
"""The formats, and how each is told to browsers."""
SHORT = 20_000
"""Up to so many rows a table is written in memory."""
PAPERS = frozenset({"docx", "html"})
HEADS = (
    N_("Code"), N_("Words"), N_("Before"), N_("After"), N_("Whole passage, where only a part was asked for"),
    N_("Note"), N_("Title"), N_("Stands in"), N_("Comment by"), N_("Kind of note"), N_("Place"),
    N_("Date of the event"), N_("Date (ISO 8601)"), N_("Coder"), N_("Whose voice"), N_("State of the words"),
    N_("Status"),
    N_("Thought about this passage"), N_("Coded on"), N_("Revision"), N_("Start"), N_("End"),
    N_("Identifier of the coding"), N_("Link"),
)  # fmt: skip


@dataclass(frozen=True)
class Export:
    """A list on its way into a file.

    What was found belongs to `project`; `site` is what addresses begin with; `tell` hears how many rows are done.
    """

    session: Session
    caller: Caller
    project: Project
    book: Book
    found: Found
    tongue: Tongue
    site: str
    tell: Callable[[int, int], None] | None = None

    def portions(self) -> Iterator[list[tuple[Row, str]]]:
        """Give the rows with their addresses: that of a quote where these words are one, else of the place."""
        done = 0
        for rows in portions(self.session, self.caller, self.project.id, self.found, self.book):
            quotes = known(self.session, [_spot(row) for row in rows if not row.is_lost])
            yield [(row, self._link(row, quotes.get(_spot(row)))) for row in rows]
            done += len(rows)
            if self.tell is not None:
                self.tell(done, len(self.found.lines))

    def _link(self, row: Row, quote_id: int | None) -> str:
        if quote_id is not None:
            return f"{self.site}/q/{quote_id}"
        note = f"{self.site}/p/{self.project.slug}/e/{row.entry.number}"
        return note if row.is_lost else f"{note}?hit={Pinpoint(*_place(row))}#hit"

    def names(self) -> dict[GroupKey, str]:
        """Return what the groups are called."""
        return group_names(self.session, self.caller, self.found, self.book, self.tongue)


def _place(row: Row) -> tuple[int, int, int, int]:
    coding = row.coding
    return coding.source_id, coding.start or 0, coding.end or 0, row.revision


def _spot(row: Row) -> tuple[int, int, int, int]:
    source_id, start, end, revision = _place(row)
    return source_id, revision, start, end


def read_format(value: str) -> str:
    """Read which kind of file is wanted. Invalid for one that is not made here."""
    if value in TYPES:
        return value
    raise Invalid.one("format", say("%(value)s is none of: %(names)s.", value=value[:80], names=", ".join(TYPES)))


def question_for(question: Question, form: str) -> Question:
    """Return the question as a file of that format lists it: papers have headings, by code where nothing is said."""
    return replace(question, by="code") if form in PAPERS and question.by == "none" else question


def write_file(export: Export, form: str) -> bytes:
    """Write the list in that format."""
    if form in PAPERS:
        return _paper(export, form)
    tell = export.tongue.translate
    by_group = export.found.question.by != "none"
    header = [*([tell(N_("Group"))] if by_group else []), *(tell(head) for head in HEADS)]
    rows = _table(export, by_group=by_group)
    if form == "csv":
        return write_csv(header, rows).encode()
    return write_xlsx(tell(N_("Coded passages")), header, rows, is_short=len(export.found.lines) <= SHORT)


def _table(export: Export, *, by_group: bool) -> Iterator[list[Cell]]:
    names = export.names() if by_group else {}
    for portion in export.portions():
        for row, link in portion:
            cells = _cells(row, link, export.tongue)
            yield [names[row.group], *cells] if by_group else cells


def _cells(row: Row, link: str, tongue: Tongue) -> list[Cell]:
    coding, entry, tell = row.coding, row.entry, tongue.translate
    return [
        tongue.code(row.code),
        row.quote,
        row.before,
        row.after,
        row.whole if row.is_partial else "",
        entry.number,
        row.title,
        tell(N_("Comment") if row.is_comment else N_("Note")),
        row.said_by,
        tongue.kind(entry.kind),
        "; ".join(tongue.place(code) for code in row.places),
        tongue.event(entry),
        entry.event_start.isoformat() if entry.event_start else "",
        row.coder,
        tell(VOICE_WORDS[coding.voice]) if coding.voice else "",
        tell(STATE_WORDS[coding.state]),
        tell(STATUS_WORDS[coding.status]),
        row.memo,
        coding.created.isoformat(timespec="seconds"),
        row.revision,
        coding.start,
        coding.end,
        coding.guid,
        link,
    ]


def _paper(export: Export, form: str) -> bytes:
    """Write headings by group and, below each quote, where it comes from."""
    tongue, found = export.tongue, export.found
    paper: docx_writing.Paper | HtmlPaper
    title = f"{tongue.translate(N_('Coded passages'))}: {export.project.name}"
    is_thai = tongue.locale == "th"
    paper = docx_writing.Paper(title, is_thai=is_thai) if form == "docx" else HtmlPaper(title, is_thai=is_thai)
    paper.paragraph(sentence(found.question, export.book, tongue))
    counted = N_("%(codings)s codings, %(passages)s different passages, %(notes)s notes; taken out on %(day)s")
    values = {"codings": f"{found.total:,}", "passages": f"{found.places:,}", "notes": f"{found.notes:,}"}
    paper.paragraph(tongue.fill(counted, **values, day=tongue.day(now().date())), is_small=True)
    names, last = export.names(), object()
    for portion in export.portions():
        for row, link in portion:
            if row.group != last:
                last = row.group
                paper.heading(names[row.group], 1)
            paper.quote(row.quote, [docx_writing.Run(f"{source_line(row, found, tongue)} "), _linked(link, tongue)])
            if row.memo:
                paper.paragraph(f"{tongue.translate(N_('Thought about this passage'))}: {row.memo}", is_small=True)
    return paper.to_bytes()


def _linked(link: str, tongue: Tongue) -> docx_writing.Run:
    words = link if "/q/" in link else tongue.translate(N_("Open the passage"))
    return docx_writing.Run(words, link=link)


def source_line(row: Row, found: Found, tongue: Tongue) -> str:
    """Say where a quote comes from: note, comment, places, date, code (where the heading is another), voice, coder."""
    tell, coding = tongue.translate, row.coding
    parts = [
        f"{row.title} ({tongue.fill(N_('No. %(number)s'), number=row.entry.number)})",
        tongue.fill(N_("Comment by %(name)s"), name=row.said_by) if row.is_comment and row.said_by else "",
        tell(N_("in a comment")) if row.is_comment and not row.said_by else "",
        ", ".join(tongue.place(code) for code in row.places),
        tongue.event(row.entry),
        "" if found.question.by == "code" else tongue.code(row.code),
        tell(VOICE_WORDS[coding.voice]) if coding.voice else "",
        tongue.fill(N_("coded by %(name)s"), name=row.coder) if row.coder else "",
        "" if coding.state == "placed" else tell(STATE_WORDS[coding.state]),
    ]
    return " · ".join(part for part in parts if part)
