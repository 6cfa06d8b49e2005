"""What a newcomer does first, and what of it is done.

Writing, coding, commenting and inviting are told by the database. Reading and searching leave no trace there on
purpose: the browser itself remembers them in a small cookie.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import request, url_for

from kmwiki.errors import N_, say
from kmwiki.security.policy import Permission
from kmwiki.web.context import settings
from kmwiki.web.shell import may

if TYPE_CHECKING:
    from flask import Response

    from kmwiki.accounts.models import Project
    from kmwiki.coding.overview import Done

UNKNOWN_CHOICE = say("Choose one of the languages and colours in the menu.")

COOKIE = "kmwiki_steps"
A_YEAR = 365 * 24 * 3600
NOTICED = {"entries.read": "read", "search.page": "search"}
THAI_DIGITS = frozenset("๐๑๒๓๔๕๖๗๘๙")
EXAMPLE = "๔๐ คน"
"""A search that shows what the product does: it finds 40 คน too."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: message ids of its name and its why, where it leads, whether it is done."""

    name: str
    why: str
    url: str
    is_done: bool


def steps_of(project: Project, done: Done) -> list[Step]:
    """Return the steps that this person may take in the project, in the order to take them."""
    seen = set(request.cookies.get(COOKIE, "").split("."))
    slug = project.slug
    steps = [
        (
            Permission.READ,
            N_("Read a note"),
            N_("Open one and look at the coloured passages: each is a quote under a code."),
            url_for("entries.index", slug=slug),
            "read" in seen,
        ),
        (
            Permission.READ,
            N_("Search with a Thai digit"),
            N_("Look for ๔๐ คน: notes that say 40 คน are found as well."),
            url_for("search.page", slug=slug, q=EXAMPLE),
            "search" in seen,
        ),
        (
            Permission.CODE,
            N_("Code a passage"),
            N_("Select some words in a note with the mouse and choose a code from the list."),
            url_for("entries.index", slug=slug),
            done.has_coded,
        ),
        (
            Permission.COMMENT,
            N_("Answer a comment"),
            N_("Say where you agree or doubt; comments are searched and coded like notes."),
            url_for("entries.index", slug=slug),
            done.has_commented,
        ),
        (
            Permission.WRITE,
            N_("Write a note of your own"),
            N_("Choose a kind; the form brings the questions. A date may be written as you say it."),
            url_for("entries.new", slug=slug),
            done.has_written,
        ),
        (
            Permission.MANAGE,
            N_("Invite the team"),
            N_("Add a person on the members page and hand over the link that signs them in."),
            url_for("members.index", slug=slug),
            done.has_company,
        ),
    ]
    return [Step(name, why, url, is_done) for permission, name, why, url, is_done in steps if may(permission, project)]


def notice(response: Response) -> Response:
    """Remember in the browser that a note was read, or that Thai digits were searched for."""
    step = NOTICED.get(request.endpoint or "")
    if step is None or response.status_code != 200:  # noqa: PLR2004
        return response
    if step == "search" and not THAI_DIGITS & set(request.args.get("q", "")):
        return response
    seen = set(filter(None, request.cookies.get(COOKIE, "").split(".")))
    if step not in seen:
        known = sorted({*seen, step} & set(NOTICED.values()))
        response.set_cookie(
            COOKIE, ".".join(known), max_age=A_YEAR, httponly=True, samesite="Lax", secure=settings().is_https
        )
    return response
