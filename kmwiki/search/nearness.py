"""What stands near what, in all texts of a block at once: for words that thousands of texts hold."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from kmwiki.search.scan import standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmwiki.search.engine import Has, Near
    from kmwiki.search.resident import Block, Mask, Numbers

_SURROGATES = range(0xD800, 0xE000)


@cache
def _letters() -> Mask:
    """Tell of each unit whether it is a letter or digit."""
    return np.array([unit not in _SURROGATES and chr(unit).isalnum() for unit in range(0x10000)], dtype=np.bool_)


def near(block: Block, node: Near) -> Mask:
    """Tell of each text whether something of both sides stands close enough in it, as `conditions.is_near` does."""
    edges = np.flatnonzero(np.unpackbits(block.edges, count=len(block.units), bitorder="little"))
    is_word = np.logical_or.reduceat(_letters()[block.units[:]], edges) if len(edges) else np.zeros(0, dtype=np.bool_)
    words = np.concatenate([[0], np.cumsum(is_word)])
    left, right = _spans(block, node.left), _spans(block, node.right)
    mask = np.zeros(len(block), dtype=np.bool_)
    for first, second in ((left, right), (right, left)):
        ends, starts = first[1], second[0]
        following = np.searchsorted(starts, ends, side="left")
        kept = following < len(starts)
        ends, texts, starts = ends[kept], first[2][kept], starts[following[kept]]
        same = second[2][following[kept]] == texts
        ends, texts, starts = ends[same], texts[same], starts[same]
        begin = np.searchsorted(edges, ends, side="left")
        stop = np.maximum(np.searchsorted(edges, starts, side="right") - 1, begin)
        mask[texts[words[stop] - words[begin] <= node.within]] = True
    return mask


def _spans(block: Block, leaves: Sequence[Has]) -> tuple[Numbers, Numbers, Numbers]:
    """Return where the strings begin, in order, where they end, and in which texts."""
    found = [(*standing(block, leaf), len(leaf.text.encode("utf-16-le", "surrogatepass")) >> 1) for leaf in leaves]
    starts = np.concatenate([at for at, _, _ in found])
    ends = np.concatenate([at + size for at, _, size in found])
    texts = np.concatenate([place for _, place, _ in found])
    order = np.argsort(starts, kind="stable")
    return starts[order], ends[order], texts[order]
