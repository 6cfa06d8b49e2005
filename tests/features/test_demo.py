"""The demo project: of all kinds, argued over, coded - and our own words throughout."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from time import process_time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from kmwiki.accounts.access import OPERATOR
from kmwiki.accounts.models import Project, User
from kmwiki.coding.models import Code, Coding, Layer
from kmwiki.comments.models import Comment
from kmwiki.db import session, transaction
from kmwiki.demo.install import FOLDER, install_demo
from kmwiki.entries.models import Entry, EntryPlace
from kmwiki.memos.models import Memo, MemoLink
from kmwiki.sources.models import Revision, Source
from tests.conftest import bound

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from kmwiki.config import Settings

SHARED_RUN = 30
"""So many code points in a row that also stand in a seed would be copied, not invented."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, empty_instance: Path) -> tuple[Path, Project]:
    """The demo's instance, made once."""
    instance = tmp_path_factory.mktemp("demo") / "instance"
    shutil.copytree(empty_instance, instance)
    with bound(instance), transaction() as opened:
        return instance, install_demo(opened, OPERATOR)


@pytest.fixture
def copied_instance(installed: tuple[Path, Project]) -> Path:
    return installed[0]


@pytest.fixture
def demo(installed: tuple[Path, Project], settings: Settings) -> Project:
    del settings
    return installed[1]


def count(opened: Session, table: type[object]) -> int:
    return opened.scalar(select(func.count()).select_from(table)) or 0


def test_it_has_twenty_four_notes_of_every_kind_that_a_supervisor_reads(demo: Project) -> None:
    with session() as opened:
        kinds = Counter(
            opened.scalars(
                select(Entry.kind)
                .join(Source, Source.id == Entry.source_id)
                .where(Source.audience != "private", Source.state == "published")
            )
        )
        assert kinds == {"meeting": 4, "aar": 4, "reflection": 5, "interview": 3, "fieldnote": 4, "page": 4}
        audiences = Counter(opened.scalars(select(Source.audience).where(Source.kind == "entry")))
        assert audiences == {"team": 23, "supervisors": 1, "public": 1, "private": 1}
        assert opened.scalars(select(Source.id).where(Source.state == "draft")).all()
    assert demo.name


def test_they_come_from_six_provinces_and_three_years_written_in_many_ways(demo: Project) -> None:
    with session() as opened:
        provinces = set(opened.scalars(select(EntryPlace.province_code)))
        written = [words for words in opened.scalars(select(Entry.event_written)) if words]
        years = {start.year + 543 for start in opened.scalars(select(Entry.event_start)) if start}
    assert demo.id
    assert len(provinces) == 6
    assert years == {2566, 2567, 2568}
    shapes = {re.sub(r"[๐-๙]", "๙", re.sub(r"[0-9]", "9", words)) for words in written}
    assert len(shapes) >= 12
    assert any(re.search(r"[๐-๙]{4}", words) for words in written)
    assert any(re.search(r"\D\d{2}$", words) for words in written)


def test_texts_are_as_long_as_notes_are(demo: Project) -> None:
    with session() as opened:
        lengths = [
            len(body)
            for body in opened.scalars(
                select(Revision.body)
                .join(Source, (Source.id == Revision.source_id) & (Source.head_no == Revision.no))
                .where(Source.kind == "entry", Source.audience != "private", Source.state == "published")
            )
        ]
    assert demo.id
    assert len(lengths) == 24
    assert all(1500 <= length <= 4000 for length in lengths)


def test_people_argue_in_threads_and_on_passages(demo: Project) -> None:
    with session() as opened:
        comments = opened.scalars(select(Comment)).all()
        voices = set(opened.scalars(select(Source.author_id).where(Source.kind == "comment")))
    assert demo.slug == "demo"
    assert len(comments) >= 60
    parents = {comment.id: comment.parent_id for comment in comments}
    depth = dict.fromkeys(parents, 0)
    for each in sorted(parents):
        depth[each] = depth[parents[each]] + 1 if parents[each] else 0  # type: ignore[index]
    assert sum(level >= 2 for level in depth.values()) >= 10  # answers to answers
    assert sum(bool(comment.quote) for comment in comments) >= 10
    assert len(voices) == 5


