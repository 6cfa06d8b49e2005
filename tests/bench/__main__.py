"""`make bench`: measure and print the table."""

from __future__ import annotations

import os
import platform
import sys
from typing import TYPE_CHECKING

from tests.bench import coding, desk, ranking, retrieval, search, start, taguette_peer, writing
from tests.bench.stage import stage
from tests.bench.timing import show

if TYPE_CHECKING:
    from tests.bench.timing import Figure


def main() -> None:
    """Run every benchmark in one process, each on a fresh instance."""
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, {platform.system()}", file=sys.stderr)  # noqa: T201
    figures: list[Figure] = []
    for part in (start, writing, coding, desk, retrieval, search):
        print(f"measuring {part.__name__.rpartition('.')[2]} ...", file=sys.stderr)  # noqa: T201
        with stage() as made:
            figures += part.figures(made)
        if part is coding:
            figures += taguette_peer.figures()
    print(show(figures))  # noqa: T201
    for line in ranking.lines():
        print(line)  # noqa: T201


if __name__ == "__main__":
    main()
