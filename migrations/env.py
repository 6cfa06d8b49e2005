"""Alembic's environment: migrations run on the database that kmwiki has bound, in one transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine

import kmwiki.accounts.models
import kmwiki.coding.models
import kmwiki.comments.models
import kmwiki.entries.models
import kmwiki.events.models
import kmwiki.jobs.models
import kmwiki.search.models  # noqa: F401 - importing a room's models puts its tables into the metadata
from kmwiki import db


def run() -> None:
    """Run the migrations asked for."""
    engine = create_engine(context.config.attributes["url"])
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.Base.metadata,
            render_as_batch=True,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
