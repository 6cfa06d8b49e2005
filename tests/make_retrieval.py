"""Builders of retrieval: a small project of which every passage is known, and questions asked as addresses ask them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kmwiki.coding import service
from kmwiki.coding.schemas import CodeIn, CodingIn
from kmwiki.comments import service as comments
from kmwiki.db import session, transaction
from kmwiki.entries.schemas import EntryIn
from kmwiki.entries.service import create_entry
from kmwiki.retrieval.book import read_book
from kmwiki.retrieval.finding import retrieve
from kmwiki.retrieval.reading import read_question
from kmwiki.retrieval.showing import rows_of
from kmwiki.sources.models import Source
from kmwiki.sources.queries import revision

if TYPE_CHECKING:
    from kmwiki.accounts.models import Project
    from kmwiki.coding.models import Code, Coding
    from kmwiki.retrieval.finding import Found
    from kmwiki.retrieval.showing import Row
    from kmwiki.security.policy import Caller
    from tests.make import Make


@dataclass
class Field:
    """A project with people, codes by name, notes by name and the texts of comments."""

    make: Make
    project: Project
    coder: Caller
    codes: dict[str, Code] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def code(self, name: str, under: str = "") -> Code:
        """Make a code."""
        parent_id = self.codes[under].id if under else None
        with transaction() as opened:
            data = CodeIn(name_th=name, name_en=f"{name} (en)", parent_id=parent_id)
            self.codes[name] = service.create_code(opened, self.coder, self.project, data)
        return self.codes[name]

    def note(self, name: str, body: str, by: Caller | None = None, **told: Any) -> int:
        """Write a published note and return the id of its source."""
        values = {"kind": "reflection", "title": name, "body": body, "body_format": "plain", "status": "published"}
        with transaction() as opened:
            entry = create_entry(opened, by or self.coder, self.project, EntryIn.model_validate(values | told))
            self.sources[name], self.numbers[name] = entry.source_id, entry.number
        return self.sources[name]

    def comment(self, name: str, on: str, body: str, **told: Any) -> int:
        """Write a comment and return the id of its source."""
        with transaction() as opened:
            source = opened.get_one(Source, self.sources[on])
            self.sources[name] = comments.add_comment(opened, self.coder, source, body=body, **told).source_id
        return self.sources[name]

    def put(self, code: str, quote: str, on: str, by: Caller | None = None, **more: Any) -> Coding:
        """Code the first place of a quote."""
        with transaction() as opened:
            source = opened.get_one(Source, self.sources[on])
            start = revision(opened, source).reading_text.index(quote)
            told = {"code_id": self.codes[code].id, "start": start, "end": start + len(quote), "quote": quote} | more
            return service.add_coding(opened, by or self.coder, source, CodingIn.model_validate(told))[0]

    def address(self, **asked: Any) -> dict[str, list[str]]:
        """Write a question as addresses have it; codes may be named."""
        given = {name.rstrip("_"): value if isinstance(value, list) else [str(value)] for name, value in asked.items()}
        return {"code": ["any"]} | given

    def found(self, who: Caller | None = None, /, **asked: Any) -> tuple[Found, list[Row]]:
        """Ask and return what is found, with its rows."""
        caller = who or self.coder
        with session() as opened:
            book = read_book(opened, self.project.id)
            found = retrieve(opened, caller, self.project, read_question(self.address(**asked), book), book)
            return found, rows_of(opened, caller, self.project.id, found, book, size=500)

    def quotes(self, who: Caller | None = None, /, **asked: Any) -> list[str]:
        """Ask and return the words found, in order."""
        return [row.quote for row in self.found(who, **asked)[1]]


def make_field(make: Make) -> Field:
    """Make a project with a researcher."""
    project = make.project()
    return Field(make, project, make.member(project))
