"""From a query to questions for an engine: its mode, what is asked, and what to mark in the texts that are found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from kmwiki.errors import say
from kmwiki.search import query
from kmwiki.search.compounds import all_words
from kmwiki.search.dictionary import small_words
from kmwiki.search.documents import trigrams_of
from kmwiki.search.engine import AnyOf, Ask, Has, Leaf, Node
from kmwiki.search.meaning import Meaning
from kmwiki.search.query import Filter, Not, Parsed, QueryError, Tree, Word, understood
from kmwiki.search.query_tokens import Token, tokenize
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kmwiki.errors import Message
    from kmwiki.search.dictionary import Dictionary
    from kmwiki.text.words import Segmenter

Mode = Literal["auto", "all", "best", "exact"]
MODES: tuple[Mode, ...] = ("auto", "all", "best", "exact")
MOST_LOOSE = 30
"""Ranked questions of more letters that find nothing are words nobody wrote; single letters of them tell nothing."""
MOST_RANKED = 120
"""So many words of a long text are ranked by; a whole pasted page tells no more than its first lines."""
PLAINLY_MEANT = frozenset({"AND", "OR", "NOT", "NEAR", "part", "field"})
"""In `exact` everything else is part of what is looked for."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be asked."""

    mode: Literal["all", "best", "exact"]
    parsed: Parsed
    ask: Ask
    groups: tuple[tuple[Leaf, ...], ...]
    """The words looked for, each with its equals: what is marked, and what must be known lest the search be relaxed."""
    also: tuple[str, ...] = ()
    understood: str = ""
    first: Node | None = None
    """In `best`: texts that meet this come first."""
    marks: tuple[Leaf, ...] = ()

    @property
    def exact(self) -> str:
        """The query that looks for the words as typed and nothing else, in mode exact."""
        return understood(self.parsed.tree, beside=" AND ")

    @property
    def notes(self) -> tuple[Message, ...]:
        """What a reader should know about how the query was read."""
        return self.parsed.notes


