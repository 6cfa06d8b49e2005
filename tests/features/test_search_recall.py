"""Search finds every everyday word in exactly the texts that hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import make_search
from tests.make_search import ask

if TYPE_CHECKING:
    from pathlib import Path

    from kmwiki.accounts.models import Project
    from kmwiki.security.policy import Caller
    from tests.make import Make


@pytest.fixture
def room(make: Make) -> tuple[Caller, Project]:
    """A project with somebody who writes in it."""
    project = make.project("village")
    return make.member(project), project


def test_every_term_of_the_list_is_found_in_exactly_its_seeds(
    room: tuple[Caller, Project], seeds_dir: Path, data_dir: Path
) -> None:
    caller, project = room
    names = make_search.write_seeds(caller, project, seeds_dir)
    make_search.drain()
    wrong = []
    lines = (data_dir / "thai-terms.tsv").read_text(encoding="utf-8").splitlines()[1:]
    for line in lines:
        term, expected = line.split("\t")
        found = sorted({names[hit.entry_id] for hit in ask(caller, project, term, mode="exact").hits if hit.entry_id})
        if found != expected.split(","):
            wrong.append((term, expected, found))
    assert len(lines) == 45
    assert wrong == []
