"""The small HTML that our renderer writes, as tokens: tags, and text with the place of every code point.

Only what nh3 has written is read here, so five character references and one form of tag are all there is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

VOID = frozenset({"br", "hr", "img"})

_TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:[^<>"]|"[^"]*")*)>|([^<]+)')
_ATTRIBUTE = re.compile(r'([a-z-]+)(?:="([^"]*)")?')
_REFERENCE = re.compile(r"&(amp|lt|gt|quot|nbsp|#13);")
_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "nbsp": "\u00a0", "#13": "\r"}
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_QUOTED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


@dataclass(frozen=True, slots=True)
class Token:
    """A start tag (`tag`, `attributes`), an end tag (`is_end`) or a text (no `tag`); `raw` is how it is written."""

    raw: str
    tag: str = ""
    attributes: str = ""
    is_end: bool = False

    @property
    def text(self) -> str:
        """The characters that a text token stands for."""
        return unescape(self.raw)

    def attribute(self, name: str) -> str | None:
        """Give the value of an attribute, or None."""
        return read_attributes(self.attributes).get(name)


def tokens(html: str) -> Iterator[Token]:
    """Cut HTML as nh3 writes it into tokens that join back to it."""
    for match in _TOKEN.finditer(html):
        if match[4] is not None:
            yield Token(match[4])
        else:
            yield Token(match[0], match[2], match[3], bool(match[1]))


def read_attributes(written: str) -> dict[str, str]:
    """Read the attributes of a tag."""
    return {match[1]: unescape(match[2] or "") for match in _ATTRIBUTE.finditer(written)}


def unescape(text: str) -> str:
    """Turn the references that nh3 writes into characters."""
    return _REFERENCE.sub(lambda match: _CHARACTERS[match[1]], text) if "&" in text else text


def escape(text: str) -> str:
    """Write characters as HTML text; a carriage return is spelled out, because browsers would drop it."""
    return text.translate(_ESCAPES)


def quote(value: str) -> str:
    """Write an attribute's value with its quotation marks."""
    return f'"{value.translate(_QUOTED)}"'
