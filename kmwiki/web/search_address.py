"""The addresses of searches: what of one is kept when a part of it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, request, url_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmwiki.accounts.models import Project

bp = Blueprint("search", __name__)

KEPT = (
    "q",
    "in",
    "province",
    "district",
    "kind",
    "code",
    "voice",
    "year",
    "author",
    "from",
    "to",
    "sort",
    "mode",
)


def kept() -> dict[str, list[str]]:
    """Return what stands in the address, the page aside."""
    return {name: request.args.getlist(name) for name in KEPT if any(request.args.getlist(name))}


def without(*names: str) -> dict[str, list[str]]:
    """Return what stands in the address but for these."""
    return {name: values for name, values in kept().items() if name not in names}


def address(project: Project, given: Mapping[str, Any], number: int = 1) -> str:
    """Return the address of a search."""
    return url_for("search.page", slug=project.slug, **given, page=number if number > 1 else None)
