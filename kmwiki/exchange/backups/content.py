"""The database inside a backup: what of it is content, the hash of that content, and what must not leave the instance.

Works on the file with plain SQL, for a backup may be of an older schema than the tables that this program describes.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmwiki.exchange.backups.layout import FOLDERS

if TYPE_CHECKING:
    from pathlib import Path

DROPPED = {
    "sign_in_sessions": "1",
    "one_time_links": "1",
    "jobs": "NOT (kind = 'import' AND state IN ('done', 'failed'))",
}
"""Rows that a backup does not carry, as conditions. Who reads a backup must not come in as somebody who was signed in
or invited, and waiting letters hold links; work in hand names files that are not in the backup; the index is made
anew. Of the jobs only the reports of finished imports remain."""
VOLATILE = frozenset({"sign_in_sessions", "one_time_links", "jobs"})
"""Tables outside the export hash: they change while nobody writes anything."""
VOLATILE_COLUMNS = {"api_tokens": frozenset({"last_used"})}
"""Columns outside the export hash: reading over the API changes them."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a database holds: its schema, the hash of its rows, and how many each table has."""

    schema_version: str
    export_hash: str
    counts: dict[str, int]


def connect(path: Path, *, mode: str = "ro") -> sqlite3.Connection:
    """Open a database file that must exist. Nothing that its schema says is run."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None)
    connection.execute("PRAGMA trusted_schema=OFF")
    return connection


def take_snapshot(database: Path, copy: Path) -> None:
    """Copy the database as it is at this moment, while others go on writing. sqlite3.Error if that cannot be done."""
    with closing(connect(database, mode="rw")) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    with closing(connect(copy, mode="rw")) as connection:
        connection.execute("PRAGMA secure_delete=ON")  # what is dropped must not be found in the free pages either
        for table, condition in DROPPED.items():
            if table in _tables(connection):
                connection.execute(f"DELETE FROM {_quote(table)} WHERE {condition}")  # noqa: S608


def read_content(path: Path) -> Content:
    """Check the file and hash what it holds. sqlite3.Error or ValueError if it is no sound database."""
    with closing(connect(path)) as connection:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise ValueError(str(found))
        _refuse_programs(connection)
        schema_version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        export_hash, counts = hash_rows(connection)
    if schema_version is None:
        raise ValueError("it names no schema")
    return Content(str(schema_version[0]), export_hash, counts)


def kept_files(path: Path) -> list[str]:
    """Return the name in a backup of every file that the database refers to; each folder is called as its table."""
    with closing(connect(path)) as connection:
        tables = _tables(connection)
        return [
            f"{folder}/{digest[:2]}/{digest}"
            for folder in FOLDERS
            if folder in tables
            for (digest,) in connection.execute(f"SELECT DISTINCT sha256 FROM {folder} ORDER BY sha256")  # noqa: S608
        ]


def hash_rows(connection: sqlite3.Connection) -> tuple[str, dict[str, int]]:
    """Return the export hash and the number of rows of each table that it covers.

    Tables and columns go in by name, rows by primary key, each value with its type and length: how the file is laid
    out, and in which order columns were ever added, does not matter.
    """
    connection.text_factory = bytes  # stored text goes in byte for byte, also where it is no UTF-8
    digest, counts = hashlib.sha256(), {}
    for table in _tables(connection):
        if table in VOLATILE:
            continue
        columns, keys = _columns(connection, table)
        digest.update(f"table {table} {','.join(columns)}\n".encode())
        chosen, order = ",".join(map(_quote, columns)), ",".join(map(_quote, keys))
        counts[table] = 0
        for row in connection.execute(f"SELECT {chosen} FROM {_quote(table)} ORDER BY {order}"):  # noqa: S608
            digest.update(b"".join(map(_spell, row)) + b"\n")
            counts[table] += 1
    connection.text_factory = str
    return digest.hexdigest(), counts


def _spell(value: object) -> bytes:
    data = value if isinstance(value, bytes) else repr(value).encode()
    return b"%s%d:%s" % (type(value).__name__[:1].encode(), len(data), data)


def _refuse_programs(connection: sqlite3.Connection) -> None:
    """Refuse what would run by itself once the database is in use; kmwiki makes nothing of the kind."""
    query = "SELECT name FROM sqlite_master WHERE type NOT IN ('table', 'index') OR sql LIKE 'CREATE VIRTUAL%'"
    found = connection.execute(query).fetchone()
    if found is not None:
        raise ValueError(f"it holds a trigger, view or virtual table that kmwiki does not make ({found[0]!r})")


def _tables(connection: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name"
    return [_word(row[0]) for row in connection.execute(query)]


def _columns(connection: sqlite3.Connection, table: str) -> tuple[list[str], list[str]]:
    """Return the columns that are content, by name, and those that put the rows in order."""
    known = connection.execute(f"PRAGMA table_info({_quote(table)})").fetchall()
    columns = sorted({_word(row[1]) for row in known} - VOLATILE_COLUMNS.get(table, frozenset()))
    keys = [_word(row[1]) for row in sorted(known, key=lambda row: int(row[5])) if row[5]]
    return columns, keys or columns


def _word(name: str | bytes) -> str:
    return name.decode() if isinstance(name, bytes) else name


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
