"""Hide personal data in HTML: in a text of ours by its places, and in a whole page by looking at what it shows.

A number may be split over inline elements (`081-<em>234</em>-5678`) or stand in an attribute (`tel:`, `mailto:`,
`alt`). Every hidden character becomes one block, so that every offset stays valid.
"""

from __future__ import annotations

import re
from html import unescape as unescape_all
from typing import TYPE_CHECKING
from urllib.parse import unquote

from kmwiki.text.markup import VOID, escape, quote, tokens
from kmwiki.text.personal import BLOCK, find_personal, hide, masked, wanted

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from kmwiki.text.personal import Personal

_PIECE = re.compile(
    r"<!--.*?-->|<(script|style|textarea|svg)\b[^>]*>.*?</\1>"
    r"|<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>|<![^>]*>|([^<]+)|<",
    re.DOTALL,
)
_INLINE = frozenset({
    "abbr", "b", "bdi", "bdo", "code", "del", "dfn", "em", "font", "i", "ins", "mark", "s", "strong", "sub", "sup", "u",
    "wbr",
})  # fmt: skip
_ANCHOR = '<span class="at"'
_PLAIN_TEXT = frozenset({"title", "option"})  # no element may stand in them
_NO_END = VOID | {"input", "link", "meta", "wbr", "source", "col"}
_SHOWN = re.compile(
    r"(?<=\s)(?P<name>href|src|title|alt|aria-label|aria-description|content|label|placeholder|data-[a-z-]+)"
    r"=(?P<value>\"[^\"]*\"|'[^']*')"
)
_CHOSEN = re.compile(r"<(?:option|button|data|input\b(?=[^>]*\btype=\"(?:checkbox|radio|hidden|submit|button)\"))")
_VALUE = re.compile(r"(?<=\s)(?P<name>value)=(?P<value>\"[^\"]*\"|'[^']*')")
"""What a form sends without its being typed: told by us, unlike what stands in a field."""
_LINKS = frozenset({"href", "src", "data-href", "data-url"})
_LOOKS_PERSONAL = re.compile(
    r"[0-9๐-๙０-９٠-٩۰-۹](?:[^0-9<>]{0,8}[0-9๐-๙０-９٠-٩۰-۹]){5}|@|＠|﹫|%40|(?:mailto|tel|sms|callto):|[Aa][Tt]\W|แอ|&#"
)
_BLOCKS = re.compile(f"{BLOCK}+")
_DATA = re.compile(r"<script\b[^>]*\btype=[\"']?application/(?:ld\+)?json")
_OPEN = "data-own"
"""The attribute of an element whose words are the reader's own: they are left as they are."""
_IS_OPEN = re.compile(rf"<[a-zA-Z][a-zA-Z0-9-]*(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?\s{_OPEN}[\s=>]")
"""A tag with that attribute; one that only names it within the value of another is none."""


def veil_html(html: str, spans: Sequence[Personal], keep: Collection[str] = ()) -> str:
    """Hide these spans of the reading text in its HTML as our renderer wrote it, and what its attributes hold."""
    hidden = _Places(spans)
    out: list[str] = []
    at: int | None = None
    leaf = ""
    for token in tokens(html):
        if token.tag:
            out.append(token.raw if token.is_end else _veiled_tag(token.raw, keep))
            if token.is_end and token.tag == leaf:
                at, leaf = None, ""
            elif not token.is_end and token.tag not in VOID and (start := token.attribute("data-start")) is not None:
                at, leaf = int(start), token.tag
        elif at is None:
            out.append(token.raw)
        else:
            text = token.text
            shown = hidden.over(text, at)
            out.append(token.raw if shown == text else escape(shown).replace("\u00a0", "&nbsp;"))
            at += len(text)
    return "".join(out)


class _Places:
    """The spans to hide; asked for one piece of the text after the other."""

    def __init__(self, spans: Sequence[Personal]) -> None:
        self._spans = spans
        self._next = 0

    def over(self, text: str, at: int) -> str:
        """Give the piece that begins at `at` with blocks where it is hidden."""
        end = at + len(text)
        while self._next < len(self._spans) and self._spans[self._next].end <= at:
            self._next += 1
        index, shown = self._next, text
        while index < len(self._spans) and self._spans[index].start < end:
            start, stop = max(self._spans[index].start, at), min(self._spans[index].end, end)
            shown = shown[: start - at] + BLOCK * (stop - start) + shown[stop - at :]
            index += 1
        return shown


def _veiled_tag(raw: str, keep: Collection[str]) -> str:
    """Hide what stands in the attributes of a start tag; a link to somebody leads nowhere."""
    if not _LOOKS_PERSONAL.search(raw):
        return raw
    shown = _SHOWN.sub(lambda match: _veiled_attribute(match, keep), raw)
    return _VALUE.sub(lambda match: _veiled_attribute(match, keep), shown) if _CHOSEN.match(raw) else shown


