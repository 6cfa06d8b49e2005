"""Builders of the coding room: a project with texts, codes and people to code them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmwiki.coding import service
from kmwiki.coding.models import Code, Coding
from kmwiki.coding.schemas import CodeIn, CodingIn
from kmwiki.db import session, transaction
from kmwiki.entries.models import Entry
from kmwiki.entries.schemas import EntryIn, EntryPatch
from kmwiki.entries.service import create_entry
from kmwiki.sources.models import Revision, Source

if TYPE_CHECKING:
    from kmwiki.accounts.models import Project
    from kmwiki.security.policy import Caller
    from tests.make import Make

BODY = """กองทุนของเราเริ่มจากออมวันละบาท 🙂 ในสองหมู่บ้าน

ปีแรกจ่ายค่าทำศพไปสามราย คนจึงสมัครเพิ่ม

เงินก้อนนี้ให้ใช้กับผู้ยากลำบากเท่านั้น"""


@dataclass
class Desk:
    """A project with one plain entry, a researcher who codes it and a code."""

    make: Make
    project: Project
    coder: Caller
    entry: Entry
    code: Code

    @property
    def source_id(self) -> int:
        """The entry's source."""
        return self.entry.source_id

    def text(self) -> str:
        """The head's reading text."""
        with session() as s:
            source = s.get_one(Source, self.source_id)
            return s.get_one(Revision, (source.id, source.head_no)).reading_text

    def head(self) -> int:
        """The number of the head revision."""
        with session() as s:
            return s.get_one(Source, self.source_id).head_no

    def given(self, quote: str, code: Code | None = None, **more: object) -> CodingIn:
        """Describe a coding of the first occurrence of `quote`."""
        start = self.text().index(quote)
        values = {"code_id": (code or self.code).id, "start": start, "end": start + len(quote), "quote": quote}
        return CodingIn.model_validate(values | {"revision": self.head()} | more)

    def add(self, quote: str, code: Code | None = None, *, by: Caller | None = None, **more: object) -> Coding:
        """Code the first occurrence of `quote`."""
        with transaction() as s:
            source = s.get_one(Source, self.source_id)
            return service.add_coding(s, by or self.coder, source, self.given(quote, code, **more))[0]

    def save(self, body: str) -> Revision:
        """Save another body as the coder."""
        with transaction() as s:
            entry = s.get_one(Entry, self.entry.id)
            return service.save_entry(s, self.coder, entry, EntryPatch(body=body), base_no=self.head())

    def more_code(self, name: str, **values: object) -> Code:
        """Make another code."""
        with transaction() as s:
            return service.create_code(s, self.coder, self.project, CodeIn.model_validate({"name_th": name} | values))

    def reread(self, coding: Coding) -> Coding:
        """The coding as the database has it."""
        with session() as s:
            return s.get_one(Coding, coding.id)


def make_desk(make: Make, *, body: str = BODY, body_format: str = "plain") -> Desk:
    """Make a project, a researcher, a published entry and a code."""
    project = make.project()
    coder = make.member(project)
    with transaction() as s:
        data = EntryIn.model_validate(
            {"kind": "reflection", "title": "วงคุยสมมุติ", "body": body, "body_format": body_format, "status": "published"}
        )
        entry = create_entry(s, coder, project, data)
        code = service.create_code(s, coder, project, CodeIn(name_th="การออม", name_en="Savings"))
    return Desk(make, project, coder, entry, code)
