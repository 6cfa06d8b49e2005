"""Importing what somebody already has: a note that the importer may not read is neither told of nor touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from kmwiki.accounts.access import OPERATOR
from kmwiki.db import session, transaction
from kmwiki.entries.access import entry_for
from kmwiki.entries.models import Entry
from kmwiki.entries.schemas import EntryPatch
from kmwiki.entries.service import bin_entry, restore_entry, save_entry
from kmwiki.exchange.importing.files import gather
from kmwiki.exchange.importing.model import Options
from kmwiki.exchange.importing.run import Import
from kmwiki.security import policy
from kmwiki.security.policy import Permission, Role
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kmwiki.config import Settings
    from kmwiki.exchange.importing.model import Item
    from kmwiki.security.policy import Caller
    from tests.make import Make

    Bring = Callable[..., Item]

TEXT = "จดไว้หลังประชุมกลุ่มทอผ้า\n\nตกลงกันว่าจะย้อมครามเดือนละครั้ง และให้คนรุ่นใหม่จดสูตรไว้ในสมุดเล่มเดียวกัน"
CHANGED = f"{TEXT}\n\nเพิ่มทีหลังหนึ่งบรรทัด"
PAGE = "ย้อมคราม\n\n\n{}\n\nหมายเลขบันทึก: 7เขียนเมื่อ 3 มีนาคม 2009 08:05 น. ()\n\nความเห็น (1)\n\nมาอ่านค่ะ\n"
FILES = {"text": (TEXT, CHANGED), "page": (PAGE.format(TEXT), PAGE.format(CHANGED))}


@pytest.fixture
def author(make: Make) -> Caller:
    """A researcher of the project `p`, whose notes these are."""
    return make.member(make.project("p"))


@pytest.fixture
def other(make: Make, author: Caller) -> Caller:
    """Another researcher of the same project."""
    return member(make, author, Role.RESEARCHER)


@pytest.fixture
def bring(settings: Settings, tmp_path: Path) -> Bring:
    """Import one text as somebody, first as a dry run, which must foretell the same."""
    folder = tmp_path / "files"
    folder.mkdir()

    def import_one(caller: Caller, content: str, name: str = "note.txt") -> Item:
        (folder / name).write_text(content, encoding="utf-8")
        looked, done = (
            Import(settings, caller, "p", Options(), is_dry).run(gather([folder / name])).items[0]
            for is_dry in (True, False)
        )
        assert looked.status == done.status
        assert [str(warning) for warning in looked.warnings] == [str(warning) for warning in done.warnings]
        if done.status != "created":
            assert (looked.entry_id, looked.number) == (done.entry_id, done.number)
        return done

    return import_one


def member(make: Make, like: Caller, role: Role) -> Caller:
    """Make another member of the (only) project of a caller."""
    from kmwiki.accounts.models import Project  # noqa: PLC0415

    with session() as opened:
        return make.member(opened.get_one(Project, next(iter(like.roles))), role)


def change(caller: Caller, entry_id: int | None, **fields: str) -> None:
    """Change who sees a note, or throw it away and back."""
    with transaction() as opened:
        entry = opened.get_one(Entry, entry_id)
        source = opened.get_one(Source, entry.source_id)
        if source.deleted is not None:
            restore_entry(opened, caller, entry)
        whole = entry_for(opened, caller, entry.id)
        save_entry(opened, caller, whole, EntryPatch(**fields), base_no=source.head_no)


def throw(caller: Caller, entry_id: int | None) -> None:
    with transaction() as opened:
        bin_entry(opened, caller, entry_for(opened, caller, entry_id or 0))


def state(entry_id: int | None) -> tuple[int, str | None]:
    """Return the number of the note's head and its key."""
    with session() as opened:
        entry = opened.get_one(Entry, entry_id)
        return opened.get_one(Source, entry.source_id).head_no, entry.origin_key


def hide(hiding: str, author: Caller, entry_id: int | None) -> None:
    """Let the author hide a note from the others."""
    if hiding == "draft":
        change(author, entry_id, status="draft")
    elif hiding != "binned":
        change(author, entry_id, visibility=hiding.rpartition(" ")[2])
    if "binned" in hiding:
        throw(author, entry_id)