def _veiled_attribute(match: re.Match[str], keep: Collection[str]) -> str:
    name = match["name"]
    value = unescape_all(match["value"][1:-1])
    if name in _LINKS:
        told = unquote(value)
        named = told if told.lower().startswith(("tel:", "mailto:", "sms:", "callto:")) else ""
        found = wanted(told, find_personal(told), keep)
        return f"{name}={quote('#')}" if found or (named and not _is_kept(named, keep)) else match[0]
    shown = masked(value, keep)
    return match[0] if shown == value else f"{name}={quote(shown)}"


def _is_kept(address: str, keep: Collection[str]) -> bool:
    found = find_personal(address)
    return bool(found) and not wanted(address, found, keep)


DONE, DONE_END = "<!--veiled-->", "<!--/veiled-->"
"""Between them stands what is masked already, a long text with its marks: there only the masks are named."""
_SHOWN_MASK = re.compile(f">([^<>]*{BLOCK}[^<>]*)<")


def veil_page(page: str, keep: Collection[str], label: str) -> str:
    """Hide everything personal that a page shows, and name every hidden stretch `label`.

    Left alone: elements with `data-own`, what stands in fields to be typed into, and scripts other than data.
    """
    return _Page(keep, label).veil(page)


class _Page:
    """Goes through a page once; texts that only inline elements part are read as one."""

    def __init__(self, keep: Collection[str], label: str) -> None:
        self._keep = keep
        name = quote(label)
        self._begin = f'<span class="veiled" role="img" title={name} aria-label={name}>'
        self._out: list[str] = []
        self._run: list[int] = []  # where the texts of the run stand in `out`
        self._own: list[str] = []  # the open elements, from the one that is the reader's own
        self._plain = False
        self._in_anchor = False  # the anchor of a passage, with nothing in it

    def veil(self, page: str) -> str:
        for part in page.split(DONE):
            done, end, rest = part.rpartition(DONE_END)
            self._end_run()
            self._out.append(self._named(done) + end)
            self._veil(rest)
        self._end_run()
        return "".join(self._out)

    def _named(self, done: str) -> str:
        """Name the masks in a part that is masked already."""
        if BLOCK not in done:
            return done
        return _SHOWN_MASK.sub(lambda hit: f">{self._mask(hit[1])}<", done)

    def _mask(self, written: str) -> str:
        return _BLOCKS.sub(lambda hit: f"{self._begin}{hit[0]}</span>", written)

    def _veil(self, page: str) -> None:
        for match in _PIECE.finditer(page):
            raw = match[0]
            if match[5] is not None:
                if not self._own:
                    self._run.append(len(self._out))
                self._out.append(raw)
            elif match[3] is not None:
                self._tag(raw, match[3].lower(), is_end=bool(match[2]))
            else:
                if match[1] == "textarea":
                    self._end_run()
                is_data = match[1] == "script" and _DATA.match(raw) is not None
                self._out.append(masked(raw, self._keep) if is_data else raw)

    def _tag(self, raw: str, tag: str, *, is_end: bool) -> None:
        is_inline = tag in _INLINE or raw.startswith(_ANCHOR) or (is_end and self._in_anchor)
        self._in_anchor = not is_end and raw.startswith(_ANCHOR)
        if not is_inline or (_OPEN in raw and not is_end):
            self._end_run()
        if self._own:
            self._follow(tag, is_end=is_end)
            self._out.append(raw)
            return
        if not is_end and _OPEN in raw and _IS_OPEN.match(raw) and tag not in _NO_END:
            self._own = [tag]
        self._plain = not is_end and tag in _PLAIN_TEXT
        self._out.append(raw if is_end or self._own else _veiled_tag(raw, self._keep))

    def _follow(self, tag: str, *, is_end: bool) -> None:
        """Keep count of the elements of the same name inside an own one, to know where it ends."""
        if tag != self._own[0]:
            return
        if is_end:
            self._own.pop()
        else:
            self._own.append(tag)

    def _end_run(self) -> None:
        """Hide what the texts of the run hold together."""
        places, self._run = self._run, []
        raws = [self._out[place] for place in places]
        whole = "".join(raws)
        if BLOCK not in whole and not _LOOKS_PERSONAL.search(whole):
            return
        texts = [unescape_all(raw) if "&" in raw else raw for raw in raws]
        joined = "".join(texts)
        shown = hide(joined, wanted(joined, find_personal(joined), self._keep))
        if len(texts) > 1:  # a figure beside a number makes it none: each piece is looked at by itself as well
            alone = "".join(masked(text, self._keep) for text in texts)
            shown = "".join(BLOCK if BLOCK in pair else pair[0] for pair in zip(shown, alone, strict=True))
        if BLOCK not in shown:
            return
        at = 0
        for place, text in zip(places, texts, strict=True):
            piece = shown[at : at + len(text)]
            at += len(text)
            if BLOCK in piece:
                written = escape(piece).replace("\u00a0", "&nbsp;")
                self._out[place] = written if self._plain else self._mask(written)
