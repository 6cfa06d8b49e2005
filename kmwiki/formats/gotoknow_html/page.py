"""Reading a whole HTML page: `read_page`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kmwiki.errors import Invalid, Message, say
from kmwiki.formats.gotoknow.frame import read_heading
from kmwiki.formats.gotoknow.labels import Labels
from kmwiki.formats.gotoknow.model import Found, Page
from kmwiki.formats.gotoknow_html.facts import (
    elements_saying,
    labels_in,
    licence_of,
    read_facts,
    read_time,
    record_in,
)
from kmwiki.formats.gotoknow_html.layouts import ANY, Layout
from kmwiki.formats.gotoknow_html.remarks import Evidence, as_comments, find_remarks
from kmwiki.formats.gotoknow_html.wording import MARK, read_by_wording
from kmwiki.formats.html.addresses import base_address, page_address
from kmwiki.formats.html.tree import Element, parse_html
from kmwiki.formats.html.walking import Walker
from kmwiki.formats.html.writing import to_markdown, to_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kmwiki.formats.gotoknow.labels import RecordKind
    from kmwiki.formats.gotoknow.model import PageComment
    from kmwiki.formats.gotoknow_html.remarks import Remark
    from kmwiki.formats.html.model import Block

_LABELS = re.compile(r"หมายเลข(?:บันทึก|อนุทิน|คำถาม)|เขียนเมื่อ|สร้างเมื่อ|แก้ไขเมื่อ|สัญญาอนุญาต|(?:เขียน|ถาม|บันทึก|โพสต์)โดย")
_HEADINGS = re.compile(r"ความเห็น|ความคิดเห็น|ข้อคิดเห็น|คำตอบ|[Cc]omments?")
_ADDRESS = re.compile(r"\s*\(?https?://[^\s()]*\)?")
_LONGEST_LABELS, _LONGEST_HEADING = 300, 80
_SCORED = ("title", "author", "written", "record", "comments", "facts", "tags", "count", "lead")
_TAGS_LABEL = 40  # characters of what stands around the links of the tags


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """A page as read from HTML. Its body is Markdown; the lines that it names count in `text`."""

    page: Page
    plain: str
    """The body as plain text."""
    text: str
    """The page as it was read, for people to look at."""
    layout: str
    """The name of the layout that fitted, `wording` where the site's words told the parts."""


def read_page(
    html: str, layouts: Sequence[Layout], place_image: Callable[[str], str | None], *, is_site: bool = True
) -> HtmlPage:
    """Read a page. The first of the best layouts is taken; where none fits, the site's words or the main text.

    `place_image` is asked for images beside the page. `is_site` False: it is not looked at as a page of GotoKnow at
    all. Invalid for a page without any text, or nested absurdly deep.
    """
    root = parse_html(html)
    reading = _Reading(root, place_image)
    best: tuple[int, Layout, Element] | None = None
    for layout in layouts if is_site else ():
        if layout.name != ANY and (not layout.parts.get("where") or layout.elements("where", root)):
            body = _body_of(layout, root)
            score = sum(bool(layout.elements(part, root)) for part in _SCORED)
            if body is not None and (best is None or score > best[0]):
                best = score, layout, body
    if best is not None:
        return reading.by_layout(best[1], best[2])
    if is_site and MARK.search(root.text()):
        found = read_by_wording(root, reading.walker, reading.facts.title)
        if found is not None:
            return reading.by_wording(*found)
    anything = next(layout for layout in reversed(layouts) if layout.name == ANY)
    return reading.by_layout(anything, _body_of(anything, root) or _densest(root))


