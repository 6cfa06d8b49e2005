"""The query language: words, "phrases", prefix*, AND OR NOT, -word and brackets, read into a tree with positions.

Positions are code points of the query as typed, so that an error can be pointed at. Zero-width characters part no
words, as nowhere else in search: the query is read as if they were not there. What a tree means in folded text
and with which equals is the business of plan.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from kmwiki.errors import Invalid, Message, say
from kmwiki.text.thai import INVISIBLE

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_LENGTH = 10_000
MAX_DEPTH = 25
MAX_PARTS = 64
MAX_PREFIXES = 16
SHORT_WORDS, SHORT_LENGTH = 4, 30

OPEN_QUOTES, CLOSE_QUOTES = '"“„«', '"”»'
_BLANK = re.compile(r"\s")
_OPERATOR = re.compile(r"(?:AND|OR|NOT)(?=$|[\s()])")


class QueryError(Invalid):
    """A query that cannot be read; `position` is where, in code points from 0."""

    def __init__(self, message: Message, position: int) -> None:
        super().__init__(message, {"q": message})
        self.position = position


@dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase of the query at [start, end)."""

    text: str
    start: int
    end: int
    is_phrase: bool = False
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class All:
    """Each part must be met."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """One part must be met."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not be met."""

    part: Tree


Tree = Word | All | Any | Not


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the query: a word, or one of `( ) - AND OR NOT`."""

    kind: Literal["word", "(", ")", "-", "AND", "OR", "NOT"]
    start: int
    word: Word | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query that was read. `has_operators`: somebody meant more than a row of words."""

    text: str
    tree: Tree
    has_operators: bool


def check_length(text: str) -> None:
    """Refuse the empty and the absurd at once. QueryError."""
    if len(text) > MAX_LENGTH:
        raise QueryError(
            say(
                "The query has %(length)s characters; at most %(most)s can be searched for. Shorten it.",
                length=len(text),
                most=MAX_LENGTH,
            ),
            MAX_LENGTH,
        )
    if not visible(text).strip():
        raise QueryError(say("Write at least one word to search for."), 0)


def parse(text: str) -> Parsed:
    """Read a query. QueryError says where and why it cannot be."""
    check_length(text)
    tokens = tokenize(text)
    tree = _Parser(text, tokens).parse()
    return Parsed(text, tree, any(_is_operator(token) for token in tokens))


def plain(text: str) -> Parsed:
    """Read a query as nothing but a row of words. QueryError if it is empty or far too long."""
    check_length(text)
    pieces = ((visible(match.group()), match) for match in re.finditer(r"\S+", text))
    words = tuple(Word(piece, match.start(), match.end()) for piece, match in pieces if piece)
    return Parsed(text, All(words), has_operators=False)


def is_short(parsed: Parsed) -> bool:
    """Whether every word of it is meant: few words and characters."""
    return len(parsed.text.strip()) <= SHORT_LENGTH and len(words_of(parsed.tree)) <= SHORT_WORDS


def words_of(tree: Tree) -> list[Word]:
    """Return the words of a tree that are looked for, in order; those after NOT are not."""
    if isinstance(tree, Word):
        return [tree]
    if isinstance(tree, Not):
        return []
    return [word for part in tree.parts for word in words_of(part)]


def _is_operator(token: Token) -> bool:
    return token.kind != "word" or (token.word is not None and (token.word.is_phrase or token.word.is_prefix))


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
        raise QueryError(error.message, places[error.position]) from error


def _moved(token: Token, places: Sequence[int]) -> Token:
    word = token.word
    if word is not None:
        word = replace(word, start=places[word.start], end=places[word.end - 1] + 1)
    return replace(token, start=places[token.start], word=word)


def _cut(text: str) -> list[Token]:
    tokens: list[Token] = []
    at = depth = 0
    while at < len(text):
        char = text[at]
        if _BLANK.match(char):
            at += 1
            continue
        token, at = _next(text, at, depth)
        depth += {"(": 1, ")": -1}.get(token.kind, 0)
        if depth > MAX_DEPTH:
            raise QueryError(say("Brackets stand in more than %(most)s brackets here.", most=MAX_DEPTH), token.start)
        tokens.append(token)
    _check_counts(tokens)
    return tokens


def _next(text: str, at: int, depth: int) -> tuple[Token, int]:
    char = text[at]
    if char == "(":
        return Token("(", at), at + 1
    if char == ")":
        return Token(")", at), at + 1
    if char in OPEN_QUOTES:
        return _phrase(text, at)
    if char == "-" and at + 1 < len(text) and not _BLANK.match(text[at + 1]) and text[at + 1] != "-":
        return Token("-", at), at + 1
    if operator := _OPERATOR.match(text, at):
        kind: Literal["AND", "OR", "NOT"] = operator.group()  # type: ignore[assignment]
        return Token(kind, at), operator.end()
    return _word(text, at, depth)


