"""The query language read into a tree with positions.

Words, "phrases", prefix*, AND OR NOT, -word, brackets, NEAR/n, and fields such as `province:พัทลุง`. What binds most
comes first: brackets, then NOT and -, then NEAR/n, then AND and blanks, then OR. What a tree means in folded text and
with which equals is the business of plan.py, what a field means that of filters.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmwiki.errors import Message, say
from kmwiki.search.query_notes import notes_on
from kmwiki.search.query_tokens import CLOSE_QUOTES, OPEN_QUOTES, QueryError, Token, tokenize, visible
from kmwiki.search.query_tree import (
    All,
    Any,
    Filter,
    Near,
    Not,
    Part,
    Tree,
    Within,
    Word,
    filters_of,
    understood,
    words_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "CLOSE_QUOTES",
    "OPEN_QUOTES",
    "All",
    "Any",
    "Filter",
    "Near",
    "Not",
    "Parsed",
    "Part",
    "QueryError",
    "Tree",
    "Within",
    "Word",
    "check_length",
    "filters_of",
    "is_short",
    "parse",
    "plain",
    "understood",
    "visible",
    "words_of",
]

MAX_LENGTH = 10_000
MAX_PARTS = 64
SHORT_WORDS, SHORT_LENGTH = 4, 30

_PARTS: dict[str, Part] = {"title": "title", "lead": "lead", "body": "body"}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query that was read. `has_operators`: somebody meant more than a row of words."""

    text: str
    tree: Tree
    has_operators: bool
    notes: tuple[Message, ...] = ()
    """What a reader should know about how it was read."""


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
    tree = _Parser(tokens).parse()
    return Parsed(text, tree, any(token.is_operator for token in tokens), tuple(notes_on(text, tokens, tree)))


def plain(text: str) -> Parsed:
    """Read a query as nothing but a row of words. QueryError if it is empty or far too long."""
    check_length(text)
    pieces = ((visible(match.group()), match) for match in re.finditer(r"\S+", text))
    words = tuple(Word(piece, match.start(), match.end()) for piece, match in pieces if piece)
    return Parsed(text, All(words), has_operators=False)


def is_short(parsed: Parsed) -> bool:
    """Whether every word of it is meant: few words and characters."""
    return len(parsed.text.strip()) <= SHORT_LENGTH and len(words_of(parsed.tree)) <= SHORT_WORDS