class _Reading:
    """One page being read."""

    def __init__(self, root: Element, place_image: Callable[[str], str | None]) -> None:
        self.root = root
        self.address = page_address(root)
        self.walker = Walker(base_address(root, self.address), place_image)
        self.facts = read_facts(root)
        self.evidence = Evidence()
        self.provenance: dict[str, Found] = {}

    def by_layout(self, layout: Layout, body: Element) -> HtmlPage:
        """Read the parts that a layout names."""
        remarks, elements = find_remarks(self.root, layout, self.walker, body)
        around = self._around(layout, body, elements)
        labels = labels_in(around)
        title = self._say("title", _first(layout, "title", self.root), self.facts.title)
        lead = self._say("lead", _first(layout, "lead", self.root))
        blocks = self.walker.blocks_of(body, self._without(layout, body, elements, around))
        if not blocks and not remarks:
            raise Invalid(say("There is no text in this page."))
        blocks = _without_title(blocks, title)
        plain = to_plain(blocks)
        lines = self._note("body", plain)
        record, kind = self._record(layout, labels)
        said = self._labels(layout, labels)
        count = self._count(layout, elements, body)
        comments = self._comments(remarks)
        doubts = self._doubts(layout, title, record, count, len(comments))
        page = Page(
            layout="html" if layout.kind == "html" else kind or layout.kind,
            title=title,
            lead=lead,
            lead_line=(self.provenance["lead"].lines or (None,))[0] if lead else None,
            body=to_markdown(blocks),
            body_lines=lines,
            record_no=record,
            written=said.written or self.facts.written,
            edited=said.edited or self.facts.edited,
            licence=said.licence or self.facts.licence,
            author=said.author or self.facts.author,
            tags=said.tags or self.facts.tags,
            views=said.views,
            url=self.address,
            province=said.province,
            comment_count=count,
            comments=comments,
            warnings=(*doubts, *self.walker.notes.messages()),
            provenance=self.provenance,
        )
        return HtmlPage(page, plain, self.evidence.text, layout.name)

    def by_wording(self, page: Page, text: str, remarks: Sequence[Remark], blocks: Sequence[Block]) -> HtmlPage:
        """Complete a page whose parts the site's own words told."""
        facts = self.facts
        evidence = Evidence()
        evidence.add(text)
        comments = as_comments(remarks, evidence) if remarks else page.comments
        warnings = [
            *page.warnings,
            say("No known layout fits this page: its parts were told by the words around them."),
            *self.walker.notes.messages(),
        ]
        made = replace(
            page,
            title=_unlinked(page.title) or facts.title,
            lead=_unlinked(page.lead),
            body=to_markdown(blocks),
            author=_unlinked(page.author) or facts.author,
            written=page.written or facts.written,
            edited=page.edited or facts.edited,
            licence=page.licence or facts.licence,
            tags=tuple(tag for each in page.tags if (tag := _unlinked(each))) or facts.tags,
            url=page.url or self.address,
            comments=comments,
            warnings=tuple(warnings),
        )
        return HtmlPage(made, to_plain(blocks), evidence.text, "wording")

    def _comments(self, remarks: Sequence[Remark]) -> tuple[PageComment, ...]:
        """Write the comments and note where they stand."""
        comments = as_comments(remarks, self.evidence)
        if comments:
            self.provenance["comments"] = Found("text", (comments[0].lines[0], comments[-1].lines[1]))
        return comments

    def _around(self, layout: Layout, body: Element, comments: Sequence[Element]) -> list[Element]:
        """Return the elements in which the site's labels stand: those named, and small ones that hold its words."""
        named = layout.elements("facts", self.root)
        if layout.kind == "html":
            return named
        said = elements_saying(self.root, _LABELS, longest=_LONGEST_LABELS)
        taken = set(comments)
        outside = [each for each in said if not each.is_within(body) and not _is_in(each, taken)]
        inside = [each for each in said if each.is_within(body) and each != body and labels_in([each]).is_anchor]
        return [*named, *outside, *inside]

    def _without(
        self, layout: Layout, body: Element, comments: Sequence[Element], around: Sequence[Element]
    ) -> set[Element]:
        """Return what of the body's element is no body: title, author, times, tags, comments, what a layout removes."""
        without = {*comments, *layout.elements("remove", body)}
        for part in ("title", "author", "written", "edited", "record", "licence", "count"):
            without.update(each for each, _ in layout.find(part, body)[:1])
        without.update(each for each in around if each.is_within(body))
        for tag, words in layout.find("tags", body):
            above = tag.parent
            is_label = above is not None and above != body and len(above.words()) <= len(words) + _TAGS_LABEL
            without.add(above if is_label and above is not None else tag)
        return {each for each in without if each != body and not body.is_within(each)}

    def _labels(self, layout: Layout, labels: Labels) -> Labels:
        """Join what the selectors find with what the labels say; the selectors win."""
        root = self.root
        licence = next((found for _, words in layout.find("licence", root) if (found := licence_of(words))), None)
        tags = tuple(dict.fromkeys(words.lstrip("#").strip() for _, words in layout.find("tags", root)))
        selected = Labels(
            written=next((time for _, words in layout.find("written", root) if (time := read_time(words))), None),
            edited=next((time for _, words in layout.find("edited", root) if (time := read_time(words))), None),
            licence=licence,
            author=_first(layout, "author", root),
            tags=tuple(tag for tag in tags if tag),
        )
        joined = selected.joined(labels)
        facts = Labels(author=self.facts.author, written=self.facts.written, edited=self.facts.edited)
        whole = joined.joined(facts)
        for name, shown in (
            ("record_no", whole.record_no),
            ("author", whole.author),
            ("written", whole.written and whole.written.words),
            ("edited", whole.edited and whole.edited.words),
            ("licence", whole.licence),
            ("tags", ", ".join(whole.tags)),
        ):
            self._note(name, str(shown or ""))
        return joined

    def _record(self, layout: Layout, labels: Labels) -> tuple[int | None, RecordKind | None]:
        """Return the record number: the site's label, an element of its own, else the number in the page's address."""
        if layout.kind == "html":
            return None, None
        if labels.record_no is not None:
            return labels.record_no, labels.record_kind
        for _, words in layout.find("record", self.root):
            digits = re.sub(r"\D", "", words)
            if digits.isascii() and 0 < len(digits) < 12:  # noqa: PLR2004
                return int(digits), None
        record, kind = record_in(self.address)
        if record is not None:
            self.provenance["record_no"] = Found("guess")
        return record, kind

    def _count(self, layout: Layout, comments: Sequence[Element], body: Element) -> int | None:
        """Return the number in the heading of the comments, None where there is none."""
        taken = set(comments)
        near = layout.elements("count", self.root)
        if layout.kind != "html":
            for above in (1, 2):
                near += elements_saying(self.root, _HEADINGS, longest=_LONGEST_HEADING, above=above)
        for each in near:
            words = each.words()
            found = read_heading(words, 0)
            if found is not None and found.count is not None and not _is_in(each, taken) and not each.is_within(body):
                self._note("comment_count", words)
                return found.count
        return None

    def _doubts(
        self, layout: Layout, title: str | None, record: int | None, count: int | None, found: int
    ) -> list[Message]:
        said = []
        if layout.kind == "html":
            said.append(say("This is no GotoKnow page that the importer knows: its main text was taken."))
        elif record is None:
            said.append(say("The page does not tell its record number."))
        if title is None:
            said.append(say("The page has no title; its first words stand in for one."))
        if count is not None and count != found:
            said.append(
                say(
                    "The heading counts %(expected)s comments, but %(found)s were found on the page.",
                    expected=count,
                    found=found,
                )
            )
        return said

    def _say(self, name: str, value: str | None, otherwise: str | None = None) -> str | None:
        """Note a field as found and return it."""
        value = value or otherwise
        self._note(name, value or "")
        return value or None

    def _note(self, name: str, shown: str) -> tuple[int, int] | None:
        lines = self.evidence.add(shown)
        if lines is not None:
            how = self.provenance[name].how if name in self.provenance else "text"
            self.provenance[name] = Found(how, lines)
        return lines


