"""How evenly a word is spread over texts: a word that one long note repeats is no word of all of them.

DP, "deviation of proportions": Stefan Th. Gries, "Dispersions and adjusted frequencies in corpora", International
Journal of Corpus Linguistics 13(4), 2008, pp. 403-437 (section 3.1), normalised by the smallest part as in Jefrey
Lijffijt and Stefan Th. Gries, "Correction to Gries (2008)", IJCL 17(1), 2012, pp. 147-149. Unlike Juilland's D it does
not ask for parts of one size, and notes are of all sizes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Numbers = npt.NDArray[np.int64]
    Figures = npt.NDArray[np.float64]


def deviation(counts: Sequence[int], sizes: Sequence[int]) -> float:
    """Return DP normalised: 0 a word spread as the texts' sizes are, 1 one that stands in the smallest text alone.

    `counts` says how often the word stands in each text, `sizes` how many words each has. 0 for a single text.
    """
    total, words = sum(counts), sum(sizes)
    if not total or not words:
        return 0.0
    raw = sum(abs(count / total - size / words) for count, size in zip(counts, sizes, strict=True)) / 2
    return _normalised(raw, min(size for size in sizes if size) / words)


def _normalised(raw: float, smallest: float) -> float:
    return min(1.0, max(0.0, raw / (1 - smallest))) if smallest < 1 else 0.0


def deviations(words: Numbers, texts: Numbers, counts: Numbers, sizes: Numbers, most: int) -> Figures:
    """Return `deviation` for every word at once.

    Each place of `words`, `texts` and `counts` says that a word (0 to `most` - 1) stands so often in a text; no word
    and text twice. A text in which a word does not stand adds its own share to the word's deviation.
    """
    everything = int(sizes.sum())
    totals = np.bincount(words, weights=counts, minlength=most)
    if not everything:
        return np.zeros(most, dtype=np.float64)
    shares = sizes / everything
    own = shares[texts]
    over = np.abs(counts / totals[words] - own) - own
    raw = (np.bincount(words, weights=over, minlength=most) + 1) / 2
    smallest = float(shares[shares > 0].min())
    made = np.clip(raw / (1 - smallest), 0, 1) if smallest < 1 else np.zeros(most)
    return np.asarray(np.where(totals > 0, made, 0.0), dtype=np.float64)
