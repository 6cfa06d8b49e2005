"""Comparing how often a word stands in two selections: is the difference more than chance, and how large is it.

Log-likelihood: Ted Dunning, "Accurate methods for the statistics of surprise and coincidence", Computational
Linguistics 19(1), 1993, pp. 61-74; in the form for two corpora of Paul Rayson and Roger Garside, "Comparing corpora
using frequency profiling", Proceedings of the Workshop on Comparing Corpora, ACL 2000, pp. 1-6 (formulas on p. 3).
Log ratio: Andrew Hardie, "Log Ratio - an informal introduction", ESRC Centre for Corpus Approaches to Social Science,
28 April 2014. %DIFF: Costas Gabrielatos and Anna Marchi, "Keyness: Appropriate metrics and practical issues", CADS
International Conference, Bologna, 2012.
"""

from __future__ import annotations

from math import log, log2
from typing import NamedTuple

CRITICAL = ((15.13, 0.0001), (10.83, 0.001), (6.63, 0.01), (3.84, 0.05))
"""From this log-likelihood on, a difference is that unlikely by chance: chi-squared with one degree of freedom."""
HALF = 0.5
"""Stands for a count of nought where a ratio is taken, as Hardie proposes."""


class Keyness(NamedTuple):
    """How a word's frequencies differ between two selections."""

    log_likelihood: float
    """Without a sign; `direction` tells on which side the word is more frequent."""
    log_ratio: float
    """How many times the relative frequency doubles from the second to the first: 1 is twice, -1 is half as often."""
    percent_diff: float | None
    """(first - second) / second of the relative frequencies, in percent; None where the second has none at all."""
    direction: int
    """1: relatively more frequent in the first, -1: in the second, 0: the same."""


def keyness(count: int, total: int, other_count: int, other_total: int) -> Keyness:
    """Compare a word that stands `count` times among `total` words with `other_count` among `other_total`.

    Neither total may be nought unless its count is; then nothing can be said and all figures are nought.
    """
    if not total or not other_total or not count + other_count:
        return Keyness(0.0, 0.0, None, 0)
    share, other_share = count / total, other_count / other_total
    ratio = log2((count or HALF) / total) - log2((other_count or HALF) / other_total)
    percent = (share - other_share) / other_share * 100 if other_count else None
    weighed = count * other_total - other_count * total
    direction = (weighed > 0) - (weighed < 0)
    return Keyness(
        log_likelihood(count, total, other_count, other_total), ratio if direction else 0.0, percent, direction
    )


def log_likelihood(count: int, total: int, other_count: int, other_total: int) -> float:
    """Return G2 = 2 (a ln(a/E1) + b ln(b/E2)), the expected counts E as if both selections used the word alike."""
    expected = total * (count + other_count) / (total + other_total)
    other_expected = other_total * (count + other_count) / (total + other_total)
    first = count * log(count / expected) if count else 0.0
    second = other_count * log(other_count / other_expected) if other_count else 0.0
    return max(0.0, 2 * (first + second))


def chance(figure: float) -> float | None:
    """Return below which probability such a log-likelihood comes by chance: 0.05 to 0.0001; None if it is likelier."""
    return next((probability for least, probability in CRITICAL if figure >= least), None)
