"""The addresses of questions about passages, and what reads one: shared by the pages of retrieval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote_plus, urlencode

from flask import url_for
from flask_babel import gettext

from kmwiki.retrieval.asking import NAMES
from kmwiki.retrieval.telling import Tongue
from kmwiki.web.drawing import locale_code, show_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import MultiDict

    from kmwiki.accounts.models import Project
    from kmwiki.retrieval.asking import Question

SIZE = 50
"""Passages on a page."""
LONGEST = 6000


def tongue() -> Tongue:
    """Return the language of the page, for sentences."""
    return Tongue(locale_code(), gettext, show_date)


def asked_in(given: MultiDict[str, str]) -> dict[str, list[str]]:
    """Return what of an address or a form belongs to a question."""
    return {name: values for name in NAMES if (values := given.getlist(name))}


def packed(question: Question) -> str:
    """Write a question as one value of another address."""
    return urlencode(question.address, doseq=True)


def unpacked(text: str) -> dict[str, list[str]]:
    """Read a question out of one value; what is no question is one that asks for nothing."""
    try:
        given = parse_qs(text[:LONGEST], max_num_fields=500)
    except ValueError:
        return {}
    return {name: given[name] for name in NAMES if name in given}


def address(project: Project, query: Mapping[str, Any], page: int = 1, anchor: str = "") -> str:
    """Return the address of a question's page."""
    return url_for(
        "retrieval.page", slug=project.slug, **query, page=page if page > 1 else None, _anchor=anchor or None
    )


def opens_at(project: Project, number: int, carried: str, coding_id: int, at: int) -> str:
    """Return where a passage opens in its note, with the question (as `carried_by` gives it) to come back to.

    Written by hand: a page has fifty of these, and making each out of its route takes longer than finding it.
    """
    return f"/p/{project.slug}/e/{number}?passages={carried}&coding={coding_id}&at={at}#hit"


def carried_by(question: Question) -> str:
    """Write a question as one value of another address, ready to stand in it."""
    return quote_plus(packed(question))
