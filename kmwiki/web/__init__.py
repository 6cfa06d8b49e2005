"""The pages: one file a page family. They parse, call one verb, and draw."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

FAMILIES = (
    "home",
    "accounts",
    "users",
    "mail",
    "activity",
    "members",
    "projects",
    "personal",
    "places",
    "entries",
    "editing",
    "history",
    "bin",
    "attachments",
    "comments",
    "memos",
    "quotes",
    "codebook",
    "codebook_files",
    "codebook_past",
    "codebook_undo",
    "codebook_moving",
    "codebook_split",
    "codebook_groups",
    "retrieval",
    "retrieval_saved",
    "retrieval_exports",
    "codings",
    "desk",
    "desk_actions",
    "review",
    "rounds",
    "rounds_forms",
    "rounds_desk",
    "rounds_compare",
    "tagging",
    "suggesting",
    "search",
    "kwic",
    "words",
    "stop_words",
    "searches",
    "notices",
    "feeds",
    "dictionary",
    "imports",
    "imports_history",
    "import_queue",
    "import_review",
    "jobs",
)
"""The page families; each is a module of this package with a blueprint `bp`."""


def register(app: Flask) -> None:
    """Hang every page family into the app, with what all pages share."""
    from kmwiki.web import coaching, context, drawing, errors, guard, i18n, proxy, shell  # noqa: PLC0415 - families import this package first

    proxy.register(app)
    i18n.register(app)
    guard.register(app)
    context.register(app)
    drawing.register(app)
    shell.register(app)
    coaching.register(app)
    errors.register(app)
    for family in FAMILIES:
        app.register_blueprint(import_module(f"kmwiki.web.{family}").bp)
