"""A text that was private when it was backed up is private after the restore, whatever had become of it meanwhile."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy.orm import joinedload

from kmwiki import db
from kmwiki.cli.backup import make_ready
from kmwiki.cli.schema import newest
from kmwiki.coding.service import save_entry
from kmwiki.db import transaction
from kmwiki.entries.models import Entry
from kmwiki.entries.schemas import EntryPatch
from kmwiki.entries.service import bin_entry, restore_entry
from kmwiki.exchange.backups.creating import create
from kmwiki.exchange.backups.restoring import restore
from kmwiki.search import index
from tests.make_search import ask, drain, write

if TYPE_CHECKING:
    from pathlib import Path

    from kmwiki.accounts.models import Project
    from kmwiki.config import Settings
    from kmwiki.security.policy import Caller
    from tests.make import Make

SECRET = "คำลับในบันทึกส่วนตัว"


def set_visibility(writer: Caller, entry_id: int, visibility: str) -> None:
    with transaction() as opened:
        entry = opened.get_one(Entry, entry_id)
        save_entry(opened, writer, entry, EntryPatch.model_validate({"visibility": visibility}), base_no=1)
    drain()


def found_by(reader: Caller, project: Project) -> int:
    return ask(reader, project, SECRET, mode="exact").total


def test_rights_are_those_of_the_backup(make: Make, settings: Settings, tmp_path: Path) -> None:
    project = make.project("p")
    writer, reader = make.member(project, "researcher"), make.member(project, "reader")
    entry = write(writer, project, SECRET, visibility="private")
    drain()
    create(settings, tmp_path / "one.kmb")
    set_visibility(writer, entry.id, "team")
    assert found_by(reader, project) == 1
    index.release()
    db.release()
    restore(settings, tmp_path / "one.kmb", newest=newest(), finish=make_ready, is_replacing=True)
    settings = replace(settings)
    db.bind(settings.database)
    index.bind(settings)
    drain()
    assert found_by(reader, project) == 0
    assert found_by(writer, project) == 1


def test_what_comes_back_from_the_bin_is_as_private_as_it_was(make: Make) -> None:
    project = make.project("p")
    writer, reader = make.member(project, "supervisor"), make.member(project, "reader")
    entry = write(writer, project, SECRET, visibility="private")
    for act in (bin_entry, restore_entry):
        with transaction() as opened:
            act(opened, writer, opened.get_one(Entry, entry.id, options=[joinedload(Entry.source)]))
        drain()
        assert found_by(reader, project) == 0
    assert found_by(writer, project) == 1
