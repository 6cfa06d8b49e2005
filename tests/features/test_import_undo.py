"""Taking a whole import back: what goes, what people did since, how it comes again, and what a further import finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from kmwiki.accounts.models import Project
from kmwiki.coding.codings import add_coding
from kmwiki.coding.models import Code, Coding
from kmwiki.coding.schemas import CodingIn
from kmwiki.coding.service import save_entry
from kmwiki.comments.models import Comment
from kmwiki.comments.service import add_comment
from kmwiki.db import session, transaction
from kmwiki.entries.access import entry_for
from kmwiki.entries.models import Entry
from kmwiki.entries.schemas import EntryPatch
from kmwiki.errors import Conflict, NotFound
from kmwiki.events.models import Event
from kmwiki.exchange.importing.batches import list_batches
from kmwiki.exchange.importing.undoing import Undo
from kmwiki.jobs.worker import Worker
from kmwiki.main import job_kinds
from kmwiki.search.queries import find
from kmwiki.search.request import SearchRequest
from kmwiki.sources.access import visible_to
from kmwiki.sources.models import Revision, Source
from tests.features.test_importing import BODY, COMMENTS, Importer, head, only, page, texts

if TYPE_CHECKING:
    from pathlib import Path

    from kmwiki.config import Settings
    from kmwiki.exchange.importing.undoing import Undoing
    from kmwiki.security.policy import Caller
    from tests.make import Make


@pytest.fixture
def researcher(make: Make) -> Caller:
    """A researcher of the project `p`."""
    return make.member(make.project("p"))


@pytest.fixture
def bring(settings: Settings, tmp_path: Path, researcher: Caller) -> Importer:
    """Import as the researcher."""
    folder = tmp_path / "files"
    folder.mkdir()
    return Importer(settings, researcher, folder)


def undo(caller: Caller, batch: int | None, *, everything: bool = False, is_again: bool = False) -> Undoing:
    assert batch is not None
    return Undo(caller, "p", batch, everything=everything, is_again=is_again).run()


def readable(caller: Caller) -> set[int]:
    with session() as opened:
        rows = opened.scalars(select(Entry.id).join(Source, Source.id == Entry.source_id).where(visible_to(caller)))
        return set(rows)


def states(done: Undoing) -> list[str]:
    return [item.state for item in done.items]


def told(caller: Caller) -> list[tuple[str, int]]:
    with session() as opened:
        project = opened.scalars(select(Entry.project_id)).first() or 1
        return [(row.state, row.standing) for row in list_batches(opened, caller, project)[0]]


def code_words(caller: Caller, source_id: int, words: str) -> int:
    with transaction() as opened:
        source = opened.get_one(Source, source_id)
        code = Code(project_id=source.project_id, guid=f"g{words}", name_th=words)
        opened.add(code)
        opened.flush()
        text = head_text(source_id)
        start = text.index(words)
        wanted = CodingIn(code_id=code.id, start=start, end=start + len(words), quote=words, revision=source.head_no)
        return add_coding(opened, caller, source, wanted)[0].id


def head_text(source_id: int) -> str:
    with session() as opened:
        return opened.get_one(Revision, (source_id, opened.get_one(Source, source_id).head_no)).reading_text


def test_new_notes_go_into_the_bin_come_again_and_are_not_doubled_by_a_further_import(
    bring: Importer, researcher: Caller
) -> None:
    files: dict[str, str | bytes] = {
        "a.txt": page(),
        "b.txt": page(record=6, title="เวทีที่สอง"),
        "c.bin": b"\x00\x01\x02",
    }
    first = bring(files)
    ids = {item.entry_id for item in first.items[:2]}
    assert readable(researcher) == ids
    assert told(researcher) == [("done", 2)]
    done = undo(researcher, first.batch)
    assert states(done) == ["undone", "undone"]
    assert readable(researcher) == set()
    assert told(researcher) == [("undone", 0)]
    with pytest.raises(Conflict, match="left to be undone"):
        undo(researcher, first.batch)

    assert states(undo(researcher, first.batch, is_again=True)) == ["redone", "redone"]
    assert readable(researcher) == ids
    assert texts(first.items[0].entry_id) == list(COMMENTS)
    with pytest.raises(Conflict, match="taken back"):
        undo(researcher, first.batch, is_again=True)

    undo(researcher, first.batch)
    again = bring(files)
    assert [item.status for item in again.items] == ["created", "created", "failed"]
    assert {item.entry_id for item in again.items[:2]} == ids == readable(researcher)
    assert texts(first.items[0].entry_id) == list(COMMENTS)
    undo(researcher, again.batch)
    assert readable(researcher) == set()
    with session() as opened:
        events = opened.scalars(select(Event).where(Event.verb.like("import.%")).order_by(Event.seq)).all()
    verbs = [event.verb.partition(".")[2] for event in events if event.verb != "import.written"]
    assert verbs == ["begun", "undone", "redone", "undone", "begun", "undone"]


def test_a_changed_page_goes_back_with_its_codings_and_its_new_comment_goes(
    bring: Importer, researcher: Caller
) -> None:
    first = only(bring({"a.txt": page()}))
    assert first.entry_id is not None
    with session() as opened:
        source_id = opened.get_one(Entry, first.entry_id).source_id
    coding = code_words(researcher, source_id, "มากันสิบสี่คน")
    changed = page(
        title="คุยกันที่ท่าน้ำอีกครั้ง",
        body=BODY.replace("ท่าน้ำ", "ศาลาริมน้ำ"),
        comments=(COMMENTS[0], "เห็นด้วยครับ เรื่องบัญชีสำคัญมาก จริง ๆ", "มาอ่านทีหลังค่ะ"),
    )
    second = bring({"a.txt": changed})
    assert only(second).status == "updated"
    assert len(texts(first.entry_id)) == 3
    assert states(undo(researcher, second.batch)) == ["undone"]
    entry = _entry(first.entry_id)
    assert (entry.title, head(entry.id).body, texts(entry.id)) == ("คุยกันที่ท่าน้ำ", BODY, list(COMMENTS))
    with session() as opened:
        row = opened.get_one(Coding, coding)
        place = BODY.index("มากันสิบสี่คน")
        assert (row.state, row.start, row.end) == ("placed", place, place + len("มากันสิบสี่คน"))

    assert states(undo(researcher, second.batch, is_again=True)) == ["redone"]
    assert _entry(first.entry_id).title == "คุยกันที่ท่าน้ำอีกครั้ง"
    assert texts(first.entry_id)[2] == "มาอ่านทีหลังค่ะ"
    undo(researcher, second.batch)
    third = bring({"a.txt": changed})
    assert only(third).status == "updated"
    assert "มาอ่านทีหลังค่ะ" in texts(first.entry_id)
    with session() as opened:
        assert len(opened.scalars(select(Comment)).all()) == 3
    assert only(bring({"a.txt": changed})).status == "unchanged"


def _entry(entry_id: int) -> Entry:
    with session() as opened:
        return opened.get_one(Entry, entry_id)


def test_what_people_did_since_is_told_first_and_kept_unless_everything_is_to_go(
    bring: Importer, researcher: Caller
) -> None:
    batch = bring({f"{number}.txt": page(record=number, title=f"เวที {number}") for number in range(1, 6)})
    ids = [item.entry_id or 0 for item in batch.items]
    with transaction() as opened:
        entry = entry_for(opened, researcher, ids[0])
        save_entry(opened, researcher, entry, EntryPatch(title="แก้แล้ว"), base_no=1)
        add_comment(opened, researcher, entry_for(opened, researcher, ids[1]).source, body="ขอถามต่อ")
    code_words(researcher, _entry(ids[2]).source_id, "มากัน")
    bring({"4.txt": page(record=4, title="เวที 4", comments=(*COMMENTS, "เพิ่งมาอ่านค่ะ"))})
    _, found = Undo(researcher, "p", batch.batch or 0).survey()
    assert [since.standing for since in found] == ["touched", "touched", "touched", "touched", "untouched"]
    said = [" ".join(str(reason) for reason in since.reasons) for since in found]
    assert "edited since" in said[0]
    assert "1 comments were written" in said[1]
    assert "1 codings" in said[2]
    assert "later import" in said[3]

    assert states(undo(researcher, batch.batch)) == ["kept"] * 4 + ["undone"]
    assert readable(researcher) == set(ids[:4])
    assert told(researcher)[-1] == ("partly", 4)
    assert states(undo(researcher, batch.batch, everything=True)) == ["undone"] * 4
    assert readable(researcher) == set()
    assert states(undo(researcher, batch.batch, is_again=True)) == ["redone"] * 5
    assert _entry(ids[0]).title == "แก้แล้ว"
    assert readable(researcher) == set(ids)


def test_only_who_imported_or_moderates_may_know_of_an_import_and_undo_it(bring: Importer, make: Make) -> None:
    batch = bring({"a.txt": page()})
    with session() as opened:
        project = opened.scalars(select(Project)).one()
    other, supervisor = make.member(project), make.member(project, "supervisor")
    assert told(other) == []
    with pytest.raises(NotFound):
        undo(other, batch.batch)
    assert told(supervisor) == [("done", 1)]
    hidden = bring({"เรื่องส่วนตัว.txt": page(record=7)})
    with transaction() as opened:
        opened.get_one(Source, _entry(hidden.items[0].entry_id or 0).source_id).audience = "private"
        opened.get_one(Source, _entry(hidden.items[0].entry_id or 0).source_id).author_id = bring.caller.user_id
    (item,) = undo(supervisor, hidden.batch).items
    assert (item.state, item.path, item.title) == ("closed", "-", "")
    assert states(undo(supervisor, batch.batch)) == ["undone"]


def test_search_forgets_what_was_undone_and_finds_it_again(bring: Importer, researcher: Caller) -> None:
    batch = bring({"a.txt": page()})
    worker = Worker(job_kinds())

    def found() -> int:
        worker.drain()
        with session() as opened:
            project = opened.scalars(select(Project)).one()
            hits = [find(opened, researcher, project, SearchRequest(words)).total for words in ("ท่าน้ำ", "บัญชี")]
        return sum(hits)

    assert found() == 2
    undo(researcher, batch.batch)
    assert found() == 0
    undo(researcher, batch.batch, is_again=True)
    assert found() == 2