def test_every_coding_stood_on_the_words_of_its_quote_when_it_was_made(demo: Project) -> None:
    with session() as opened:
        rows = opened.execute(
            select(Coding, Revision.reading_text).join(
                Revision, (Revision.source_id == Coding.source_id) & (Revision.no == Coding.ev_revision)
            )
        ).all()
        waiting = [coding for coding, _ in rows if coding.state == "changed"]
    assert len(rows) >= 150
    assert all(text[coding.ev_start : coding.ev_end] == coding.ev_quote for coding, text in rows)
    assert {coding.project_id for coding, _ in rows} == {demo.id}
    assert waiting, "the review queue has something to show"


def test_three_people_coded_and_did_not_always_agree(demo: Project) -> None:
    with session() as opened:
        own = select(Layer.id).where(Layer.kind == "own")
        codings = opened.scalars(select(Coding).where(Coding.layer_id.in_(own))).all()
        keys = {code.id: code.name_th for code in opened.scalars(select(Code))}
    assert demo.id
    by_coder = Counter(coding.coder_id for coding in codings)
    assert len(by_coder) == 3
    assert min(by_coder.values()) >= 50
    assert len({coding.code_id for coding in codings}) >= 35 <= len(keys)
    assert {coding.voice for coding in codings} == {"informant", "author", "commenter", "document"}
    assert sum(bool(coding.memo) for coding in codings) >= 15
    same_passage = {(one.source_id, one.ev_quote): one for one in codings}
    disagreeing = [one for one in codings if same_passage[one.source_id, one.ev_quote].code_id != one.code_id]
    assert len(disagreeing) >= 5


def test_an_aar_follows_its_meeting_and_a_problem_comes_back(demo: Project) -> None:
    with session() as opened:
        entries = opened.scalars(select(Entry).where(Entry.project_id == demo.id)).all()
    by_number = {entry.number: entry for entry in entries}
    aars = [entry for entry in entries if entry.kind == "aar"]
    assert all(by_number[aar.fields["meeting"]].kind == "meeting" for aar in aars)
    problems = [row for aar in aars for row in aar.fields["problems"]]
    assert sum("หนังสือ" in row["cause"] or "ผ่านอำเภอ" in row["cause"] for row in problems) >= 3
    actions = [row for entry in entries for row in entry.fields.get("actions", ())]
    assert {row["status"] for row in actions} == {"open", "doing", "done", "dropped"}
    assert all(row["what"] and row["who"] and row["due"]["start"] for row in actions)


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


def test_its_memos_stand_on_every_kind_of_thing_and_link_to_each_other(demo: Project) -> None:
    with transaction() as opened:
        kinds = set(opened.scalars(select(Memo.target_kind)))
        linked = set(opened.scalars(select(MemoLink.kind)))
        assert kinds == {"project", "code", "entry", "coding", "comment"}
        assert linked == {"memo", "entry", "coding", "quote"}
        assert demo.id


def test_it_is_made_while_one_waits(tmp_path: Path, empty_instance: Path) -> None:
    shutil.copytree(empty_instance, tmp_path / "instance")
    started = process_time()
    with bound(tmp_path / "instance"), transaction() as opened:
        install_demo(opened, OPERATOR)
    assert process_time() - started < 8  # of the processor, under coverage; without it about one


def test_no_sentence_of_the_seeds_is_in_it(seeds_dir: Path) -> None:
    seeds = [path.read_text(encoding="utf-8") for path in seeds_dir.glob("*.txt")]
    runs = {text[i : i + SHARED_RUN] for text in seeds for i in range(len(text) - SHARED_RUN + 1)}
    ours = [*FOLDER.rglob("*.toml"), FOLDER.parent / "coding" / "codebook" / "starter_codebook.toml"]
    for path in ours:
        text = path.read_text(encoding="utf-8")
        shared = [
            text[i : i + SHARED_RUN] for i in range(len(text) - SHARED_RUN + 1) if text[i : i + SHARED_RUN] in runs
        ]
        assert not shared, f"{path.name}: {shared[:3]}"
