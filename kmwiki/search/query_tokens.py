"""Cutting a query into tokens: words, phrases, brackets, operators, fields with their values.

Zero-width characters part no words, as nowhere else in search: the query is read as if they were not there, while
positions count what was typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from kmwiki.errors import Invalid, Message, say
from kmwiki.search.query_fields import PARTS, field_of
from kmwiki.search.query_tree import Word
from kmwiki.text.thai import INVISIBLE

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_DEPTH = 25
MAX_PREFIXES = 16
MAX_VALUES = 50
MAX_BETWEEN = 50
NEAR_ASSUMED = 5
"""So many words may stand between where NEAR is written without a number."""

OPEN_QUOTES, CLOSE_QUOTES = '"“„«', '"”»'
_BLANK = re.compile(r"\s")
_MARKS = re.compile(f"[{CLOSE_QUOTES}]")
_OPERATOR = re.compile(
    r"(?:(?P<word>AND|OR|NOT)|(?P<bare>NEAR)|(?:NEAR|near|Near)/(?P<within>\d{1,9})|NEAR/(?P<wrong>[^\s()]*))(?=$|[\s()])"
)
_SINGLE = re.compile(r"‘(\s*[^\s‘’\"“”„«»][^‘’\"“”„«»]*)’(?=$|[\s()])")
"""A phrase in single marks; ’ alone is an apostrophe."""
_FIELD = re.compile(r"(?P<name>[^\s():\"“”„«»*,/.\d-]{1,30}):")

Kind = Literal["word", "(", ")", "-", "AND", "OR", "NOT", "NEAR", "part", "field"]


class QueryError(Invalid):
    """A query that cannot be read; `position` is where, in code points from 0, `hint` how it could be written."""

    def __init__(self, message: Message, position: int, hint: Message | None = None) -> None:
        super().__init__(message, {"q": message})
        self.position = position
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the query. `name` is a field's, `values` what was written right behind it, `within` that of NEAR.

    `is_assumed`: nobody wrote how near.
    """

    kind: Kind
    start: int
    end: int
    word: Word | None = None
    name: str = ""
    values: tuple[Word, ...] = ()
    within: int = 0
    is_assumed: bool = False

    @property
    def is_operator(self) -> bool:
        """Whether more than a row of words is meant by it."""
        return self.kind != "word" or (self.word is not None and (self.word.is_phrase or self.word.is_prefix))


def visible(text: str) -> str:
    """Return the text without zero-width characters."""
    return INVISIBLE.sub("", text)


def tokenize(text: str) -> list[Token]:
    """Cut a query into tokens. QueryError for a quotation mark that is not closed, or too many parts."""
    seen = visible(text)
    if len(seen) == len(text):
        return _cut(text)
    places = [at for at, char in enumerate(text) if visible(char)] + [len(text)]
    try:
        return [_moved(token, places) for token in _cut(seen)]
    except QueryError as error:
        raise QueryError(error.message, places[error.position], error.hint) from error


def _moved(token: Token, places: Sequence[int]) -> Token:
    def move(word: Word) -> Word:
        return replace(word, start=places[word.start], end=places[word.end - 1] + 1)

    return replace(
        token,
        start=places[token.start],
        end=places[token.end - 1] + 1,
        word=None if token.word is None else move(token.word),
        values=tuple(map(move, token.values)),
    )


def _cut(text: str) -> list[Token]:
    tokens: list[Token] = []
    at = depth = prefixes = 0
    while at < len(text):
        if _BLANK.match(text[at]):
            at += 1
            continue
        token = _next(text, at)
        at = token.end
        depth += {"(": 1, ")": -1}.get(token.kind, 0)
        if depth > MAX_DEPTH:
            raise QueryError(
                say("Brackets stand in more than %(most)s brackets here.", most=MAX_DEPTH),
                token.start,
                say("Take some brackets away; AND and blanks bind more than OR."),
            )
        prefixes += _is_prefix(token)
        if prefixes > MAX_PREFIXES:
            raise QueryError(
                say("At most %(most)s words may end in *.", most=MAX_PREFIXES),
                token.start,
                say("Write whole words; a word is found inside longer ones without * too."),
            )
        tokens.append(token)
    return tokens


def _is_prefix(token: Token) -> bool:
    if token.word is None or not token.word.is_prefix:
        return False
    if not token.word.text:
        raise QueryError(
            say("Before * there must be the beginning of a word."), token.start, say("Write it like สวัส*.")
        )
    return True


def _next(text: str, at: int) -> Token:
    char = text[at]
    if char in "()":
        return Token("(" if char == "(" else ")", at, at + 1)
    if char in OPEN_QUOTES or _SINGLE.match(text, at):
        return _phrase(text, at)
    if char == "-" and at + 1 < len(text) and not _BLANK.match(text[at + 1]) and text[at + 1] not in "-)":
        return Token("-", at, at + 1)
    if operator := _OPERATOR.match(text, at):
        return _operator(operator)
    if (field := _FIELD.match(text, at)) and (name := field_of(field["name"])) and _has_value(text, field.end()):
        return _field(text, at, field.end(), name)
    return _word(text, at)


