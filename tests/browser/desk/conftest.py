"""One served instance for all tests of a module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.desk.served import serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.browser.desk.served import Served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, empty_database: Path, browser: Browser) -> Iterator[Served]:
    """An instance served from this process; each test makes a project of its own in it."""
    with serve(tmp_path_factory.mktemp("served"), empty_database, browser) as opened:
        yield opened


@pytest.fixture
def desk_room(served: Served) -> Iterator[Served]:
    """The served instance; at the end of a test nothing may have gone astray on its pages."""
    yield served
    assert served.end() == []