def _phrase(text: str, at: int) -> tuple[Token, int]:
    end = at + 1
    while end < len(text) and text[end] not in CLOSE_QUOTES:
        end += 1
    if end >= len(text):
        raise QueryError(say("This quotation mark is not closed. Close it, or take it out."), at)
    inner = text[at + 1 : end]
    if not _BLANK.sub("", inner):
        raise QueryError(say("There is nothing between these quotation marks."), at)
    return Token("word", at, Word(inner, at + 1, end, is_phrase=True)), end + 1


def _word(text: str, at: int, depth: int) -> tuple[Token, int]:
    end, inside = at, 0
    while end < len(text) and not _BLANK.match(text[end]):
        if text[end] == "(":
            inside += 1
        elif text[end] == ")":
            if inside == 0 and depth >= 0:
                break
            inside -= 1
        end += 1
    # A bracket opened inside a word belongs to it only if it is closed there: กองทุน(เดิม).
    if inside > 0:
        end = text.index("(", at)
    written = text[at:end]
    if len(written) > 1 and written.endswith("*"):
        return Token("word", at, Word(written.rstrip("*"), at, end, is_prefix=True)), end
    return Token("word", at, Word(written, at, end)), end


def _check_counts(tokens: Sequence[Token]) -> None:
    prefixes = [token for token in tokens if token.word is not None and token.word.is_prefix]
    if len(prefixes) > MAX_PREFIXES:
        raise QueryError(say("At most %(most)s words may end in *.", most=MAX_PREFIXES), prefixes[MAX_PREFIXES].start)
    for token in prefixes:
        if token.word is not None and not token.word.text:
            raise QueryError(say("Before * there must be the beginning of a word."), token.start)


class _Parser:
    """Recursive descent: either = both (OR both)*, both = row (AND row)*, row = one+, one = NOT one|(either)|word."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._at = 0

    def parse(self) -> Tree:
        """Read everything."""
        operators = [token for token in self._tokens if _is_operator(token)]
        if operators and len(self._tokens) > 4 * MAX_PARTS:
            raise QueryError(
                say("At most %(most)s words can be combined with operators.", most=MAX_PARTS),
                self._tokens[4 * MAX_PARTS].start,
            )
        tree = self._either()
        if self._at < len(self._tokens):
            raise QueryError(
                say("This bracket closes none. Take it out, or open one before."), self._tokens[self._at].start
            )
        if operators and len(words_of(tree)) > MAX_PARTS:
            word = words_of(tree)[MAX_PARTS]
            raise QueryError(say("At most %(most)s words can be combined with operators.", most=MAX_PARTS), word.start)
        return tree

    def _kind(self) -> str:
        return self._tokens[self._at].kind if self._at < len(self._tokens) else ""

    def _either(self) -> Tree:
        parts = [self._both()]
        while self._kind() == "OR":
            self._at += 1
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def _both(self) -> Tree:
        """Read parts that must all be met; words with a written AND between them are not beside each other."""
        rows = [[self._one()]]
        while self._kind() not in {"", ")", "OR"}:
            if self._kind() == "AND":
                self._at += 1
                rows.append([])
            rows[-1].append(self._one())
        if len(rows) == 1:
            return rows[0][0] if len(rows[0]) == 1 else All(tuple(rows[0]))
        return All(tuple(All(tuple(row)) for row in rows))

    def _one(self) -> Tree:
        kind = self._kind()
        if kind in {"", ")", "AND", "OR"}:
            raise self._lacking(kind)
        token = self._tokens[self._at]
        self._at += 1
        if token.kind in {"NOT", "-"}:
            return Not(self._one())
        if token.kind == "(":
            tree = self._either()
            if self._kind() != ")":
                raise QueryError(say("This bracket is not closed. Close it, or take it out."), token.start)
            self._at += 1
            return tree
        if token.word is None:
            raise AssertionError("a word token carries its word")
        return token.word

    def _lacking(self, kind: str) -> QueryError:
        if kind == "" and self._at:
            before = self._tokens[self._at - 1]
            return QueryError(say("After this a word is missing."), before.start)
        if kind == ")" and (not self._at or self._tokens[self._at - 1].kind != "("):
            return QueryError(
                say("Before this bracket a word is missing, or it closes none."), self._tokens[self._at].start
            )
        if kind == ")":
            return QueryError(say("There is nothing between these brackets."), self._tokens[self._at].start)
        return QueryError(say("Before %(operator)s a word is missing.", operator=kind), self._tokens[self._at].start)
