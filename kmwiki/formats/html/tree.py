"""An HTML file as a tree. The one module that knows the parser; elements are asked through a small wrapper.

The parser repairs what is wrong as browsers do, reads no entity and no other file, and asks no network.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cssselect import HTMLTranslator, SelectorError
from lxml import etree

from kmwiki.errors import Invalid, say

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAVED_FROM = re.compile(r"saved from url=\((\d{1,5})\)(\S{1,2000})")
_LINES_COUNTED = 65_535  # the parser counts lines no further
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_COMMENTS_SHOWN = 50


class Element:
    """An element of the page. Two are equal when they are the same element."""

    __slots__ = ("_raw",)

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Element) and self._raw is other._raw

    def __hash__(self) -> int:
        return id(self._raw)

    @property
    def tag(self) -> str:
        """Its name in lower case; of an element of Office or XML with its prefix."""
        return str(self._raw.tag).lower()

    @property
    def line(self) -> int | None:
        """The line of the file on which it begins, from 1; None beyond what is counted."""
        found = self._raw.sourceline
        return found if found and found < _LINES_COUNTED else None

    @property
    def parent(self) -> Element | None:
        """The element around it."""
        above = self._raw.getparent()
        return None if above is None else Element(above)

    def get(self, name: str) -> str:
        """Return an attribute, empty if there is none."""
        return str(self._raw.get(name) or "")

    def has(self, name: str) -> bool:
        """Whether it has that attribute, be it empty."""
        return self._raw.get(name) is not None

    def children(self) -> Iterator[Element]:
        """Give the elements directly in it."""
        return (Element(child) for child in self._raw if isinstance(child.tag, str))

    def walk(self) -> Iterator[tuple[str, Element, str]]:
        """Go through all that is in it, without recursion.

        ("start", element, ""), ("end", element, "") and ("text", the element that holds it, text).
        """
        for event, raw in etree.iterwalk(self._raw, events=("start", "end", "comment", "pi")):
            if event == "start":
                yield "start", Element(raw), ""
                if raw.text:
                    yield "text", Element(raw), raw.text
                continue
            if event == "end":
                yield "end", Element(raw), ""
            if raw is not self._raw and raw.tail:
                yield "text", Element(raw.getparent()), raw.tail

    def text(self) -> str:
        """Return all text in it as it stands, scripts and styles left out."""
        skipped: Element | None = None
        parts = []
        for event, element, text in self.walk():
            if skipped is None and event == "start" and element.tag in {"script", "style"}:
                skipped = element
            elif event == "end" and element == skipped:
                skipped = None
            elif event == "text" and skipped is None:
                parts.append(text)
        return "".join(parts)

    def raw_text(self) -> str:
        """Return the text directly in it, also of a script."""
        return str(self._raw.text or "")

    def words(self) -> str:
        """Return its text as a browser draws it on one line: runs of blanks are one, none at the ends."""
        return " ".join(re.split(r"[ \t\n\r\f]+", self.text())).strip(" ")

    def select(self, css: str) -> list[Element]:
        """Return the elements within it that a selector finds, in the order of the page. Invalid for a bad selector."""
        return [Element(found) for found in compiled(css)(self._raw)]

    def is_within(self, other: Element) -> bool:
        """Whether it is `other` or stands somewhere in it."""
        raw = self._raw
        while raw is not None:
            if raw is other._raw:
                return True
            raw = raw.getparent()
        return False

    def before(self) -> list[str]:
        """Return the comments that stand before the page's root element."""
        found: list[str] = []
        raw = self._raw.getroottree().getroot().getprevious()
        while raw is not None and len(found) < _COMMENTS_SHOWN:
            found.append(str(raw.text or ""))
            raw = raw.getprevious()
        return found

    def saved_from(self) -> str | None:
        """Return the address that the browser noted when it saved the page."""
        for comment in [
            *self.before(),
            *(str(raw.text or "") for raw in self._raw.xpath("//comment()")[:_COMMENTS_SHOWN]),
        ]:
            found = _SAVED_FROM.search(comment)
            if found:
                return found[2][: int(found[1])]
        return None


def parse_html(text: str) -> Element:
    """Parse a page; whatever it is, something comes of it. Invalid for one that is nested absurdly deep, or empty."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_pis=True)
    data = _CONTROL.sub("", text).encode("utf-8", "replace")
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        root = None
    if any(error.level_name == "FATAL" and "RESOURCE" in error.type_name for error in parser.error_log):
        raise Invalid(
            say("The elements of the page are nested deeper than any page's. Save it as text and import that.")
        )
    if root is None:
        raise Invalid(say("There is no text in this page."))
    return Element(root)


@lru_cache(maxsize=512)
def compiled(css: str) -> Any:
    """Return a selector made ready. Invalid, with what is wrong, for a bad one."""
    try:
        return etree.XPath(HTMLTranslator().css_to_xpath(css, prefix="descendant::"), smart_strings=False)
    except (SelectorError, etree.XPathSyntaxError) as error:
        raise Invalid(say("“%(selector)s” is no CSS selector: %(reason)s.", selector=css, reason=error)) from error
