"""The demo project: of all kinds, argued over, coded - and our own words throughout."""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from kmwiki.accounts.access import OPERATOR
from kmwiki.accounts.models import Project, User
from kmwiki.coding.models import Coding
from kmwiki.comments.models import Comment
from kmwiki.db import session, transaction
from kmwiki.demo.install import FOLDER, install_demo
from kmwiki.entries.kinds import KINDS
from kmwiki.entries.models import Entry, EntryPlace
from kmwiki.sources.models import Revision

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from kmwiki.config import Settings

SHARED_RUN = 30
"""So many code points in a row that also stand in a seed would be copied, not invented."""


@pytest.fixture
def demo(settings: Settings) -> Project:
    del settings
    with transaction() as opened:
        return install_demo(opened, OPERATOR)


def count(opened: Session, table: type[object]) -> int:
    return opened.scalar(select(func.count()).select_from(table)) or 0


def test_it_has_every_kind_in_four_provinces_or_more(demo: Project) -> None:
    with session() as opened:
        kinds = set(opened.scalars(select(Entry.kind).where(Entry.project_id == demo.id)))
        provinces = set(opened.scalars(select(EntryPlace.province_code)))
        assert kinds == set(KINDS)
        assert len(provinces) >= 4
        assert count(opened, Entry) >= 10


def test_people_argue_in_threads_and_on_passages(demo: Project) -> None:
    with session() as opened:
        comments = opened.scalars(select(Comment)).all()
    assert demo.slug == "demo"
    assert len(comments) >= 15
    assert sum(comment.parent_id is not None for comment in comments) >= 5
    assert any(comment.quote for comment in comments)


def test_every_coding_stands_on_the_words_of_its_quote(demo: Project) -> None:
    with session() as opened:
        rows = opened.execute(
            select(Coding, Revision.reading_text).join(
                Revision, (Revision.source_id == Coding.source_id) & (Revision.no == Coding.ev_revision)
            )
        ).all()
    assert len(rows) >= 25
    assert len({coding.coder_id for coding, _ in rows}) >= 2
    assert all(text[coding.start : coding.end] == coding.ev_quote for coding, text in rows)
    assert {coding.project_id for coding, _ in rows} == {demo.id}


def test_its_people_cannot_sign_in(demo: Project) -> None:
    with session() as opened:
        people = opened.scalars(select(User)).all()
    assert demo.name
    assert all(person.password_hash is None and person.email.endswith("@example.org") for person in people)


@pytest.mark.parametrize("wanted", ["๔๐ คน", "พมจ.", "กองทุน", "๒๕๖๘"])
def test_a_newcomer_finds_something_to_search(demo: Project, wanted: str) -> None:
    with session() as opened:
        found = opened.scalars(select(Revision.source_id).where(Revision.reading_text.contains(wanted))).all()
        dated = opened.scalars(select(Entry.id).where(Entry.event_written.contains(wanted))).all()
    assert demo.id
    assert len(found) + len(dated) >= 3


def test_a_second_time_changes_nothing(demo: Project) -> None:
    with transaction() as opened:
        before = [count(opened, table) for table in (Entry, Comment, Coding, User)]
        again = install_demo(opened, OPERATOR)
        assert again.id == demo.id
        assert [count(opened, table) for table in (Entry, Comment, Coding, User)] == before


def test_it_is_made_while_one_waits(settings: Settings) -> None:
    del settings
    started = process_time()
    with transaction() as opened:
        install_demo(opened, OPERATOR)
    assert process_time() - started < 8  # of the processor, under coverage; without it about one


def test_no_sentence_of_the_seeds_is_in_it(seeds_dir: Path) -> None:
    seeds = [path.read_text(encoding="utf-8") for path in seeds_dir.glob("*.txt")]
    runs = {text[i : i + SHARED_RUN] for text in seeds for i in range(len(text) - SHARED_RUN + 1)}
    ours = [*FOLDER.rglob("*.toml"), FOLDER.parent / "coding" / "starter_codebook.toml"]
    for path in ours:
        text = path.read_text(encoding="utf-8")
        shared = [
            text[i : i + SHARED_RUN] for i in range(len(text) - SHARED_RUN + 1) if text[i : i + SHARED_RUN] in runs
        ]
        assert not shared, f"{path.name}: {shared[:3]}"
