"""Killed at any single touch of the disk or the database, a piece of work is either done whole or not at all.

Each piece of work dies in a process of its own, at its first touch, its second and so on to its last (every few touches
in `make check`, each one in `make soak`). What is left is then looked at, and the next start must bring all in order.
"""

from __future__ import annotations

import io
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from kmwiki import db
from kmwiki.accounts.models import Project
from kmwiki.coding.service import save_entry
from kmwiki.comments.service import add_comment
from kmwiki.db import session, transaction
from kmwiki.entries.models import Entry
from kmwiki.entries.schemas import EntryIn, EntryPatch
from kmwiki.entries.service import create_entry
from kmwiki.exchange.importing import job as imports
from kmwiki.exchange.importing import spool
from kmwiki.exchange.importing.model import Options
from kmwiki.jobs.models import Job
from kmwiki.jobs.worker import Worker
from kmwiki.main import job_kinds
from kmwiki.search import cutting, index, indexing, terms
from kmwiki.search.dictionary import Term
from kmwiki.sources.models import Source
from tests.dying import each_death
from tests.make_coding import BODY, make_desk
from tests.make_search import drain, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kmwiki.config import Settings
    from kmwiki.security.policy import Caller
    from tests.make import Make

    Tell = Callable[[str], None]

FILES = 4
STEP = 7
"""In `make check` every seventh touch is died at; seven is prime, so that different pieces die at different kinds."""

HALVES = {
    "entries without a revision": (
        "SELECT count(*) FROM entries WHERE source_id NOT IN (SELECT source_id FROM revisions)"
    ),
    "comments without a revision": (
        "SELECT count(*) FROM comments WHERE source_id NOT IN (SELECT source_id FROM revisions)"
    ),
    "sources that are nothing": (
        "SELECT count(*) FROM sources WHERE id NOT IN (SELECT source_id FROM entries)"
        " AND id NOT IN (SELECT source_id FROM comments)"
    ),
}


@dataclass
class Scene:
    """An instance as it was before the work, a copy of it, and who works in it."""

    settings: Settings
    spare: Path
    caller: Caller
    project_id: int
    entry_id: int
    acknowledged: Path
    """Written by the work after its commit, outside the instance: then it must be found."""

    def renew(self) -> None:
        """Put everything back as it was before the work."""
        shutil.rmtree(self.settings.instance)
        shutil.copytree(self.spare, self.settings.instance)
        self.acknowledged.unlink(missing_ok=True)

    def open(self) -> None:
        """Bind the instance, as a start does."""
        db.bind(self.settings.database)
        index.bind(self.settings)
        imports.bind(self.settings)

    def close(self) -> None:
        """Let the instance go, so that another process has it alone."""
        index.release()
        db.release()


@pytest.fixture
def scene(settings: Settings, make: Make, tmp_path: Path) -> Scene:
    """A project with a coded entry and others, all indexed, then closed."""
    desk = make_desk(make)
    owner = make.member(desk.project, "owner")
    for number in range(3):
        write(owner, desk.project, f"{BODY}\n\nที่ {number}", title=f"เรื่องที่ {number}")
    indexing.prepare()
    drain()
    made = Scene(
        settings=settings,
        spare=tmp_path / "spare",
        caller=owner,
        project_id=desk.project.id,
        entry_id=desk.entry.id,
        acknowledged=tmp_path / "acknowledged",
    )
    made.close()
    shutil.copytree(settings.instance, made.spare)
    return made


