"""The codebook as a Word file: every code under a heading of its depth, with its texts, examples and counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kmwiki.coding.codebook.counts import counts
from kmwiki.coding.codebook.examples import examples_in
from kmwiki.coding.codebook.groups import groups_of
from kmwiki.coding.codebook.past import book_at, states_at
from kmwiki.coding.codebook.versions import last_change
from kmwiki.coding.models import CodebookChange
from kmwiki.formats.docx_writing import Paper, Run
from kmwiki.sources.veil import veil_for
from kmwiki.text.dates import BANGKOK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.coding.codebook.examples import Example
    from kmwiki.coding.codebook.past import Moment, PastCode
    from kmwiki.security.policy import Caller

WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("สมุดรหัส {name}", "Codebook of {name}"),
    "version": ("ฉบับที่ {no} · {day}", "Version {no} · {day}"),
    "codes": ("{number} รหัส", "{number} codes"),
    "include": ("ใช้เมื่อ", "Use it when"),
    "exclude": ("ไม่ใช้เมื่อ", "Do not use it when"),
    "example": ("ตัวอย่าง", "Example"),
    "aliases": ("เรียกอีกอย่าง", "Also called"),
    "groups": ("กลุ่ม", "Groups"),
    "count": ("ใช้แล้ว {own} ช่วง", "Used for {own} passages"),
    "below": ("ใช้แล้ว {own} ช่วง รวมรหัสที่อยู่ใต้ {all}", "Used for {own} passages, {all} with the codes below"),
    "heading": ("รวมรหัสอื่น ลงรหัสนี้โดยตรงไม่ได้", "Gathers other codes; no passage stands under it directly"),
    "changed": ("ข้อความถูกแก้หลังจากนั้น", "the text has been changed since"),
}
"""Words of the file, Thai and English: it is written in the language of who asks, by a room that knows no catalogue."""


@dataclass(frozen=True, slots=True)
class _Book:
    """All that is written, as the reader may see it."""

    codes: Sequence[PastCode]
    own: Mapping[int, int]
    below: Mapping[int, int]
    groups: Mapping[int, Sequence[str]]
    examples: Mapping[int, Example]
    shown: Callable[[str], str]
    is_thai: bool

    def word(self, key: str, /, **values: object) -> str:
        """Return a word of the file in its language."""
        return WORDS[key][0 if self.is_thai else 1].format(**values)


def codebook_paper(session: Session, caller: Caller, project: Project, moment: Moment | None = None) -> bytes:
    """Return the codebook as a Word file: as it is, with counts, or as a version had it, without them."""
    no = moment.no if moment is not None else last_change(session, project.id)
    codes = book_at(states_at(session, project.id, no))
    is_now = moment is None or moment.no == last_change(session, project.id)
    own = counts(session, caller, project.id) if is_now else {}
    veil = veil_for(session, caller, project.id)
    names: dict[int, list[str]] = {}
    for group in groups_of(session, project.id) if is_now else ():
        for code_id in group.code_ids:
            names.setdefault(code_id, []).append(veil.text(group.name))
    wanted = [each for code in codes for each in code.data.get("example_codings", ())]
    examples = examples_in(session, caller, project.id, wanted)
    is_thai = caller.locale == "th"
    book = _Book(codes, own, _rolled_up(codes, own), names, examples, veil.text, is_thai)
    paper = Paper(book.word("title", name=project.name), is_thai=is_thai)
    paper.paragraph(_head(book, session.get(CodebookChange, (project.id, no))), is_small=True)
    for code in codes:
        _write(paper, book, code, with_counts=is_now)
    return paper.to_bytes()


def _head(book: _Book, change: CodebookChange | None) -> str:
    told = [book.word("codes", number=len(book.codes))]
    if change is not None:
        day = change.created.astimezone(BANGKOK)
        written = f"{day.day}/{day.month}/{day.year + 543}" if book.is_thai else f"{day.day}/{day.month}/{day.year}"
        told.insert(0, book.word("version", no=change.no, day=written))
    return " · ".join(told)


def _write(paper: Paper, book: _Book, code: PastCode, *, with_counts: bool) -> None:
    data, shown = code.data, book.shown
    name: list[Run] = [Run(shown(data["name_th"]))]
    if data["name_en"]:
        name.append(Run(f"  {shown(data['name_en'])}", color="595959"))
    paper.heading(name, code.depth + 1)
    if data["definition"]:
        paper.paragraph(shown(data["definition"]))
    if not data["is_codable"]:
        paper.paragraph(book.word("heading"), is_small=True)
    for field in ("include", "exclude"):
        if data[field]:
            paper.term(book.word(field), shown(data[field]))
    _write_examples(paper, book, data)
    if data["aliases"]:
        paper.term(book.word("aliases"), " · ".join(shown(alias) for alias in data["aliases"]))
    if code.id in book.groups:
        paper.term(book.word("groups"), " · ".join(book.groups[code.id]))
    if with_counts:
        own, every = book.own.get(code.id, 0), book.below.get(code.id, 0)
        paper.paragraph(book.word("count" if own == every else "below", own=own, all=every), is_small=True)


def _write_examples(paper: Paper, book: _Book, data: Mapping[str, Any]) -> None:
    live = [book.examples[each] for each in data.get("example_codings", ()) if each in book.examples]
    if data["example"]:
        paper.term(book.word("example"), book.shown(data["example"]))
    elif live:
        paper.paragraph(Run(book.word("example"), is_bold=True), keeps_with_next=True)
    for each in live:
        source = book.shown(each.row.title) + (f" · {book.word('changed')}" if each.is_changed else "")
        paper.quote(each.words, source)


def _rolled_up(codes: Sequence[PastCode], own: Mapping[int, int]) -> dict[int, int]:
    """Return the counts with those of all codes below; `codes` stand in the order of the tree."""
    found: dict[int, int] = {}
    above: list[PastCode] = []
    for code in codes:
        del above[code.depth :]
        above.append(code)
        for each in above:
            found[each.id] = found.get(each.id, 0) + own.get(code.id, 0)
    return found
