"""Finding codes in the codebook: by words in their names, other names and definition, and by group. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmwiki.coding.codebook.counts import Node
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from kmwiki.coding.models import Code

LONGEST_KEYS = 600  # code points of a code's texts that a page carries for finding it while one types


def matching(codes: Iterable[Code], words: str) -> set[int]:
    """Return the ids of the codes that have all these words, in whatever spelling of their signs."""
    wanted = fold(words).split()
    return {code.id for code in codes if all(word in text for text in [_text(code)] for word in wanted)}


def keys_of(code: Code) -> str:
    """Return what a page looks through while one types: names, other names and the beginning of the definition."""
    names = " ".join([code.name_th, code.name_en, *code.aliases])
    return f"{names} {code.definition[: max(LONGEST_KEYS - len(names), 0)]}"


def pruned(nodes: Iterable[Node], keep: Collection[int]) -> list[Node]:
    """Return the trees with only the codes to keep and those above them; counts stay what they are."""
    found: list[Node] = []
    for node in nodes:
        children = pruned(node.children, keep)
        if children or node.code.id in keep:
            found.append(Node(node.code, node.count, node.below, children))
    return found


def opened(nodes: Iterable[Node], most: int, along: Collection[int] = ()) -> set[int]:
    """Return the codes whose children a page shows at once: level by level, as long as no more than `most` are shown.

    The children of the codes in `along` are always shown.
    """
    found, level, shown = set(along), list(nodes), 0
    while level:
        shown += len(level)
        below = [child for node in level for child in node.children]
        if shown + len(below) > most:
            break
        found.update(node.code.id for node in level)
        level = below
    return found


def _text(code: Code) -> str:
    return fold("\n".join([code.name_th, code.name_en, *code.aliases, code.definition]))
