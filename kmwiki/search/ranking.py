"""How much a text is worth to a question: BM25 over weighted counts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Weights = npt.NDArray[np.float32]

K1, B = 1.2, 0.6
BOOST = 2.0
WORD_SHARE, TRIGRAM_SHARE = 1.0, 0.35


def idf(total: int, found: int) -> float:
    """Tell how much a term says: the weight of Robertson and Spärck Jones (1976) as BM25 uses it, never negative."""
    return math.log(1 + (total - found + 0.5) / (found + 0.5))


def saturated(counts: Weights, lengths: Weights) -> Weights:
    """Let each further occurrence tell less, and those in long texts less; lengths are shares of the average."""
    worth = counts * (K1 + 1) / (counts + K1 * (1 - B + B * lengths))
    return worth.astype(np.float32)
