"""The database's schema: which version it has, and bringing it to the newest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from kmwiki import db
from kmwiki.errors import Unavailable, say
from kmwiki.paths import resource_dir

if TYPE_CHECKING:
    from alembic.config import Config


def current() -> str | None:
    """Return the version that the bound database has, or None for an empty one."""
    with db.engine().connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def newest() -> str:
    """Return the version that this program wants: the name of the last migration."""
    return max(path.name.partition("_")[0] for path in (resource_dir("migrations") / "versions").glob("[0-9]*.py"))


def upgrade(url: str) -> bool:
    """Bring the bound database to the newest version, in one transaction. Whether anything was done.

    Unavailable, and nothing is changed, if the database is newer than the program or the upgrade fails.
    """
    present, wanted = current(), newest()
    if present == wanted:
        return False
    if present is not None and present > wanted:
        raise Unavailable(
            say(
                "The database has version %(present)s, but this program knows only up to %(wanted)s. "
                "Start the newer program.",
                present=present,
                wanted=wanted,
            )
        )
    from alembic import command  # noqa: PLC0415 - a start that upgrades nothing need not load it

    try:
        command.upgrade(configuration(url), "head")
    except Exception as error:  # whatever a migration meets, its transaction was taken back
        raise Unavailable(
            say(
                "The database could not be brought from version %(present)s to %(wanted)s: %(reason)s. It is as it "
                "was; the program of before can go on with it.",
                present=present or "-",
                wanted=wanted,
                reason=getattr(error, "orig", None) or error,
            )
        ) from error
    return True


def configuration(url: str) -> Config:
    """Return alembic's configuration for the database at `url`."""
    from alembic.config import Config  # noqa: PLC0415

    made = Config()
    made.set_main_option("script_location", str(resource_dir("migrations")))
    made.attributes["url"] = url
    return made
