"""The head of a Markdown file between two lines of dashes: simple `key: value` lines, and lists. Pure.

No more of YAML is read than people write by hand: a value, also in quotes, `[a, b]`, or items below, each with a dash.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_PAIR = re.compile(r"(?P<key>[^\W\d][\w -]{0,40}?)[ \t]*:(?:[ \t]+(?P<value>.*))?")
_ITEM = re.compile(r"[ \t]*-[ \t]+(?P<value>.+)")
_LAST = frozenset({"---", "..."})
_MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class Value:
    """What stands under a key, as one or more words, and the first and last line of it, from 1."""

    words: tuple[str, ...]
    lines: tuple[int, int]


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The head of a file: its values by key in lower case, and how many lines it takes; 0: there is none."""

    values: dict[str, Value] = field(default_factory=dict)
    size: int = 0
    unread: tuple[int, ...] = ()
    """Numbers of lines in it that are no `key: value`."""


def read_front_matter(text: str) -> FrontMatter:
    """Read the head of `text`; it begins with the first line and its first line holds a key, else there is none."""
    lines = text.split("\n")[:_MOST_LINES]
    end = next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() in _LAST), 0)
    if lines[0].rstrip() != "---" or end < 2 or _PAIR.fullmatch(lines[1].rstrip()) is None:  # noqa: PLR2004
        return FrontMatter()
    values: dict[str, Value] = {}
    unread: list[int] = []
    key = ""
    for no, line in enumerate(lines[1:end], 2):
        pair, item = _PAIR.fullmatch(line.rstrip()), _ITEM.fullmatch(line.rstrip())
        if pair is not None:
            key = pair["key"].strip().lower()
            values[key] = Value(_words(pair["value"] or ""), (no, no))
        elif item is not None and key:
            before = values[key]
            values[key] = Value((*before.words, _unquoted(item["value"])), (before.lines[0], no))
        elif line.strip() and not line.lstrip().startswith("#"):
            unread.append(no)
    return FrontMatter(values, end + 1, tuple(unread))


def _words(value: str) -> tuple[str, ...]:
    value = value.strip()
    if value.startswith("[") and value.endswith("]"):
        return tuple(word for part in value[1:-1].split(",") if (word := _unquoted(part)))
    return (word,) if (word := _unquoted(value)) else ()


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1].strip()
    return value
