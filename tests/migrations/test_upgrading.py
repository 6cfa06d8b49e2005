"""An instance of an earlier program is brought up to date in place, and what it was is kept."""

from __future__ import annotations

import fcntl
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from alembic import command

from kmwiki import db
from kmwiki.accounts.models import User
from kmwiki.cli import schema, upgrading
from kmwiki.config import Settings
from kmwiki.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.program import Program

MOMENT = "2026-01-02 03:04:05.000000"


def make_old(instance: Path) -> Settings:
    """Make an instance of the first version with a person in it."""
    (instance / "originals").mkdir(parents=True)
    settings = Settings.from_environment({}, instance=instance)
    db.bind(settings.database)
    command.upgrade(schema.configuration(settings.database), "0001")
    with closing(sqlite3.connect(instance / "kmwiki.sqlite")) as connection, connection:
        connection.execute(
            "INSERT INTO users (id, email, name, is_admin, is_active, locale, theme, created) "
            "VALUES (7, 'a@example.org', 'ใบข้าว', 1, 1, 'th', 'dark', ?)",
            (MOMENT,),
        )
    return settings


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Settings]:
    """The settings of such an instance, its database bound."""
    yield make_old(tmp_path / "instance")
    db.release()


def version_of(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def test_an_old_database_is_copied_whole_and_then_upgraded(old: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    copy = upgrading.bring_up_to_date(old)
    assert copy is not None
    assert copy.parent == old.instance / "before-upgrade"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700
    assert version_of(copy) == "0001"
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT name FROM users").fetchall() == [("ใบข้าว",)]
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert schema.current() == schema.newest()
    with db.session() as session:
        assert session.query(User).one().name == "ใบข้าว"
    said = capsys.readouterr()
    assert f"from version 0001 to {schema.newest()}" in said.err
    assert str(copy) in said.err
    assert not said.out
    assert upgrading.bring_up_to_date(old) is None


def test_only_the_newest_copies_are_kept(old: Settings) -> None:
    copies = [upgrading.keep_copy(old, version) for version in ("0004", "0001", "0002", "0001", "0003")]
    assert sorted((old.instance / "before-upgrade").iterdir()) == sorted(path for path in copies[2:] if path)


def test_a_running_server_is_not_upgraded_under_its_feet(old: Settings) -> None:
    with (old.instance / "serve.lock").open("w") as served:
        fcntl.flock(served, fcntl.LOCK_EX)
        with pytest.raises(Unavailable, match="Stop it first"):
            upgrading.bring_up_to_date(old)
    assert schema.current() == "0001"


def test_without_room_for_the_copy_nothing_is_upgraded(old: Settings) -> None:
    (old.instance / "before-upgrade").write_text("in the way", encoding="ascii")
    with pytest.raises(Unavailable, match="Nothing was changed"):
        upgrading.bring_up_to_date(old)
    assert schema.current() == "0001"


def test_a_database_that_is_no_file_is_not_copied(old: Settings) -> None:
    assert upgrading.keep_copy(replace(old, database_url="postgresql+psycopg://db/km"), "0001") is None
    assert not (old.instance / "before-upgrade").exists()


@pytest.mark.slow
def test_a_start_upgrades_and_an_older_program_refuses_in_words(program: Program) -> None:
    make_old(program.instance)
    db.release()
    found = program.run("user", "add", "b@example.org", "--name", "ก")
    assert found.returncode == 0, found.stderr
    assert "from version 0001" in found.stderr
    assert "\n" not in found.stdout.strip()
    with closing(sqlite3.connect(program.instance / "kmwiki.sqlite")) as connection, connection:
        assert connection.execute("SELECT count(*) FROM users").fetchone() == (2,)
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    older = program.run("db", "upgrade")
    assert older.returncode == 7
    assert "Start the newer program" in older.stderr
    assert len(list((program.instance / "before-upgrade").iterdir())) == 1