@dataclass(frozen=True, slots=True)
class Planner:
    """What a query is read with: whose project, its dictionary and words, and what its fields mean there."""

    project_id: int
    dictionary: Dictionary
    segmenter: Segmenter
    filters: Callable[[Filter], Node] | None = None

    def plan(self, text: str, mode: Mode) -> Plan:
        """Read a query and settle how it is searched. QueryError if it cannot be read or nothing of it is left."""
        if mode == "exact":
            return self._exact(text)
        parsed = _parse(text, mode)
        is_best = mode == "best" or (mode == "auto" and not parsed.has_operators and not query.is_short(parsed))
        if is_best:
            return self.best(parsed)
        if len(query.words_of(parsed.tree)) > query.MAX_PARTS:
            word = query.words_of(parsed.tree)[query.MAX_PARTS]
            message = say("At most %(most)s words can be required at once. Take mode=best.", most=query.MAX_PARTS)
            raise QueryError(message, word.start)
        return self._all(parsed, "all")

    def one_word(self, text: str) -> Ask | None:
        """Return the question for one word by itself, with its equals. None if nothing is left after folding."""
        match = Meaning(self.dictionary).row([Word(text, 0, len(text))])
        return None if match is None else Ask(self.project_id, match)

    def best(self, parsed: Parsed) -> Plan:
        """Rank by words and trigrams; what holds every word comes first. The query's fields and NOT still hold."""
        folded = fold(" ".join(word.text for word in query.words_of(parsed.tree))).strip()
        if not folded:
            raise QueryError(say("Write at least one word to search for."), 0)
        words = [
            text for word, inside in all_words(self.segmenter, folded) if word.is_word for text in (word.text, *inside)
        ]
        ranked = tuple((word, 1.0) for word in dict.fromkeys(words[:MOST_RANKED]))
        meaning = Meaning(self.dictionary)
        row = query.All(tuple(query.words_of(parsed.tree)))
        first = meaning.of(row) if len(row.parts) <= query.MAX_PARTS else None
        trigrams = tuple(dict.fromkeys(trigrams_of(folded[:2000])))
        fields = _fields(parsed.tree)
        ask = Ask(
            self.project_id,
            None,
            (),
            tuple(meaning.boosts),
            ranked,
            trigrams,
            within=Meaning(self.dictionary, self.filters).of(query.All(fields, is_row=False)) if fields else None,
        )
        marks = tuple(Has(word) for word, _ in ranked if word not in small_words() and len(word) > 1) or tuple(
            Has(word) for word, _ in ranked
        )
        groups = tuple((mark,) for mark in marks)
        said = understood(query.All((*row.parts, *fields)))
        return Plan("best", parsed, ask, groups, tuple(meaning.also), said, first, marks)

    def loose(self, made: Plan) -> Plan | None:
        """Give the plan for a ranked question that found nothing: texts that hold one of its words somewhere.

        Single letters are no words of their own in most texts, and too short for trigrams. None if there is no word.
        """
        words = query.words_of(made.parsed.tree)[: query.MAX_PARTS]
        meaning = Meaning(self.dictionary)
        match = meaning.of(query.Any(tuple(words)))
        if match is None or len("".join(word.text for word in words)) > MOST_LOOSE:
            return None
        groups = tuple(meaning.groups)
        ask = Ask(self.project_id, match, groups, within=made.ask.within)
        return replace(made, ask=ask, groups=groups, marks=tuple(_leaves(groups)))

    def _exact(self, text: str) -> Plan:
        """Take the query as it stands, blanks included; operators and fields only where they are plainly meant."""
        parsed = query.plain(text)
        try:
            if any(token.kind in PLAINLY_MEANT for token in tokenize(text)):
                return self._all(query.parse(text), "exact")
        except QueryError:
            if any(word.text in {"AND", "OR", "NOT"} for word in query.words_of(parsed.tree)):
                raise
        whole = query.visible(text).strip()
        inner = whole[1:-1]
        is_quoted = len(whole) > 2 and whole[0] in query.OPEN_QUOTES and whole[-1] in query.CLOSE_QUOTES  # noqa: PLR2004
        if is_quoted and not any(char in inner for char in query.OPEN_QUOTES + query.CLOSE_QUOTES):
            whole = inner
        phrase = Word(whole, 0, len(text), is_phrase=True)
        return self._all(replace(parsed, tree=phrase), "exact")

    def _all(self, parsed: Parsed, mode: Literal["all", "exact"]) -> Plan:
        meaning = Meaning(self.dictionary, self.filters, has_equals=mode == "all", is_exact=mode == "exact")
        match = meaning.of(parsed.tree)
        if match is None:
            raise QueryError(say("Write at least one word to search for."), 0)
        groups = tuple(meaning.groups)
        ask = Ask(self.project_id, match, groups, tuple(meaning.boosts))
        said = understood(parsed.tree)
        return Plan(mode, parsed, ask, groups, tuple(meaning.also), said, marks=tuple(_leaves(groups)))


def _parse(text: str, mode: Mode) -> Parsed:
    if mode == "best":
        return query.plain(text)
    try:
        return query.parse(text)
    except QueryError:
        # A question may hold a lone bracket or quotation mark; only a short query is surely meant as operators.
        parsed = query.plain(text)
        if mode == "auto" and not query.is_short(parsed) and not any(map(_is_shouted, query.words_of(parsed.tree))):
            return parsed
        raise


def _is_shouted(word: Word) -> bool:
    written = word.text
    is_operator = written in {"AND", "OR", "NOT"} or written.startswith(("(", "-", "NEAR/")) or written.endswith("*")
    return is_operator or any(token.kind in PLAINLY_MEANT for token in _tokens(written))


def _tokens(written: str) -> Iterable[Token]:
    try:
        return tokenize(written)
    except QueryError:
        return ()


def _fields(tree: Tree) -> tuple[Tree, ...]:
    """Return what a query demands or refuses as a whole: its fields and what stands after NOT, not inside an OR."""
    if isinstance(tree, (Filter, Not)):
        return (tree,)
    if isinstance(tree, query.All):
        return tuple(field for part in tree.parts for field in _fields(part))
    return ()


def any_of(group: tuple[Leaf, ...]) -> Node:
    """Return the condition that a word or one of its equals stands in a text."""
    return group[0] if len(group) == 1 else AnyOf(group)


def _leaves(groups: Iterable[tuple[Leaf, ...]]) -> Iterator[Leaf]:
    for group in groups:
        yield from group
