"""Word files (.docx) of Thai text: headings, paragraphs, quotes with their source, tables. Pure.

Word shows Thai with the *complex script* settings of a run: the face in `w:rFonts w:cs`, the size in `w:szCs`, bold in
`w:bCs`, and looks the words up in the language `w:lang w:bidi`. All of these are set here, in the defaults, in every
style and on every run, so that no program falls back on a face without Thai.

    paper = Paper("Codebook", is_thai=True)
    paper.heading("ทุน", 1)
    paper.paragraph("ย่อหน้า")
    paper.quote("คำพูด", [Run("แหล่งที่มา", link="https://example.org/q/1")])
    data = paper.to_bytes()

Paragraphs are kept as XML and read in once at the end: 5,000 quotes with their sources take about a second.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from kmwiki.formats.docx_styles import W, dress, sheet_widths
from kmwiki.formats.spreadsheets import FACE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LOWEST_HEADING = 6
MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("\r\n|[\n\r\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one look. `color` is rrggbb; `link` an address that they lead to."""

    text: str
    is_bold: bool = False
    is_italic: bool = False
    color: str = ""
    link: str = ""


Words = str | Run | list[Run]
"""What stands in a paragraph: plain words, or runs of several looks."""


class Paper:
    """A Word file in the making, A4, its pages numbered; nothing is written before `to_bytes`."""

    def __init__(self, title: str, *, is_thai: bool = True) -> None:
        self.title = title
        self.language = "th-TH" if is_thai else "en-GB"
        self._parts: list[str] = []
        self._links: dict[str, str] = {}
        self._add("Title", title)

    def heading(self, words: Words, level: int) -> None:
        """Write a heading; `level` counts from 1, and what is deeper than the sixth looks like the sixth."""
        self._add(f"Heading{min(max(level, 1), LOWEST_HEADING)}", words)

    def paragraph(self, words: Words, *, is_small: bool = False, keeps_with_next: bool = False) -> None:
        """Write a paragraph; line ends in it stay."""
        self._add("Source" if is_small else "Normal", words, keeps_with_next=keeps_with_next)

    def term(self, name: str, text: str) -> None:
        """Write a name in bold and, below it, what it stands for, set in."""
        self._add("Term", name, keeps_with_next=True)
        self._add("Told", text)

    def item(self, words: Words) -> None:
        """Write an item of a list."""
        self._add("ListBullet", words)

    def quote(self, text: str, source: Words = "") -> None:
        """Write a quote and, on a line of its own that stays on the same page, where it comes from."""
        self._add("Quote", text, keeps_with_next=bool(source))
        if source:
            self._add("Source", source)

    def table(self, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Write a table with a first row that every page repeats."""
        widths = sheet_widths(len(header))
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        head = _row([Run(cell, is_bold=True) for cell in header], self, is_head=True)
        body = "".join(_row([Run(cell) for cell in row], self) for row in rows)
        look = '<w:tblStyle w:val="TableGrid"/><w:tblW w:w="5000" w:type="pct"/><w:tblLook w:val="04A0"/>'
        self._parts.append(f"<w:tbl><w:tblPr>{look}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{head}{body}</w:tbl>")
        self._add("Normal", "")

    def page_break(self) -> None:
        """Begin a new page."""
        self._parts.append('<w:p><w:r><w:br w:type="page"/></w:r></w:p>')

    def to_bytes(self) -> bytes:
        """Return the file."""
        from docx import Document  # noqa: PLC0415 - a start need not load it
        from docx.opc.constants import RELATIONSHIP_TYPE  # noqa: PLC0415
        from docx.oxml import parse_xml  # noqa: PLC0415

        document = Document()
        dress(document, self.language)
        document.core_properties.title = _UNWRITABLE.sub("", self.title)[:250]
        document.core_properties.author = document.core_properties.comments = ""
        document.core_properties.language = self.language
        body = "".join(self._parts)
        for address, mark in self._links.items():
            document.part.rels.add_relationship(RELATIONSHIP_TYPE.HYPERLINK, address, mark, is_external=True)
        read = parse_xml(f'<w:body xmlns:w="{W}" xmlns:r="{R}">{body}</w:body>')
        end = document.element.body.sectPr
        for element in list(read):
            end.addprevious(element)
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()

    def runs(self, words: Words) -> str:
        """Return words as the XML of their runs."""
        given = [Run(words)] if isinstance(words, str) else [words] if isinstance(words, Run) else words
        return "".join(self._run(run) for run in given)

    def _add(self, style: str, words: Words, *, keeps_with_next: bool = False) -> None:
        keep = "<w:keepNext/>" if keeps_with_next else ""
        self._parts.append(f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{keep}</w:pPr>{self.runs(words)}</w:p>')

    def _run(self, run: Run) -> str:
        look = f'<w:rFonts w:ascii="{FACE}" w:hAnsi="{FACE}" w:eastAsia="{FACE}" w:cs="{FACE}"/>'
        look += "<w:b/><w:bCs/>" if run.is_bold else ""
        look += "<w:i/><w:iCs/>" if run.is_italic else ""
        color = run.color or ("1F5C99" if run.link else "")
        look += f'<w:color w:val="{color}"/>' if color else ""
        look += '<w:u w:val="single"/>' if run.link else ""
        look += '<w:lang w:val="en-GB" w:eastAsia="en-GB" w:bidi="th-TH"/>'
        lines = _BREAKS.split(run.text)
        inner = "<w:br/>".join(_line(line) for line in lines)
        made = f"<w:r><w:rPr>{look}</w:rPr>{inner}</w:r>"
        if not run.link:
            return made
        mark = self._links.setdefault(_UNWRITABLE.sub("", run.link), f"link{len(self._links)}")
        return f'<w:hyperlink r:id="{mark}" w:history="1">{made}</w:hyperlink>'


def _line(text: str) -> str:
    parts = (
        f'<w:t xml:space="preserve">{escape(_UNWRITABLE.sub("", part))}</w:t>' if part else ""
        for part in text.split("\t")
    )
    return "<w:tab/>".join(parts)


def _row(cells: Sequence[Run], paper: Paper, *, is_head: bool = False) -> str:
    looks = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>" if is_head else "<w:trPr><w:cantSplit/></w:trPr>"
    drawn = "".join(
        f'<w:tc><w:tcPr/><w:p><w:pPr><w:pStyle w:val="Cell"/></w:pPr>{paper.runs(cell)}</w:p></w:tc>' for cell in cells
    )
    return f"<w:tr>{looks}{drawn}</w:tr>"
