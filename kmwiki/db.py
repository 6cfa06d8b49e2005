"""The database: declarative base, types, and the only place that commits.

A process serves one instance, so there is one bound database; `bind` sets it at start. `session()` reads,
`transaction()`
writes: on SQLite it begins IMMEDIATE, so that a writer waits at the start instead of failing in the middle.
"""

from __future__ import annotations

import errno
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from sqlalchemy import JSON, Connection, DateTime, Dialect, Engine, MetaData, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import QueuePool
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from collections.abc import Iterator

BUSY_TIMEOUT_MS = 15_000

PASSING = ("locked", "full", "disk I/O", "readonly")
"""Words of SQLite's errors that say nothing of the statement: the same one may work in a while."""

LARGEST_INTEGER = 2**63 - 1
"""The largest integer that a column holds; a larger one cannot even be asked for."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime. A naive one is refused: it would be somebody's local time."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC without its zone."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        list[str]: JSON,
    }


@runtime_checkable
class Searchable(Protocol):
    """A row whose change must reach the search index. The flush listener of `search.outbox` asks every changed row."""

    def index_keys(self) -> list[str]:
        """Return the keys of the documents to index anew, such as `source:7` or `code:3`."""
        ...


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


class _Bound:
    """The database that this process serves."""

    engine: Engine | None = None
    writing: Engine | None = None
    watch: Connection | None = None
    lock = Lock()
    watches = count(1)
    watch_number = 0


def bind(url: str) -> Engine:
    """Serve the database at `url` from now on and return its engine; a database bound before is let go."""
    release()
    engine = _make_engine(url)
    _Bound.engine = engine
    _Bound.writing = engine.execution_options(kmwiki_writing=True)
    return engine


def will_pass(error: BaseException) -> bool:
    """Whether an error tells of a database that is in use elsewhere, or of a disk that is full or fails."""
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
    return isinstance(error, OperationalError) and any(word in str(error.orig) for word in PASSING)


def release() -> None:
    """Close the connections of the bound database, if there is one."""
    with _Bound.lock:
        _end_watch()
    if _Bound.engine is not None:
        _Bound.engine.dispose()
    _Bound.engine = _Bound.writing = None


def engine() -> Engine:
    """Return the bound engine. RuntimeError before `bind`."""
    if _Bound.engine is None:
        raise RuntimeError("no database is bound; create_app() or bind() comes first")
    return _Bound.engine


@contextmanager
def session() -> Iterator[Session]:
    """Read. Nothing done in it is kept."""
    with Session(engine(), expire_on_commit=False, autoflush=False) as opened:
        yield opened


@contextmanager
def transaction() -> Iterator[Session]:
    """Write: all of it is committed at the end of the block, or none of it. The only commit of the house."""
    engine()
    with Session(_Bound.writing, expire_on_commit=False) as opened, opened.begin():
        yield opened


@contextmanager
def watching() -> Iterator[tuple[Session, tuple[int, int] | None]]:
    """Read what is committed now, together with a mark that is another one as soon as anybody has committed anything.

    What was read under one mark is true as long as the mark is the same: not a row has changed since, by whatever way
    and from whatever process. None where the database cannot tell; then nothing may be kept.
    """
    if engine().dialect.name != "sqlite" or not engine().url.database:
        with session() as opened:
            yield opened, None
        return
    with _Bound.lock:
        try:
            if _Bound.watch is None:
                # SQLite tells a connection of what others have committed, so this one is used for nothing else.
                _Bound.watch, _Bound.watch_number = engine().connect(), next(_Bound.watches)
            with _Bound.watch.begin(), Session(_Bound.watch, autoflush=False) as opened:
                version = int(_Bound.watch.exec_driver_sql("PRAGMA data_version").scalar_one())
                yield opened, (_Bound.watch_number, version)
        except BaseException:
            _end_watch()
            raise


def _end_watch() -> None:
    if _Bound.watch is not None:
        _Bound.watch.close()
    _Bound.watch = None


def _make_engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
    made = create_engine(
        parsed,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
        hide_parameters=True,  # an error must not carry a person's text into the log
        poolclass=QueuePool,
        pool_size=20,
        max_overflow=40,
    )
    event.listen(made, "connect", _prepare_sqlite)
    event.listen(made, "begin", _begin_sqlite)
    return made


def _prepare_sqlite(connection: Any, record: object) -> None:
    del record
    connection.isolation_level = None  # the driver must not open transactions behind our back
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-32000",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    is_writing = connection.get_execution_options().get("kmwiki_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")
