"""What a query's tree asks of an engine: folded words with their equals, groups to rank by, what else is searched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kmwiki.search import query_tree as tree_of
from kmwiki.search.dictionary import MOST_WORDS
from kmwiki.search.engine import AllOf, AnyOf, Fact, Has, Leaf, Near, Node, Without
from kmwiki.search.equals import NUMBER, said_in, show_equals
from kmwiki.search.persons import without_title
from kmwiki.search.place_names import other_names
from kmwiki.search.writings import inside_a_word, told_apart, written_otherwise
from kmwiki.text.thai import fold
from kmwiki.text.words import general_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kmwiki.search.dictionary import Dictionary
    from kmwiki.search.query_tree import Filter, Tree, Word

MOST_SHOWN = 4
SHORT = 3
"""Shorter names must begin a word: รร is in กรรมการ."""


@dataclass(slots=True)
class Meaning:
    """What is gathered while a tree is read. Without `filters` the fields of a query let everything through."""

    dictionary: Dictionary
    filters: Callable[[Filter], Node] | None = None
    has_equals: bool = True
    is_exact: bool = False
    part: str = ""
    groups: list[tuple[Leaf, ...]] = field(default_factory=list)
    boosts: list[Has] = field(default_factory=list)
    also: list[str] = field(default_factory=list)

    def of(self, tree: Tree) -> Node | None:
        """Turn a tree into conditions; None if nothing of it is left after folding."""
        if isinstance(tree, tree_of.Word):
            return self.row([tree])
        if isinstance(tree, tree_of.Filter):
            return None if self.filters is None else self.filters(tree)
        if isinstance(tree, tree_of.Near):
            return self._near(tree)
        if isinstance(tree, tree_of.All):
            return self._every(tree)
        if isinstance(tree, tree_of.Any):
            nodes = tuple(node for part in tree.parts if (node := self.of(part)) is not None)
            return AnyOf(nodes) if nodes else None
        return self._inside(tree)

    def _inside(self, tree: tree_of.Not | tree_of.Within) -> Node | None:
        if isinstance(tree, tree_of.Within):
            self.part = tree.part
            inner = self.of(tree.tree)
            self.part = ""
            return inner
        quiet = Meaning(self.dictionary, self.filters, self.has_equals, self.is_exact, self.part)
        inner = quiet.of(tree.part)
        return None if inner is None else Without(inner)

    def _every(self, tree: tree_of.All) -> Node | None:
        """Read parts that must all be met; plain words of a row are read together, for names of several words."""
        nodes: list[Node | None] = []
        row: list[Word] = []
        for part in tree.parts:
            if isinstance(part, tree_of.Word) and not part.is_phrase and not part.is_prefix:
                row.append(part)
                if tree.is_row:
                    continue
            nodes.append(self.row(row))
            row = []
            if not isinstance(part, tree_of.Word) or part.is_phrase or part.is_prefix:
                nodes.append(self.of(part))
        nodes.append(self.row(row))
        return _all([node for node in nodes if node is not None])

    def row(self, words: Sequence[Word]) -> Node | None:
        """Turn words that stand beside each other into conditions."""
        kept = [(word, text) for word in words if (text := fold(word.text).strip())]
        if not kept:
            return None
        if self.is_exact:
            return self._exactly(kept)
        if len(kept) > 1:
            self.boosts.append(self._has(" ".join(text for _, text in kept)))
        nodes: list[Node] = []
        at = 0
        units = self._units(kept) if self.has_equals else {}
        while at < len(kept):
            size, equals = units.get(at, (1, ()))
            if size == 1 and (inside := inside_a_word(kept[at][0].text)):
                equals = (*equals, self._has(inside))
            literal = tuple(self._has(text, starts_word=word.is_prefix) for word, text in kept[at : at + size])
            nodes.append(self._unit(literal, equals))
            at += size
        return _all(nodes)

    def _exactly(self, kept: Sequence[tuple[Word, str]]) -> Node:
        """Turn what is taken as it stands into a condition: its fold, and its fold inside a word where that differs."""
        inside = inside_a_word(kept[0][0].text) if len(kept) == 1 else None
        ways = (" ".join(text for _, text in kept), *([inside] if inside else ()))
        group = tuple(self._has(way, starts_word=kept[0][0].is_prefix) for way in ways)
        self.groups.append(group)
        return group[0] if len(group) == 1 else AnyOf(group)

    def _has(self, text: str, *, starts_word: bool = False) -> Has:
        return Has(text, starts_word=starts_word, part=self.part)

    def _unit(self, literal: tuple[Has, ...], equals: tuple[Leaf, ...]) -> Node:
        if len(literal) == 1:
            group: tuple[Leaf, ...] = (literal[0], *equals)
            self.groups.append(group)
            return AnyOf(group) if equals else literal[0]
        self.groups.append((self._has(" ".join(one.text for one in literal)), *equals, *literal))
        return AnyOf((AllOf(literal), *equals))

    def _near(self, tree: tree_of.Near) -> Node | None:
        left, right = self._side(tree.left), self._side(tree.right)
        return Near(left, right, tree.within) if left and right else None

    def _side(self, words: Sequence[Word]) -> tuple[Has, ...]:
        """Return the words of one side with their equals; a year has no place of its own and is taken as written."""
        leaves: list[Has] = []
        for word in words:
            text = fold(word.text).strip()
            if not text:
                continue
            leaves.append(self._has(text, starts_word=word.is_prefix))
            if self.has_equals:
                units = self._units([(word, text)])
                leaves += [leaf for _, equals in units.values() for leaf in equals if isinstance(leaf, Has)]
                leaves += [self._has(way, starts_word=True) for way in written_otherwise(text)]
        if leaves:
            self.groups.append(tuple(dict.fromkeys(leaves)))
        return tuple(dict.fromkeys(leaves))

    def _units(self, kept: Sequence[tuple[Word, str]]) -> dict[int, tuple[int, tuple[Leaf, ...]]]:
        """Find which words, alone or together, have equals: place -> (number of words, equals)."""
        found: dict[int, tuple[int, tuple[Leaf, ...]]] = {}
        taken: set[int] = set()
        texts = [text for _, text in kept]
        candidates = [*self._names(texts), *self._places(kept), *self._persons(kept), *self._numbers(kept)]
        if not self.part:  # what a text says of years and days is told of the whole text only
            candidates = [*_said(texts), *candidates]
        for at, size, equals, shown in sorted(candidates, key=lambda one: (-one[1], one[0])):
            places = set(range(at, at + size))
            if not places & taken:
                taken |= places
                found[at] = (size, equals)
                self.also.append(shown)
        return found

    def _names(self, texts: Sequence[str]) -> Iterator[Unit]:
        """Yield what the dictionary knows under other names."""
        for at in range(len(texts)):
            for size in range(min(MOST_WORDS, len(texts) - at), 0, -1):
                some = texts[at : at + size]
                equals = self.dictionary.equals(" ".join(some)) or self.dictionary.equals("".join(some))
                if equals:
                    leaves = tuple(
                        self._has(one.folded, starts_word=len(one.folded) < SHORT or one.is_spaced) for one in equals
                    )
                    shown = dict.fromkeys((" ".join(some), *(one.shown for one in equals if not one.is_spaced)))
                    yield at, size, leaves, " = ".join(shown)
                    break

    def _numbers(self, kept: Sequence[tuple[Word, str]]) -> Iterator[Unit]:
        """Yield the other writings of what holds numbers or ๆ, and of sums of money with บาท in the next word."""
        for at in range(len(kept)):
            for size in (1, 2):
                some = kept[at : at + size]
                written = " ".join(text for _, text in some)
                is_apart = size == 2 and (some[-1][1] != "บาท" or some[-1][0].is_prefix)  # noqa: PLR2004
                if len(some) < size or is_apart:
                    continue
                if ways := written_otherwise(written):
                    leaves = tuple(self._has(way, starts_word=True) for way in ways)
                    yield at, size, leaves, " = ".join(told_apart((written, *ways))[:MOST_SHOWN])

    def _places(self, kept: Sequence[tuple[Word, str]]) -> Iterator[Unit]:
        """Yield places with the word or the letter for their level, in the same word or in the one before."""
        for at in range(len(kept)):
            for size in (1, 2):
                some = kept[at : at + size]
                if len(some) < size or any(word.is_prefix or word.is_phrase for word, _ in some):
                    continue
                written = " ".join(word.text for word, _ in some)
                if names := other_names(written):  # จ is the last letter of กสจ too: it must begin a word
                    leaves = tuple(self._has(one.folded, starts_word=True) for one in names)
                    yield at, size, leaves, f"{written} = {names[0].shown}"

    def _persons(self, kept: Sequence[tuple[Word, str]]) -> Iterator[Unit]:
        """Yield names that stand behind a title, in the same word or in the next."""
        for at, (word, _) in enumerate(kept):
            for size in (1, 2):
                some = kept[at : at + size]
                if len(some) < size or (word.is_prefix or word.is_phrase) or some[-1][0].is_prefix:
                    continue
                written = " ".join(one.text for one, _ in some)
                name = without_title(written, self.dictionary.people)
                if name is not None and (size == 1 or " " not in name):
                    folded = fold(name).strip()
                    leaf = self._has(folded, starts_word=folded in general_words())
                    yield at, size, (leaf,), f"{written} = {name}"


Unit = tuple[int, int, tuple[Leaf, ...], str]
"""Place of the first word, number of words, equals, what is told to the reader."""


def _all(nodes: Sequence[Node]) -> Node | None:
    if not nodes:
        return None
    return nodes[0] if len(nodes) == 1 else AllOf(tuple(nodes))


def _said(texts: Sequence[str]) -> Iterator[Unit]:
    """Yield years and dates whose ends are ends of words."""
    row = " ".join(texts)
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    at = 0
    for place, text in enumerate(texts):
        starts[at] = place
        ends[at + len(text)] = place
        at += len(text) + 1
    found = [one for one in said_in(row) if one.start in starts and one.end in ends]
    numbers = {(one.start, one.end): one for one in found if one.fact.startswith(NUMBER)}
    seen: set[int] = set()
    for one in found:
        # The finest that is said at a place is what is meant; its month and year come after it.
        if one.start not in seen:
            seen.add(one.start)
            first, last = starts[one.start], ends[one.end]
            number = numbers.get((one.start, one.end))  # 2551 is a year, and a number of people too
            facts = dict.fromkeys((one.fact, *((number.fact,) if number else ())))
            yield first, last - first + 1, tuple(map(Fact, facts)), show_equals(one, row[one.start : one.end])