HIDDEN_FROM_ALL = ("private", "draft", "binned private")
HIDDEN = (*HIDDEN_FROM_ALL, "supervisors", "binned", "binned supervisors")


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize(
    ("hiding", "who"), [*((name, "other") for name in HIDDEN), *((name, "operator") for name in HIDDEN_FROM_ALL)]
)
def test_a_note_hidden_from_the_importer_is_neither_told_nor_touched(
    bring: Bring, author: Caller, other: Caller, hiding: str, who: str, kind: str
) -> None:
    text, changed = FILES[kind]
    importer = other if who == "other" else OPERATOR
    hidden = bring(author, text).entry_id
    hide(hiding, author, hidden)
    before = state(hidden)
    same = bring(importer, text)
    assert (same.status, same.number) == ("created", 2)
    assert "note 1" not in " ".join(map(str, same.warnings))
    again = bring(importer, text)
    assert (again.status, again.entry_id) == ("unchanged", same.entry_id)
    newer = bring(importer, changed)
    assert (newer.status, newer.entry_id) == ("updated", same.entry_id)
    assert state(hidden) == before


@pytest.mark.parametrize("hiding", HIDDEN)
def test_likeness_to_a_hidden_note_of_the_same_file_name_tells_nothing(
    bring: Bring, author: Caller, other: Caller, hiding: str
) -> None:
    hidden = bring(author, TEXT).entry_id
    hide(hiding, author, hidden)
    before = state(hidden)
    assert bring(other, CHANGED).status == "created"
    assert state(hidden) == before


@pytest.mark.parametrize("kind", FILES)
def test_the_author_goes_on_with_their_hidden_note(bring: Bring, author: Caller, other: Caller, kind: str) -> None:
    text, changed = FILES[kind]
    hidden = bring(author, text).entry_id
    change(author, hidden, visibility="private")
    copy = bring(other, text).entry_id
    assert bring(author, changed).entry_id == hidden
    assert bring(other, changed).entry_id == copy
    assert bring(author, changed).status == "unchanged"


def test_each_goes_on_with_their_own_once_both_are_seen(bring: Bring, author: Caller, other: Caller) -> None:
    text, changed = FILES["page"]
    hidden = bring(author, text).entry_id
    change(author, hidden, visibility="private")
    copy = bring(other, text).entry_id
    change(author, hidden, visibility="team")
    assert bring(author, changed).entry_id == hidden
    assert bring(other, changed).entry_id == copy
    throw(other, copy)
    assert bring(other, changed).entry_id == hidden


def test_three_people_with_hidden_notes_of_one_file_have_three_notes(
    bring: Bring, make: Make, author: Caller, other: Caller
) -> None:
    keys = set()
    for caller in (author, other, member(make, author, Role.RESEARCHER)):
        made = bring(caller, TEXT)
        assert made.status == "created"
        change(caller, made.entry_id, visibility="private")
        keys.add(state(made.entry_id)[1])
    assert len(keys) == 3


def test_a_changed_text_whose_new_words_somebody_hides_is_still_saved(
    bring: Bring, author: Caller, other: Caller
) -> None:
    hidden = bring(author, CHANGED, "mine.txt").entry_id
    change(author, hidden, visibility="private")
    copy = bring(other, TEXT)
    newer = bring(other, CHANGED)
    assert (newer.status, newer.entry_id) == ("updated", copy.entry_id)
    assert bring(other, CHANGED, "moved.txt").entry_id == copy.entry_id


def test_supervisors_and_the_operator_find_what_they_may_read(bring: Bring, make: Make, author: Caller) -> None:
    supervisor = member(make, author, Role.SUPERVISOR)
    shared = bring(author, TEXT).entry_id
    change(author, shared, visibility="supervisors")
    assert (bring(supervisor, TEXT).status, bring(OPERATOR, TEXT).status) == ("unchanged", "unchanged")
    assert bring(supervisor, CHANGED).entry_id == shared
    throw(author, shared)
    for caller in (author, supervisor, OPERATOR):
        left = bring(caller, CHANGED)
        assert (left.status, left.entry_id) == ("unchanged", shared)
        assert "bin" in " ".join(map(str, left.warnings))


def test_who_may_import_but_not_write_is_told_so_for_that_file(
    bring: Bring, author: Caller, other: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bring(author, TEXT).entry_id
    monkeypatch.setattr(policy, "TABLE", {**policy.TABLE, Permission.WRITE: Role.SUPERVISOR})
    item = bring(other, CHANGED)
    assert item.status == "failed"
    assert "role" in str(item.warnings[0])
    with session() as opened:
        assert opened.scalars(select(Entry.id)).all() == [first]
    assert state(first)[0] == 1
