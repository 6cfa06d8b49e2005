"""A block of texts with what was found in it so far: since blocks never change, that stays true."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np

from kmwiki.search.conditions import holds
from kmwiki.search.engine import Column, Fact, Keys, Leaf, Near, Span
from kmwiki.search.nearness import near
from kmwiki.search.resident import FACTS
from kmwiki.search.scan import Hits, scan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmwiki.search.resident import Block, Mask

LEAST_BYTES = 1 << 20
"""Of what was found in a block half as many bytes are kept as its texts have, but so many in any case."""
MOST_MASKS = 64
FEW = 200
"""So many texts are looked at one by one for what stands near; more of them all at once."""

Plain = Near | Column | Span | Keys


class Lookup:
    """Answers single conditions about one block. Safe to use from several threads."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self._hits: OrderedDict[Leaf, Hits] = OrderedDict()
        self._masks: OrderedDict[Plain, Mask] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def hits(self, leaf: Leaf) -> Hits:
        """Return where a string or a fact stands."""
        with self._lock:
            found = self._hits.get(leaf)
            if found is not None:
                self._hits.move_to_end(leaf)
                return found
        found = self._facts(leaf) if isinstance(leaf, Fact) else scan(self.block, leaf)
        with self._lock:
            self._bytes += found.size if leaf not in self._hits else 0
            self._hits[leaf] = found
            while self._bytes > max(LEAST_BYTES, self.block.text_bytes // 2) and len(self._hits) > 1:
                self._bytes -= self._hits.popitem(last=False)[1].size
        return found

    def _facts(self, leaf: Fact) -> Hits:
        column = self.block.columns[FACTS]
        places = np.flatnonzero(column.holding(value == leaf.name for value in column.values)).astype(np.int32)
        return Hits(places, np.ones(len(places), dtype=np.float32), np.ones(len(places), dtype=np.bool_))

    def mask(self, node: Plain) -> Mask:
        """Tell of each text whether it meets a condition that is no string."""
        with self._lock:
            found = self._masks.get(node)
        if found is not None:
            return found
        found = self._near(node) if isinstance(node, Near) else self._by_column(node)
        with self._lock:
            self._masks[node] = found
            while len(self._masks) > MOST_MASKS:
                self._masks.popitem(last=False)
        return found

    def _by_column(self, node: Column | Span | Keys) -> Mask:
        if isinstance(node, Keys):
            return np.fromiter((key in node.keys for key in self.block.keys), dtype=np.bool_, count=len(self.block))
        column = self.block.columns.get(node.name)
        if column is None:
            return np.zeros(len(self.block), dtype=np.bool_)
        if isinstance(node, Column):
            if not node.values:
                return column.starts[1:] > column.starts[:-1]
            return column.holding(map(node.values.__contains__, column.values))  # of thousands, by C alone
        has = column.starts[1:] > column.starts[:-1]
        fits_last = np.array([not node.last or value <= node.last for value in column.values], dtype=np.bool_)
        fits_first = np.array([not node.first or value >= node.first for value in column.values], dtype=np.bool_)
        mask = has.copy()
        mask[has] = (
            fits_last[column.codes[column.starts[:-1][has]]] & fits_first[column.codes[column.starts[1:][has] - 1]]
        )
        return mask

    def _near(self, node: Near) -> Mask:
        """Look closer at the texts that hold something of both sides."""
        mask = np.zeros(len(self.block), dtype=np.bool_)
        both = self._any(node.left) & self._any(node.right)
        if np.count_nonzero(both) > FEW:
            return near(self.block, node)
        for place in np.flatnonzero(both):
            mask[place] = holds(self.block.held(int(place)), node)
        return mask

    def _any(self, leaves: Sequence[Leaf]) -> Mask:
        mask = np.zeros(len(self.block), dtype=np.bool_)
        for leaf in leaves:
            mask[self.hits(leaf).places] = True
        return mask
