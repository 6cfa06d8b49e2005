"""A database of any earlier version, with rows in every table, is brought to the newest with all of them.

The rows are made from what the database itself says of its tables at that version, not from today's models.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    create_engine,
    text,
)

from kmwiki import db
from kmwiki.cli import schema
from kmwiki.errors import Unavailable
from kmwiki.paths import resource_dir
from tests.dying import each_death

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSIONS = sorted(path.name.partition("_")[0] for path in (resource_dir("migrations") / "versions").glob("[0-9]*.py"))
ROWS = (1, 2, 3)
CHANGED: dict[str, set[str]] = {}
"""Columns, by table, whose values a migration changes on purpose; its own test says how."""

Content = dict[str, list[dict[str, Any]]]


@pytest.fixture(params=VERSIONS)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A database file of that version with rows in every table."""
    file = tmp_path / "kmwiki.sqlite"
    url = f"sqlite:///{file}"
    db.bind(url)
    command.upgrade(schema.configuration(url), request.param)
    fill(file)
    db.release()
    yield file
    db.release()


def fill(file: Path) -> None:
    """Put rows into every table. Row n of a table refers to row n of the others."""
    engine = create_engine(f"sqlite:///{file}")
    tables = MetaData()
    tables.reflect(engine)
    with engine.begin() as connection:
        for table in tables.tables.values():
            if table.name != "alembic_version":
                values = [{column.name: value_for(table, column, n) for column in table.columns} for n in ROWS]
                connection.execute(table.insert(), values)
        assert connection.execute(text("PRAGMA foreign_key_check")).fetchall() == []
    engine.dispose()


def value_for(table: Table, column: Column[Any], n: int) -> Any:
    """Make up what row n has in a column; each row has another, where the type has enough."""
    if column.foreign_keys:
        target = next(iter(column.foreign_keys)).column
        return None if target.table is table and column.nullable and n == 1 else value_for(target.table, target, n)
    kind = column.type
    made: dict[type, Any] = {
        Boolean: n % 2 == 0,
        Integer: n,
        Float: n / 4,
        JSON: {"ข้อ": [n, None, "ก"]},
        LargeBinary: bytes([n, 0, 255]),
        DateTime: datetime(2026, 1, n, 3, 4, 5, 678_901),  # noqa: DTZ001 - as the file holds it
        Date: date(2026, 1, n),
    }
    for known, value in made.items():
        if isinstance(kind, known):
            return value
    return f"{table.name}.{column.name} ที่ {n} 😀"


def read(file: Path) -> Content:
    """Return every row of every table, by name, in the order of their first columns."""
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {
            name: [dict(row) for row in connection.execute(f'SELECT * FROM "{name}"')]  # noqa: S608
            for name in names
            if not name.startswith("sqlite_") and name != "alembic_version"
        }
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


def layout(file: Path) -> list[tuple[str, str]]:
    """Return how every table and index is made, and the version."""
    with closing(sqlite3.connect(file)) as connection:
        made = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
        return [*made, ("version", connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])]


def assert_kept(before: Content, after: Content) -> None:
    """Every row of before is there with the value of every column that there still is."""
    for table, rows in before.items():
        columns = set(after[table][0]) - CHANGED.get(table, set())
        for row, now in zip(rows, after[table], strict=True):
            common = columns & set(row)
            assert {name: now[name] for name in common} == {name: row[name] for name in common}, table


def upgrade(file: Path) -> bool:
    url = f"sqlite:///{file}"
    db.bind(url)
    try:
        return schema.upgrade(url)
    finally:
        db.release()


def test_every_row_of_an_earlier_version_is_kept(old: Path) -> None:
    before, version = read(old), layout(old)[-1][1]
    assert all(before.values())
    assert upgrade(old) is (version != schema.newest())
    assert_kept(before, read(old))
    db.bind(f"sqlite:///{old}")
    command.check(schema.configuration(f"sqlite:///{old}"))
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_an_upgrade_killed_at_any_statement_leaves_the_earlier_version_whole(old: Path, tmp_path: Path) -> None:
    spare = tmp_path / "spare.sqlite"
    shutil.copy(old, spare)
    before, made = read(old), layout(old)
    deaths = 0
    for _ in each_death(lambda: upgrade(old), tmp_path, lambda: put_back(spare, old)):
        deaths += 1
        assert layout(old) == made
        assert read(old) == before
    assert_kept(before, read(old))
    assert layout(old)[-1][1] == schema.newest()
    assert deaths > (3 if made[-1][1] != schema.newest() else -1)


def put_back(spare: Path, file: Path) -> None:
    for left in file.parent.glob(f"{file.name}-*"):
        left.unlink()
    shutil.copy(spare, file)


def test_an_upgrade_of_nothing_killed_half_way_can_be_done_again(tmp_path: Path) -> None:
    file = tmp_path / "kmwiki.sqlite"
    for death in each_death(lambda: upgrade(file), tmp_path, lambda: None, step=9):
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,), death
    assert layout(file)[-1][1] == schema.newest()


def test_rows_that_would_refer_to_nothing_take_the_upgrade_back(tmp_path: Path) -> None:
    file = tmp_path / "kmwiki.sqlite"
    url = f"sqlite:///{file}"
    db.bind(url)
    command.upgrade(schema.configuration(url), VERSIONS[0])
    db.release()
    fill(file)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DELETE FROM users WHERE id = 2")
    before = layout(file)
    with pytest.raises(Unavailable, match="refers to nothing in users"):
        upgrade(file)
    assert layout(file) == before