def _operator(match: re.Match[str]) -> Token:
    if match["word"]:
        kind: Kind = match["word"]  # type: ignore[assignment]
        return Token(kind, match.start(), match.end())
    if match["bare"]:
        return Token("NEAR", match.start(), match.end(), within=NEAR_ASSUMED, is_assumed=True)
    if match["within"] is None:
        raise QueryError(
            say("Behind NEAR/ the number of words must stand that may be between."),
            match.start("wrong"),
            say("Write it like กองทุน NEAR/5 สวัสดิการ."),
        )
    within = int(match["within"])
    if within > MAX_BETWEEN:
        raise QueryError(
            say("NEAR can let at most %(most)s words stand between.", most=MAX_BETWEEN),
            match.start("within"),
            say("Write it like กองทุน NEAR/5 สวัสดิการ."),
        )
    return Token("NEAR", match.start(), match.end(), within=within)


def _has_value(text: str, at: int) -> bool:
    """Whether a value stands right behind a field's colon; else it is a word that ends in a colon."""
    return at < len(text) and not _BLANK.match(text[at]) and text[at] not in "),:"


def _field(text: str, at: int, begin: int, name: str) -> Token:
    if name in PARTS or text[begin] == "(":
        return Token("part" if name in PARTS else "field", at, begin, name=name)
    values: list[Word] = []
    end = begin
    while True:
        value = _value(text, end)
        values.append(value)
        end = value.end
        if end >= len(text) or text[end] != "," or not _has_value(text, end + 1):
            break
        end += 1
        if len(values) >= MAX_VALUES:
            raise QueryError(say("A field can have at most %(most)s values.", most=MAX_VALUES), end)
    return Token("field", at, end, name=name, values=tuple(values))


def _value(text: str, at: int) -> Word:
    """Read a value of a field: quoted, a range of quoted ends, or up to a blank, a comma or a bracket that closes."""
    end, is_quoted, pieces = at, False, []
    while end < len(text) and not _BLANK.match(text[end]) and text[end] not in ",)":
        if text[end] in OPEN_QUOTES and (end == at or text[end - 2 : end] == ".."):
            phrase = _phrase(text, end)
            pieces.append(text[end + 1 : phrase.end - 1])
            end, is_quoted = phrase.end, True
            continue
        close = _closing(text, end) if text[end] == "(" else end + 1
        pieces.append(text[end:close])
        end = close
    whole = "".join(pieces).strip()
    return Word(_MARKS.sub("", whole) if is_quoted else whole, at, end, is_phrase=is_quoted)


def _closing(text: str, at: int) -> int:
    """Return the end of a bracket inside a word; only itself if it is not closed before a blank."""
    end = at + 1
    while end < len(text) and not _BLANK.match(text[end]):
        end += 1
        if text[end - 1] == ")":
            return end
    return at + 1


def _phrase(text: str, at: int) -> Token:
    end = at + 1
    closing = "’" if text[at] == "‘" else CLOSE_QUOTES
    while end < len(text) and text[end] not in closing:
        end += 1
    if end >= len(text):
        raise QueryError(
            say("This quotation mark is not closed. Close it, or take it out."),
            at,
            say("Write a phrase like “กองทุนสวัสดิการ”."),
        )
    inner = text[at + 1 : end]
    if not inner.strip():
        raise QueryError(
            say("There is nothing between these quotation marks."),
            at,
            say("Write a word between them, or delete them."),
        )
    start = at + 1 + len(inner) - len(inner.lstrip())
    return Token("word", at, end + 1, Word(inner.strip(), start, start + len(inner.strip()), is_phrase=True))


def _word(text: str, at: int) -> Token:
    end, inside = at, 0
    while end < len(text) and not _BLANK.match(text[end]):
        if text[end] == "(":
            inside += 1
        elif text[end] == ")":
            if inside == 0:
                break
            inside -= 1
        end += 1
    # A bracket opened inside a word belongs to it only if it is closed there: กองทุน(เดิม).
    if inside > 0:
        end = text.index("(", at)
    written = text[at:end]
    if len(written) > 1 and written.endswith("*"):
        return Token("word", at, end, Word(written.rstrip("*"), at, end, is_prefix=True))
    return Token("word", at, end, Word(written, at, end))


def unknown_field(word: Word) -> str | None:
    """Return what looks like a field's name before a colon in a word but is none; times and addresses do not."""
    match = None if word.is_phrase else _FIELD.match(word.text)
    if match is None or word.text.startswith("//", match.end()):
        return None
    is_bare = match.end() == len(word.text)
    if is_bare != (field_of(match["name"]) is not None):
        return None
    return match["name"]
