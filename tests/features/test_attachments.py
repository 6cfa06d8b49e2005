"""Files of a note on the disk: whole or not at all, in every backup, and told where they are missing."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from kmwiki.db import session, transaction
from kmwiki.entries import service as entries
from kmwiki.entries.schemas import EntryIn
from kmwiki.errors import Invalid, Unavailable
from kmwiki.exchange.backups.creating import create
from kmwiki.sources.attachments import add_attachment, attachments_of, clean_name, keep_bytes, path_of
from kmwiki.sources.models import Source
from tests.make_backups import bring_back
from tests.make_html import png

if TYPE_CHECKING:
    from pathlib import Path

    from kmwiki.config import Settings
    from tests.make import Make


def test_a_backup_carries_the_files_of_notes_and_tells_those_that_are_missing(
    make: Make, settings: Settings, tmp_path: Path
) -> None:
    project = make.project()
    author = make.member(project)
    kept = keep_bytes(BytesIO(png()), settings.attachments_dir, max_mb=1)
    with transaction() as opened:
        entry = entries.create_entry(opened, author, project, EntryIn(kind="reflection", title="ก"))
        opened.flush()
        add_attachment(opened, author, opened.get_one(Source, entry.source_id), name="ก.png", kept=kept)
        source_id = entry.source_id
    file = tmp_path / "one.kmb"
    made = create(settings, file)
    assert (made.lacks, f"attachments/{kept.sha256[:2]}/{kept.sha256}" in made.members) == ([], True)
    path_of(settings.attachments_dir, kept.sha256).unlink()
    assert [lack.problem for lack in create(settings, tmp_path / "two.kmb").lacks] == ["missing"]
    bring_back(settings, file, is_replacing=True)
    assert path_of(settings.attachments_dir, kept.sha256).read_bytes() == png()
    from kmwiki import db  # noqa: PLC0415

    db.bind(settings.database)
    with session() as opened:
        assert [each.name for each in attachments_of(opened, opened.get_one(Source, source_id))] == ["ก.png"]


def test_what_breaks_off_leaves_nothing_behind(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = settings.attachments_dir
    with pytest.raises(Invalid):
        keep_bytes(BytesIO(b""), folder, max_mb=1)
    with pytest.raises(Invalid):
        keep_bytes(BytesIO(b"x" * (2 << 20)), folder, max_mb=1)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kmwiki.sources.attachments.os.replace", full)
    with pytest.raises(Unavailable, match="No space"):
        keep_bytes(BytesIO(b"x"), folder, max_mb=1)
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_names_keep_what_can_be_shown() -> None:
    for name, wanted in (
        ("C:\\x\\ภาพ.png", "ภาพ.png"),
        ("a\u202egnp.exe", "a gnp.exe"),
        ("../..", "file"),
        ("", "file"),
        ("x" * 300 + ".png", "x" * 196 + ".png"),
    ):
        assert clean_name(name) == wanted
