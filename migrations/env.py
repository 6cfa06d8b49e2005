"""Alembic's environment: all migrations that are asked for run in one transaction, so that none is ever half done."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import create_engine, event

import kmwiki.accounts.models
import kmwiki.analysis.models
import kmwiki.coding.actions.models
import kmwiki.coding.codebook.models
import kmwiki.coding.models
import kmwiki.comments.models
import kmwiki.entries.models
import kmwiki.events.models
import kmwiki.exchange.importing.models
import kmwiki.jobs.models
import kmwiki.memos.models
import kmwiki.notifications.models
import kmwiki.quotes.models
import kmwiki.retrieval.models
import kmwiki.search.models  # noqa: F401 - importing a room's models puts its tables into the metadata
from kmwiki import db

WAIT_MS = 120_000  # another process that upgrades is waited for


def run() -> None:
    """Run the migrations asked for: all of them are kept, or, however this ends, none."""
    engine = create_engine(context.config.attributes["url"], hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", leave_transactions_to_us)
        event.listen(engine, "begin", begin)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.Base.metadata,
            render_as_batch=True,
            compare_type=True,
            transactional_ddl=True,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()
            refuse_orphans(connection)
    engine.dispose()


def leave_transactions_to_us(connection: Any, record: object) -> None:
    """Keep the driver from opening transactions late: it would leave the first CREATE and ALTER outside of them.

    Foreign keys stay unchecked meanwhile, as rebuilding a table needs it; `refuse_orphans` looks at the end.
    """
    del record
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={WAIT_MS}")


def begin(connection: Any) -> None:
    """Begin as a writer, so that of two upgrades at once the second sees what the first has done."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def refuse_orphans(connection: Any) -> None:
    """Raise RuntimeError, which takes everything back, if a row refers to one that is not there any more."""
    if connection.dialect.name != "sqlite":
        return
    if orphan := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise RuntimeError(f"the upgrade would leave a row of {orphan[0]} that refers to nothing in {orphan[2]}")


run()
