"""Lines of a page with the numbers they have in the file, and leaked HTML made readable."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

_UNSEEN = "\u200b\u2060\ufeff"
_TAG_NAMES = (
    "p|br|div|span|a|b|i|u|s|em|strong|small|big|font|center|hr|img|ul|ol|li|dl|dt|dd|table|thead|tbody|tfoot|tr|td|th|"
    "h[1-6]|blockquote|pre|code|sub|sup|strike|del|ins|o:p|object|embed|param|iframe|style|script|meta|link|html|head|body|"
    "title|form|input|label|figure|figcaption|section|article|header|footer|main|nav|st1:\\w+"
)
_TAG = re.compile(rf"<(?P<close>/?)(?P<name>{_TAG_NAMES})(?=[\s/>])(?P<rest>[^<>]*)>", re.IGNORECASE)
_DROPPED = (("<!--", "-->"), ("<style", "</style>"), ("<script", "</script>"), ("<!doctype", ">"))
"""What goes with all that stands in it, by its beginning and end in lower case."""

_ENTITY = re.compile(
    r"&(?:nbsp|amp|lt|gt|quot|apos|[lr]dquo|[lr]squo|hellip|[mn]dash|bull|middot|copy|#\d{1,7}|#x[0-9a-f]{1,6});",
    re.IGNORECASE,
)
_PARAGRAPH = re.compile("p|div|table|blockquote|pre|ul|ol|dl|h[1-6]|hr|section|article|figure|center", re.IGNORECASE)
_ROW = re.compile("br|tr|dt|dd", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and its number, from 1, in the file."""

    no: int
    text: str

    @property
    def is_blank(self) -> bool:
        """Whether nothing can be seen in it: white space, no-break and zero-width spaces."""
        return not self.text.strip().strip(_UNSEEN).strip()


def split_lines(text: str) -> list[Line]:
    """Split at line feeds only; a byte order mark at the start is no part of the text."""
    return [Line(no, line) for no, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1)]


def has_markup(text: str) -> bool:
    """Whether HTML tags or named entities stand in the text as text."""
    return bool(_TAG.search(text) or _ENTITY.search(text)) or _without_dropped(text) != text


def strip_markup(text: str) -> list[Line]:
    """Make leaked HTML readable: paragraphs and rows become lines, items bullets, entities signs, the rest nothing.

    A line of the file may become several, each with its number.
    """
    text = _without_dropped(text.removeprefix("\ufeff"))
    text = _TAG.sub(_in_one_line, text)
    return [Line(no, piece) for no, line in enumerate(text.split("\n"), 1) for piece in _readable(line)]


def _without_dropped(text: str) -> str:
    """Return the text without comments, styles and scripts; their line feeds stay. What never ends is no such thing."""
    for start, end in _DROPPED:
        folded, kept, at = text.lower(), [], 0
        if len(folded) != len(text):  # a letter whose small form is longer would shift the places
            folded = text
        while (begin := folded.find(start, at)) >= 0 and (finish := folded.find(end, begin)) >= 0:
            kept += [text[at:begin], "\n" * text.count("\n", begin, finish)]
            at = finish + len(end)
        text = "".join(kept) + text[at:] if kept else text
    return text


def _in_one_line(found: re.Match[str]) -> str:
    return found[0].replace("\n", " ") + "\n" * found[0].count("\n")


def _readable(line: str) -> list[str]:
    if not _TAG.search(line):
        return [_ENTITY.sub(lambda found: html.unescape(found[0]), line)]
    pieces = _TAG.sub(_spoken, line).split("\n")
    seen = [at for at, piece in enumerate(pieces) if piece.strip()]
    if not seen:
        return [pieces[-1]]
    is_closed = seen[-1] < len(pieces) - 2  # a paragraph ended with the line: one empty line says so
    pieces = [*pieces[seen[0] : seen[-1] + 1], *([""] if is_closed else [])]
    return [_ENTITY.sub(lambda found: html.unescape(found[0]), piece) for piece in pieces]


def _spoken(found: re.Match[str]) -> str:
    name, is_closing = found["name"], bool(found["close"])
    if _PARAGRAPH.fullmatch(name):
        return "\n\n"
    if _ROW.fullmatch(name):
        return "" if is_closing and name.lower() != "tr" else "\n"
    if name.lower() == "li":
        return "" if is_closing else "\n  • "
    return "\t" if name.lower() in {"td", "th"} and is_closing else ""
