"""What the fault tests share: their figures are printed, and their numbers can be made smaller for a try."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Print a line of figures whatever pytest captures."""

    def say(line: str) -> None:
        with capsys.disabled():
            print(f"\n{request.node.name}: {line}", flush=True)  # noqa: T201 - the figures are what is asked for

    return say


def number(name: str, full: int) -> int:
    """Return the number that `name` in the environment sets for a try (`SOAK_KILLS=3 make soak`), else the full one."""
    return int(os.environ.get(name, full))
