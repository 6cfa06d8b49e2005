"""What a query means as a tree, and the tree written as a query again.

`understood` is a normal form: read again it gives the same tree. Words with a blank between stand beside each other
and are read together where they are a name or a date; those with AND between are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Part = Literal["title", "lead", "body"]


@dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase of the query at [start, end), in code points of what was typed."""

    text: str
    start: int
    end: int
    is_phrase: bool = False
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class All:
    """Each part must be met. In a row the parts stand beside each other, else AND stands between them."""

    parts: tuple[Tree, ...]
    is_row: bool = True


@dataclass(frozen=True, slots=True)
class Any:
    """One part must be met."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not be met."""

    part: Tree


@dataclass(frozen=True, slots=True)
class Near:
    """One word of each side, with at most `within` words between, either first."""

    left: tuple[Word, ...]
    right: tuple[Word, ...]
    within: int


@dataclass(frozen=True, slots=True)
class Within:
    """The tree must be met by one part of a text: its title, its lead, or what follows."""

    part: Part
    tree: Tree


@dataclass(frozen=True, slots=True)
class Filter:
    """A field that must have one of the values: `province:พัทลุง,สงขลา`. `field` is its English name."""

    field: str
    values: tuple[Word, ...]
    start: int
    end: int


Tree = Word | All | Any | Not | Near | Within | Filter


def words_of(tree: Tree) -> list[Word]:
    """Return the words of a tree that are looked for, in order; those after NOT and the values of fields are not."""
    if isinstance(tree, Word):
        return [tree]
    if isinstance(tree, (Not, Filter)):
        return []
    if isinstance(tree, Within):
        return words_of(tree.tree)
    if isinstance(tree, Near):
        return [*tree.left, *tree.right]
    return [word for part in tree.parts for word in words_of(part)]


def filters_of(tree: Tree) -> list[Filter]:
    """Return all fields with values in a tree, in order, those after NOT too."""
    if isinstance(tree, Filter):
        return [tree]
    if isinstance(tree, Not):
        return filters_of(tree.part)
    if isinstance(tree, (Word, Near, Within)):
        return []
    return [one for part in tree.parts for one in filters_of(part)]


def understood(tree: Tree, *, beside: str = " ") -> str:
    """Write a tree as a query again; `beside` is written between the parts of a row."""
    if isinstance(tree, Word):
        return _word(tree)
    if isinstance(tree, Not):
        return f"NOT {_bracketed(tree.part, beside)}"
    if isinstance(tree, Near):
        return f"{_either(tree.left)} NEAR/{tree.within} {_either(tree.right)}"
    if isinstance(tree, Within):
        inner = understood(tree.tree, beside=beside)
        return f"{tree.part}:{inner}" if isinstance(tree.tree, Word) else f"{tree.part}:({inner})"
    if isinstance(tree, Filter):
        return f"{tree.field}:{','.join(map(_word, tree.values))}"
    joiner = " OR " if isinstance(tree, Any) else beside if tree.is_row else " AND "
    return joiner.join(_bracketed(part, beside) for part in tree.parts)


def _word(word: Word) -> str:
    return f'"{word.text}"' if word.is_phrase else word.text + "*" * word.is_prefix


def _either(words: tuple[Word, ...]) -> str:
    return _word(words[0]) if len(words) == 1 else f"({' OR '.join(map(_word, words))})"


def _bracketed(tree: Tree, beside: str) -> str:
    written = understood(tree, beside=beside)
    return f"({written})" if isinstance(tree, (All, Any)) else written
