"""From what people write to what is read: safe HTML, the reading text that offsets count in, blocks and outline.

Markdown is rendered by the Markdown library, cleaned, brought into blocks, and cleaned again as the very last step,
after everything that adds a tag or an attribute. HTML that somebody typed is shown as typed, not obeyed. Three habits
of Markdown are not ours: a line end is a line end (people press Enter for it), a blank-indented line is no code block
(Thai writers indent paragraphs), and `#word` is a tag, no heading.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

import nh3
from markdown import Markdown
from markdown.blockprocessors import HashHeaderProcessor
from markdown.preprocessors import Preprocessor

from kmwiki.text.blocks import Block, Heading, TooDeep, Writer, parse
from kmwiki.text.bounds import TooMuch, bind, room
from kmwiki.text.plain import draw_plain
from kmwiki.text.tidying import tidy

__all__ = ["Block", "Heading", "Rendered", "render"]

BodyFormat = Literal["markdown", "plain"]

_MAX_DEPTH = 60
# Markdown takes the square of a text's length where brackets or fences stay open; this much of it is a second or two.
_EFFORT, _FENCE_EFFORT = 20_000_000, 100_000_000
_NESTED = re.compile(
    r"^(?:[ \t]*(?:>|[-*+]|\d+[.)])[ \t]?){25}|^(?:\t|    ){25}[ \t]*(?:>|[-*+]|\d+[.)])", re.MULTILINE
)
_FENCE = re.compile(r"^(?:```|~~~)", re.MULTILINE)
_HEADER = re.compile(r"#{1,6}[ \t]")
_RULE = re.compile(r"[ ]{0,3}(?:[-=*_][ \t]*)+$")
_TAGS = {
    *("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "hr", "br", "a", "img"),
    *("strong", "em", "del", "table", "thead", "tbody", "tr", "th", "td"),
}
_SCHEMES = {"http", "https", "mailto", "tel", "attachment"}
"""Of links and images; `attachment:name` is a file of the note, whose address the page fills in."""

_PLACED = {"data-start", "data-end"}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered body. `is_fallback` says that Markdown was too tangled to render and is shown as plain text."""

    html: str
    reading_text: str
    blocks: tuple[Block, ...]
    outline: tuple[Heading, ...]
    is_fallback: bool = False


def render(body: str, body_format: BodyFormat | str) -> Rendered:
    """Render a body; the same body always gives the same result. ValueError for a format that is neither of the two."""
    if body_format == "plain":
        return _plain(body)
    if body_format != "markdown":
        raise ValueError(f"no such body format: {body_format}")
    if _is_tangled(body):
        return _plain(body, is_fallback=True)
    try:
        rendered = _markdown(body)
    except (RecursionError, TooDeep, TooMuch):
        return _plain(body, is_fallback=True)
    return rendered if len(rendered.html) <= room(body) else _plain(body, is_fallback=True)


def _plain(body: str, *, is_fallback: bool = False) -> Rendered:
    html, blocks = draw_plain(body)
    return Rendered(_clean(html), body, blocks, (), is_fallback)


def _markdown(body: str) -> Rendered:
    parser = _parser()
    bind(parser, body)
    raw = parser.convert(body)
    tree = parse(_first_cleaner().clean(raw), _MAX_DEPTH)
    tidy(tree)
    writer = Writer()
    writer.write(tree)
    return Rendered(_clean("".join(writer.html)), writer.reading_text, tuple(writer.blocks), tuple(writer.outline))


def _clean(html: str) -> str:
    """Clean for the last time. What nh3 writes as a bare carriage return is spelled out: browsers would drop it."""
    return _last_cleaner().clean(html).replace("\r", "&#13;")


def _is_tangled(body: str) -> bool:
    """Tell whether Markdown's patterns would take minutes: absurd nesting, or thousands of brackets never closed."""
    if _NESTED.search(body) or len(_FENCE.findall(body)) * len(body) > _FENCE_EFFORT:
        return True
    for chunk in re.split(r"\n[ \t]*\n", body):
        closed = chunk.count(">") - len(re.findall(r"^[ \t]*>", chunk, re.MULTILINE))
        opened = max(chunk.count("<") - closed, 0)
        opened += sum(abs(chunk.count(a) - chunk.count(b)) for a, b in (("[", "]"), ("](", ")")))
        if (opened + _bracket_depth(chunk)) * len(chunk) > _EFFORT:
            return True
    return False


def _bracket_depth(chunk: str) -> int:
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]]", chunk):
        depth = max(depth + (1 if bracket == "[" else -1), 0)
        deepest = max(deepest, depth)
    return deepest


class _SpacedHeader(HashHeaderProcessor):
    """A heading needs a blank after its number signs, so that #สวัสดิการ stays a tag."""

    RE = re.compile(r"(?:^|\n)(?P<level>#{1,6})[ \t]+(?P<header>(?:\\.|[^\\\n#]|#++(?!\n|$))*+)#*+(?:\n|$)")


class _PartedBlocks(Preprocessor):
    """Blank lines around headings and after rules: thousands in one block would take the square of their number."""

    def run(self, lines: list[str]) -> list[str]:
        """Put them there."""
        parted: list[str] = []
        for line in lines:
            parted += ("", line, "") if _HEADER.match(line) else (line, "") if _RULE.match(line) else (line,)
        return parted


def _parser() -> Markdown:
    """Make a parser of our own for every text: one is not safe to share between threads, and cheap to make."""
    parser = Markdown(extensions=["tables", "fenced_code", "sane_lists"], output_format="html")
    parser.preprocessors.deregister("html_block")
    parser.inlinePatterns.deregister("html")
    parser.parser.blockprocessors.deregister("code")
    parser.parser.blockprocessors.register(_SpacedHeader(parser.parser), "hashheader", 70)
    parser.preprocessors.register(_PartedBlocks(parser), "parted_blocks", 20)
    return parser


@cache
def _first_cleaner() -> nh3.Cleaner:
    """Clean what Markdown wrote, before blocks are found: everything that could act goes, images still say whence."""
    return nh3.Cleaner(
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "img": {"src", "alt", "title"}, "td": {"align"}, "th": {"align"}},
        url_schemes=_SCHEMES,
        link_rel=None,
    )


@cache
def _last_cleaner() -> nh3.Cleaner:
    """Clean what leaves this module: our own attributes besides, and the rel of links."""
    leaves = dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _PLACED | {"id"})
    leaves |= dict.fromkeys(("p", "li", "pre", "td", "th"), _PLACED)
    return nh3.Cleaner(
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}, **leaves},
        allowed_classes={
            "p": {"pre", "tight"},
            "li": {"pre"},
            "ul": {"drawn"},
            "td": {"to-right", "to-center"},
            "th": {"to-right", "to-center"},
        },
        url_schemes=_SCHEMES,
        link_rel="noopener nofollow",
    )