class _Parser:
    """Recursive descent.

    either = both (OR both)*, both = row (AND row)*, row = near+, near = one (NEAR one)*,
    one = NOT one | -one | (either) | part:word | part:(either) | field:values | field:(word OR word) | word.
    """

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._part = ""

    def parse(self) -> Tree:
        """Read everything."""
        is_combined = any(token.is_operator for token in self._tokens)
        if is_combined and len(self._tokens) > 4 * MAX_PARTS:
            raise _too_many(self._tokens[4 * MAX_PARTS].start)
        tree = self._either()
        if self._at < len(self._tokens):
            raise QueryError(
                say("This bracket closes none. Take it out, or open one before."), self._tokens[self._at].start
            )
        sought = words_of(tree)
        if is_combined and len(sought) > MAX_PARTS:
            raise _too_many(sought[MAX_PARTS].start)
        return tree

    def _kind(self) -> str:
        return self._tokens[self._at].kind if self._at < len(self._tokens) else ""

    def _take(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _either(self) -> Tree:
        parts = [self._both()]
        while self._kind() == "OR":
            self._at += 1
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def _both(self) -> Tree:
        rows = [[self._near()]]
        while self._kind() not in {"", ")", "OR"}:
            if self._kind() == "AND":
                self._at += 1
                rows.append([])
            rows[-1].append(self._near())
        joined = [row[0] if len(row) == 1 else All(tuple(row)) for row in rows]
        return joined[0] if len(joined) == 1 else All(tuple(joined), is_row=False)

    def _near(self) -> Tree:
        """Read words with NEAR between; of several each stands near the one before it."""
        start = self._at
        sides, pairs = [self._one()], []
        while self._kind() == "NEAR":
            operator = self._take()
            after = self._at
            sides.append(self._one())
            left, right = _side(sides[-2]), _side(sides[-1])
            if left is None or right is None:
                raise QueryError(
                    say("NEAR stands between words, phrases, or words in brackets with OR between."),
                    self._tokens[start if left is None else after].start,
                    say("Write it like กองทุน NEAR/5 (ออมทรัพย์ OR สัจจะ)."),
                )
            start = after
            pairs.append(Near(left, right, operator.within))
        if not pairs:
            return sides[0]
        return pairs[0] if len(pairs) == 1 else All(tuple(pairs), is_row=False)

    def _one(self) -> Tree:
        kind = self._kind()
        if kind in {"", ")", "AND", "OR", "NEAR"}:
            raise self._lacking(kind)
        token = self._take()
        if token.kind in {"NOT", "-"}:
            return Not(self._one())
        if token.kind == "(":
            return self._inside(token)
        if token.kind == "part":
            return self._of_part(token)
        if token.kind == "field":
            return self._filter(token)
        if token.word is None:
            raise AssertionError("a word token carries its word")
        return token.word

    def _inside(self, opening: Token) -> Tree:
        tree = self._either()
        if self._kind() != ")":
            raise QueryError(say("This bracket is not closed. Close it, or take it out."), opening.start)
        self._at += 1
        return tree

    def _refuse_inner(self, token: Token) -> None:
        if self._part:
            raise QueryError(
                say("A field cannot stand inside %(name)s:( ).", name=self._part),
                token.start,
                say("Write it behind the bracket."),
            )

    def _of_part(self, token: Token) -> Tree:
        self._refuse_inner(token)
        if self._kind() not in {"word", "("}:
            raise QueryError(
                say("Behind %(name)s: a word, a phrase or a bracket must stand.", name=token.name),
                token.start,
                say("Write it like %(name)s:กองทุน.", name=token.name),
            )
        self._part = token.name
        tree = self._one()
        self._part = ""
        return Within(_PARTS[token.name], tree)

    def _filter(self, token: Token) -> Tree:
        self._refuse_inner(token)
        if token.values:
            return Filter(token.name, token.values, token.start, token.end)
        opening = self._take()
        values: list[Word] = []
        while self._kind() in {"word", "OR"}:
            word = self._take().word
            values += [] if word is None else [word]
        if self._kind() != ")" or not values:
            where = self._tokens[self._at].start if self._at < len(self._tokens) else opening.start
            raise QueryError(
                say("In these brackets only values of %(name)s: can stand.", name=token.name),
                where,
                say(
                    "Values are alternatives: %(name)s:(one OR other). Close the bracket behind them.", name=token.name
                ),
            )
        return Filter(token.name, tuple(values), token.start, self._take().end)

    def _lacking(self, kind: str) -> QueryError:
        if kind == "" and self._at:
            last = self._tokens[self._at - 1]
            said = {"NEAR": _near(last), "-": ""}.get(last.kind, last.kind)
            hint = (
                say("To search for %(operator)s itself, put it into quotation marks.", operator=said) if said else None
            )
            return QueryError(say("After this a word is missing."), last.start, hint)
        here = self._tokens[self._at]
        if kind == ")" and (not self._at or self._tokens[self._at - 1].kind != "("):
            return QueryError(say("Before this bracket a word is missing, or it closes none."), here.start)
        if kind == ")":
            return QueryError(say("There is nothing between these brackets."), here.start)
        operator = _near(here) if kind == "NEAR" else kind
        return QueryError(
            say("Before %(operator)s a word is missing.", operator=operator),
            here.start,
            say("To search for %(operator)s itself, put it into quotation marks.", operator=operator),
        )


def _near(token: Token) -> str:
    return "NEAR" if token.is_assumed else f"NEAR/{token.within}"


def _side(tree: Tree) -> tuple[Word, ...] | None:
    """Return the words that may stand on one side of NEAR, or None."""
    if isinstance(tree, Word):
        return (tree,)
    if isinstance(tree, Any) and all(isinstance(part, Word) for part in tree.parts):
        return tuple(words_of(tree))
    return None


def _too_many(position: int) -> QueryError:
    return QueryError(
        say("At most %(most)s words can be combined with operators.", most=MAX_PARTS),
        position,
        say("Leave words out, or search in several steps."),
    )
