"""From a query to questions for an engine: folding, equals, modes, and what to mark in the texts that are found."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from kmwiki.errors import say
from kmwiki.search import query
from kmwiki.search.compounds import all_words
from kmwiki.search.dictionary import MOST_WORDS, small_words
from kmwiki.search.documents import trigrams_of
from kmwiki.search.engine import AllOf, AnyOf, Ask, Fact, Has, Leaf, Node, Without
from kmwiki.search.equals import said_in, show_equals
from kmwiki.search.query import Parsed, QueryError, Tree, Word
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kmwiki.search.dictionary import Dictionary
    from kmwiki.text.words import Segmenter

Mode = Literal["auto", "all", "best", "exact"]
MODES: tuple[Mode, ...] = ("auto", "all", "best", "exact")
MOST_RANKED = 120
"""So many words of a long text are ranked by; a whole pasted page tells no more than its first lines."""


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


@dataclass(slots=True)
class _Build:
    """What is gathered while a tree is read."""

    dictionary: Dictionary
    has_equals: bool
    is_exact: bool
    groups: list[tuple[Leaf, ...]] = field(default_factory=list)
    boosts: list[Has] = field(default_factory=list)
    also: list[str] = field(default_factory=list)


def make_plan(text: str, mode: Mode, project_id: int, dictionary: Dictionary, segmenter: Segmenter) -> Plan:
    """Read a query and settle how it is searched. QueryError if it cannot be read or nothing of it is left."""
    if mode == "exact":
        return _exact(text, project_id, dictionary)
    parsed = _parse(text, mode)
    is_best = mode == "best" or (mode == "auto" and not parsed.has_operators and not query.is_short(parsed))
    if is_best:
        return best(parsed, project_id, dictionary, segmenter)
    if len(query.words_of(parsed.tree)) > query.MAX_PARTS:
        word = query.words_of(parsed.tree)[query.MAX_PARTS]
        message = say("At most %(most)s words can be required at once. Take mode=best.", most=query.MAX_PARTS)
        raise QueryError(message, word.start)
    return _all(parsed, project_id, dictionary, "all")


def one_word(text: str, project_id: int, dictionary: Dictionary) -> Ask | None:
    """Return the question for one word by itself, with its equals. None if nothing of it is left after folding."""
    build = _Build(dictionary, has_equals=True, is_exact=False)
    match = _row([Word(text, 0, len(text))], build)
    return None if match is None else Ask(project_id, match)


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
    return word.text in {"AND", "OR", "NOT"} or word.text.endswith("*") or word.text.startswith(("(", "-"))


def _exact(text: str, project_id: int, dictionary: Dictionary) -> Plan:
    """Take the query as it stands, blanks included; it is read as operators only where they are plainly meant."""
    parsed = query.plain(text)
    if any(word.text in {"AND", "OR", "NOT"} for word in query.words_of(parsed.tree)):
        return _all(query.parse(text), project_id, dictionary, "exact")
    whole = query.visible(text).strip()
    inner = whole[1:-1]
    is_quoted = len(whole) > 2 and whole[0] in query.OPEN_QUOTES and whole[-1] in query.CLOSE_QUOTES  # noqa: PLR2004
    if is_quoted and not any(char in inner for char in query.OPEN_QUOTES + query.CLOSE_QUOTES):
        whole = inner
    phrase = Word(whole, 0, len(text), is_phrase=True)
    return _all(replace(parsed, tree=phrase), project_id, dictionary, "exact")


def _all(parsed: Parsed, project_id: int, dictionary: Dictionary, mode: Literal["all", "exact"]) -> Plan:
    build = _Build(dictionary, has_equals=mode == "all", is_exact=mode == "exact")
    match = _node(parsed.tree, build)
    if match is None:
        raise QueryError(say("Write at least one word to search for."), 0)
    groups = tuple(build.groups)
    ask = Ask(project_id, match, groups, tuple(build.boosts))
    return Plan(mode, parsed, ask, groups, tuple(build.also), understood(parsed.tree), marks=tuple(_leaves(groups)))


def best(parsed: Parsed, project_id: int, dictionary: Dictionary, segmenter: Segmenter) -> Plan:
    """Rank by words and trigrams; what holds every word comes first."""
    folded = fold(" ".join(word.text for word in query.words_of(parsed.tree))).strip()
    if not folded:
        raise QueryError(say("Write at least one word to search for."), 0)
    words = [text for word, inside in all_words(segmenter, folded) if word.is_word for text in (word.text, *inside)]
    ranked = tuple((word, 1.0) for word in dict.fromkeys(words[:MOST_RANKED]))
    build = _Build(dictionary, has_equals=True, is_exact=False)
    tree = replace_words(parsed)
    first = _node(tree, build) if len(query.words_of(tree)) <= query.MAX_PARTS else None
    trigrams = tuple(dict.fromkeys(trigrams_of(folded[:2000])))
    ask = Ask(project_id, None, (), tuple(build.boosts), ranked, trigrams)
    marks = tuple(Has(word) for word, _ in ranked if word not in small_words() and len(word) > 1) or tuple(
        Has(word) for word, _ in ranked
    )
    groups = tuple((mark,) for mark in marks)
    return Plan("best", parsed, ask, groups, tuple(build.also), understood(tree), first, marks)


def any_of(group: tuple[Leaf, ...]) -> Node:
    """Return the condition that a word or one of its equals stands in a text."""
    return group[0] if len(group) == 1 else AnyOf(group)


def replace_words(parsed: Parsed) -> Tree:
    """Return all words that are looked for, as a mere row."""
    return query.All(tuple(query.words_of(parsed.tree)))


def _leaves(groups: Iterable[tuple[Leaf, ...]]) -> Iterator[Leaf]:
    for group in groups:
        yield from group


def _node(tree: Tree, build: _Build) -> Node | None:
    """Turn a tree into conditions; None if nothing of it is left after folding."""
    if isinstance(tree, Word):
        return _row([tree], build)
    if isinstance(tree, query.Not):
        quiet = _Build(build.dictionary, build.has_equals, build.is_exact)
        inner = _node(tree.part, quiet)
        return None if inner is None else Without(inner)
    if isinstance(tree, query.Any):
        nodes = [node for part in tree.parts if (node := _node(part, build)) is not None]
        return AnyOf(tuple(nodes)) if nodes else None
    return _every(tree.parts, build)


def _every(parts: Sequence[Tree], build: _Build) -> Node | None:
    """Read a row of parts; plain words beside each other are read together, for names and dates of several words."""
    nodes: list[Node] = []
    row: list[Word] = []
    for part in parts:
        if isinstance(part, Word) and not part.is_phrase and not part.is_prefix:
            row.append(part)
            continue
        nodes += [node for node in (_row(row, build), _node(part, build)) if node is not None]
        row = []
    nodes += [node for node in (_row(row, build),) if node is not None]
    if not nodes:
        return None
    return nodes[0] if len(nodes) == 1 else AllOf(tuple(nodes))


def _row(words: Sequence[Word], build: _Build) -> Node | None:
    folded = [(word, fold(word.text).strip()) for word in words]
    kept = [(word, text) for word, text in folded if text]
    if not kept:
        return None
    if build.is_exact:
        leaf = Has(" ".join(text for _, text in kept), starts_word=kept[0][0].is_prefix)
        build.groups.append((leaf,))
        return leaf
    if len(kept) > 1:
        build.boosts.append(Has(" ".join(text for _, text in kept)))
    nodes: list[Node] = []
    at = 0
    units = _units([text for _, text in kept], build) if build.has_equals else {}
    while at < len(kept):
        size, equals = units.get(at, (1, ()))
        literal = tuple(Has(text, starts_word=word.is_prefix) for word, text in kept[at : at + size])
        nodes.append(_unit(literal, equals, build))
        at += size
    return nodes[0] if len(nodes) == 1 else AllOf(tuple(nodes))


def _unit(literal: tuple[Has, ...], equals: tuple[Leaf, ...], build: _Build) -> Node:
    if len(literal) == 1:
        group: tuple[Leaf, ...] = (literal[0], *equals)
        build.groups.append(group)
        return AnyOf(group) if equals else literal[0]
    build.groups.append((Has(" ".join(one.text for one in literal)), *equals, *literal))
    return AnyOf((AllOf(literal), *equals))


def _units(texts: Sequence[str], build: _Build) -> dict[int, tuple[int, tuple[Leaf, ...]]]:
    """Find which words, alone or together, have equals: place -> (number of words, equals)."""
    found: dict[int, tuple[int, tuple[Leaf, ...]]] = {}
    taken: set[int] = set()
    candidates = [*_said_units(texts), *_dictionary_units(texts, build.dictionary)]
    for at, size, equals, shown in sorted(candidates, key=lambda one: (-one[1], one[0])):
        places = set(range(at, at + size))
        if not places & taken:
            taken |= places
            found[at] = (size, equals)
            build.also.append(shown)
    return found


Unit = tuple[int, int, tuple[Leaf, ...], str]


def _said_units(texts: Sequence[str]) -> Iterator[Unit]:
    """Yield years and dates whose ends are ends of words."""
    row = " ".join(texts)
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    at = 0
    for place, text in enumerate(texts):
        starts[at] = place
        ends[at + len(text)] = place
        at += len(text) + 1
    seen: set[int] = set()
    for one in said_in(row):
        # The finest that is said at a place is what is meant; its month and year come after it.
        if one.start in starts and one.end in ends and one.start not in seen:
            seen.add(one.start)
            first, last = starts[one.start], ends[one.end]
            yield first, last - first + 1, (Fact(one.fact),), show_equals(one, row[one.start : one.end])


def _dictionary_units(texts: Sequence[str], dictionary: Dictionary) -> Iterator[Unit]:
    for at in range(len(texts)):
        for size in range(min(MOST_WORDS, len(texts) - at), 0, -1):
            some = texts[at : at + size]
            equals = dictionary.equals(" ".join(some)) or dictionary.equals("".join(some))
            if equals:
                leaves = tuple(Has(one.folded, starts_word=len(one.folded) < 3) for one in equals)  # noqa: PLR2004 - รร is in กรรมการ
                shown = " = ".join((" ".join(some), *(one.shown for one in equals)))
                yield at, size, leaves, shown
                break


def understood(tree: Tree) -> str:
    """Write a tree as a query again, with every operator said."""
    if isinstance(tree, Word):
        text = tree.text.strip()
        return f'"{text}"' if tree.is_phrase else text + "*" * tree.is_prefix
    if isinstance(tree, query.Not):
        return f"NOT {_bracketed(tree.part)}"
    joiner = " OR " if isinstance(tree, query.Any) else " AND "
    return joiner.join(_bracketed(part) for part in tree.parts)


def _bracketed(tree: Tree) -> str:
    is_single = isinstance(tree, (Word, query.Not)) or (isinstance(tree, query.All) and len(tree.parts) == 1)
    return understood(tree) if is_single else f"({understood(tree)})"