def content(settings: Settings) -> list[tuple[object, ...]]:
    """Return every text with its revisions, comments and codings; nothing is half, and the file is whole."""
    with closing(sqlite3.connect(settings.instance / "kmwiki.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        for name, query in HALVES.items():
            assert connection.execute(query).fetchone() == (0,), name
        return connection.execute(
            "SELECT s.id, e.title, c.id, r.no, r.body, (SELECT count(*) FROM codings WHERE codings.source_id = s.id),"
            " (SELECT count(*) FROM events WHERE events.source_id = s.id)"
            " FROM sources s JOIN revisions r ON r.source_id = s.id"
            " LEFT JOIN entries e ON e.source_id = s.id LEFT JOIN comments c ON c.source_id = s.id ORDER BY 1, 4"
        ).fetchall()


def save(scene: Scene) -> None:
    """Save an edit that moves codings."""
    with transaction() as opened:
        entry = opened.get_one(Entry, scene.entry_id)
        save_entry(opened, scene.caller, entry, EntryPatch(body=f"ย่อหน้าใหม่\n\n{BODY}"), base_no=1)
    scene.acknowledged.touch()


def write_with_a_comment(scene: Scene) -> None:
    """Write a note and a comment under it in one go."""
    with transaction() as opened:
        project = opened.get_one(Project, scene.project_id)
        data = EntryIn(kind="reflection", title="ใหม่", body=BODY, body_format="plain", status="published")
        entry = create_entry(opened, scene.caller, project, data)
        opened.flush()
        add_comment(opened, scene.caller, opened.get_one(Source, entry.source_id), body="เห็นด้วย")
    scene.acknowledged.touch()


def in_scene(scene: Scene, work: Callable[[Scene], None]) -> Callable[[], None]:
    def start() -> None:
        scene.open()
        work(scene)

    return start


def next_start_is_in_order(scene: Scene) -> None:
    """Start again as the server does: what is to be done is done, and the index equals the database."""
    scene.open()
    try:
        indexing.prepare()
        Worker(job_kinds()).drain()
        assert indexing.check().is_equal, str(indexing.check())
    finally:
        scene.close()


def die_everywhere(scene: Scene, work: Callable[[Scene], None], *, step: int) -> int:
    """Let a save die at its touches; it is there whole or not at all, and there if it was acknowledged."""
    before = content(scene.settings)
    in_scene(scene, work)()
    scene.close()
    after = content(scene.settings)
    assert after != before
    deaths = 0
    for deaths, _ in enumerate(each_death(in_scene(scene, work), scene.settings.instance, scene.renew, step=step), 1):  # noqa: B007
        found = content(scene.settings)
        assert found in (before, after)
        assert found == after or not scene.acknowledged.exists()
        next_start_is_in_order(scene)
    return deaths


@pytest.mark.parametrize("work", [save, write_with_a_comment], ids=lambda work: work.__name__)
def test_a_save_is_there_whole_or_not_at_all(scene: Scene, work: Callable[[Scene], None]) -> None:
    assert die_everywhere(scene, work, step=STEP) > 2


@pytest.mark.soak
@pytest.mark.parametrize("work", [save, write_with_a_comment], ids=lambda work: work.__name__)
def test_at_every_touch_a_save_is_there_whole_or_not_at_all(
    scene: Scene, work: Callable[[Scene], None], tell: Tell
) -> None:
    tell(f"{die_everywhere(scene, work, step=1)} deaths")


def send_files(scene: Scene) -> int:
    """Ask for an import of some files with comments, and keep that as the start."""
    scene.open()
    text = (
        "เรื่องที่นำเข้า {0}\n\n\nคุยเรื่องน้ำ {0}\n\nหมายเลขบันทึก: {0}เขียนเมื่อ 3 มีนาคม 2009 08:05 น. ()\n\n"
        "ความเห็น (1)\n\nมาอ่านค่ะ\n"
    )
    files = [(f"{n}.txt", io.BytesIO(text.format(n).encode())) for n in range(1, FILES + 1)]
    token, _ = spool.put(scene.settings, scene.caller, files)
    with transaction() as opened:
        project = opened.get_one(Project, scene.project_id)
        job = imports.ask(opened, scene.caller, project, token, Options(), is_dry=False)
    scene.close()
    shutil.rmtree(scene.spare)
    shutil.copytree(scene.settings.instance, scene.spare)
    return job.id


def die_in_an_import(scene: Scene, *, step: int) -> int:
    """Let an import die at its touches; files are in whole or not at all, and the next start brings the rest, once."""
    job_id = send_files(scene)
    before = content(scene.settings)

    def work(_: Scene) -> None:
        Worker({"import": job_kinds()["import"]}).drain()

    deaths = 0
    for deaths, _ in enumerate(each_death(in_scene(scene, work), scene.settings.instance, scene.renew, step=step), 1):  # noqa: B007
        found = content(scene.settings)
        entries = {row[1] for row in found if row[1] is not None}
        comments = sum(row[2] is not None for row in found)
        new = len(entries) - len({row[1] for row in before if row[1] is not None})
        assert comments == new, "each file has one comment, and comes with it"
        next_start_is_in_order(scene)
        scene.open()
        with session() as opened:
            job = opened.get_one(Job, job_id)
            assert (job.state, job.error) == ("done", None)
            titles = opened.scalars(select(Entry.title).where(Entry.title.startswith("เรื่องที่นำเข้า"))).all()
        scene.close()
        assert sorted(titles) == [f"เรื่องที่นำเข้า {n}" for n in range(1, FILES + 1)]
        kept = [path for path in (scene.settings.instance / "originals").rglob("*") if len(path.name) == 64]
        assert len(kept) == FILES
    return deaths


def test_an_import_that_was_killed_goes_on_and_brings_every_file_once(scene: Scene) -> None:
    assert die_in_an_import(scene, step=41) > 2


@pytest.mark.soak
def test_at_every_touch_an_import_goes_on_and_brings_every_file_once(scene: Scene, tell: Tell) -> None:
    tell(f"{die_in_an_import(scene, step=3)} deaths")


def leave_work_for_the_index(scene: Scene) -> None:
    """Change texts without indexing them, and keep that as the start."""
    scene.open()
    save(scene)
    write_with_a_comment(scene)
    scene.close()
    shutil.rmtree(scene.spare)
    shutil.copytree(scene.settings.instance, scene.spare)


def commit_index(_: Scene) -> None:
    """Bring the index up to date, as the worker does."""
    Worker({"index": job_kinds()["index"]}).drain()


def swap_index(_: Scene) -> None:
    """Make the index anew and put it in its place."""
    indexing.rebuild()


def follow_dictionary(scene: Scene) -> None:
    """Add a word of the texts, and index what it cuts otherwise in a copy of the index that takes its place."""
    with transaction() as opened:
        project = opened.get_one(Project, scene.project_id)
        terms.add_term(opened, scene.caller, project, Term(BODY.split()[0][:12], "", "term"))
    cutting.BULK = 1  # in this process, which dies
    Worker({"rebuild": job_kinds()["rebuild"]}).drain()


def die_in_the_index(scene: Scene, work: Callable[[Scene], None], *, step: int) -> int:
    """Let the index die at its touches; the database is not changed, and the next start has both equal."""
    leave_work_for_the_index(scene)
    before = content(scene.settings)
    deaths = 0
    for deaths, _ in enumerate(each_death(in_scene(scene, work), scene.settings.instance, scene.renew, step=step), 1):  # noqa: B007
        assert content(scene.settings) == before
        next_start_is_in_order(scene)
    return deaths


@pytest.mark.parametrize(
    ("work", "step"),
    [(commit_index, STEP), (swap_index, STEP), (follow_dictionary, 5 * STEP)],
    ids=["commit", "swap", "dictionary"],
)
def test_an_index_killed_at_work_equals_the_database_after_the_next_start(
    scene: Scene, work: Callable[[Scene], None], step: int
) -> None:
    assert die_in_the_index(scene, work, step=step) > 2


@pytest.mark.soak
@pytest.mark.parametrize("work", [commit_index, swap_index, follow_dictionary], ids=lambda work: work.__name__)
def test_at_every_touch_an_index_equals_the_database_after_the_next_start(
    scene: Scene, work: Callable[[Scene], None], tell: Tell
) -> None:
    tell(f"{die_in_the_index(scene, work, step=1)} deaths")