def _unlinked(words: str | None) -> str | None:
    """Return words without the addresses that plain text writes behind those of links."""
    return (_ADDRESS.sub("", words).strip() or None) if words else None


def _first(layout: Layout, part: str, root: Element) -> str | None:
    return next((words for _, words in layout.find(part, root)), None)


def _is_in(element: Element, others: set[Element]) -> bool:
    at: Element | None = element
    while at is not None:
        if at in others:
            return True
        at = at.parent
    return False


def _body_of(layout: Layout, root: Element) -> Element | None:
    """Return the first element that a selector of the body finds something in."""
    for selector in layout.parts["body"]:
        for found in root.select(selector.css):
            if found.words() or found.select("img"):
                return found
    return None


def _without_title(blocks: list[Block], title: str | None) -> list[Block]:
    """Take a heading off the body that only says the title again."""
    if title and blocks and blocks[0].kind == "heading" and " ".join(blocks[0].text().split()) == title:
        return blocks[1:]
    return blocks


def _densest(root: Element) -> Element:
    """Return the element whose own paragraphs hold the most text: the main text of a page that names none."""
    weights: dict[Element, int] = {}
    around_forms: set[Element] = set()
    for form in root.select("form"):
        at = form.parent
        while at is not None and at not in around_forms:
            around_forms.add(at)
            at = at.parent
    for paragraph in root.select("p, li, pre, blockquote, br"):
        above = paragraph.parent
        if above is not None and above.tag in {"ul", "ol"}:
            above = above.parent
        if above is not None and above not in around_forms:
            size = len(paragraph.words()) if paragraph.tag != "br" else 20
            weights[above] = weights.get(above, 0) + size
    best = max(weights, key=lambda each: weights[each], default=None)
    whole = (root.select("body") or [root])[0]
    if best is None or 3 * len(best.words()) < 2 * len(whole.words()):
        return best if best is not None and weights[best] * 2 > len(whole.words()) else whole
    return best
