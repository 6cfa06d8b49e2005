"""REST API, version 1: one file a resource."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

RESOURCES = (
    "projects",
    "members",
    "entries",
    "attachments",
    "comments",
    "sources",
    "places",
    "codings",
    "suggestions",
    "coding_actions",
    "rounds",
    "memos",
    "quotes",
    "codes",
    "codebooks",
    "codebook_changes",
    "code_groups",
    "passages",
    "retrievals",
    "search",
    "searches",
    "analysis",
    "dictionary",
    "imports",
    "jobs",
)
"""The resources; each is a module of this package that adds its routes to `ground.bp`."""


def register(app: Flask) -> None:
    """Hang the API into the app, with its OpenAPI document."""
    from kmwiki.api.v1 import gate, openapi  # noqa: PLC0415 - resources import this package first
    from kmwiki.api.v1.ground import bp  # noqa: PLC0415

    for resource in RESOURCES:
        import_module(f"kmwiki.api.v1.{resource}")
    import_module("kmwiki.api.v1.openapi")
    gate.register(app)
    app.register_blueprint(bp)
    openapi.register(app)
