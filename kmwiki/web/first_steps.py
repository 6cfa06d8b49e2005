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
    from collections.abc import Callable

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


@dataclass(frozen=True, slots=True)
class Plan:
    """A step before it is known whose: who may take it, its words, where it leads, and what tells that it is done."""

    permission: Permission
    name: str
    why: str
    endpoint: str
    is_done: Callable[[Done, set[str]], bool]
    query: str | None = None


PLANS = (
    Plan(
        Permission.READ,
        N_("Read a note"),
        N_("Open one and look at the coloured passages: each is a quote under a code."),
        "entries.index",
        lambda _, seen: "read" in seen,
    ),
    Plan(
        Permission.READ,
        N_("Search with a Thai digit"),
        N_("Look for ๔๐ คน: notes that say 40 คน are found as well."),
        "search.page",
        lambda _, seen: "search" in seen,
        EXAMPLE,
    ),
    Plan(
        Permission.CODE,
        N_("Code a passage"),
        N_("Select some words in a note with the mouse and choose a code from the list."),
        "entries.index",
        lambda done, _: done.has_coded,
    ),
    Plan(
        Permission.COMMENT,
        N_("Answer a comment"),
        N_("Say where you agree or doubt; comments are searched and coded like notes."),
        "entries.index",
        lambda done, _: done.has_commented,
    ),
    Plan(
        Permission.WRITE,
        N_("Write a note of your own"),
        N_("Choose a kind; the form brings the questions. A date may be written as you say it."),
        "entries.new",
        lambda done, _: done.has_written,
    ),
    Plan(
        Permission.MANAGE,
        N_("Invite the team"),
        N_("Add a person on the members page and hand over the link that signs them in."),
        "members.index",
        lambda done, _: done.has_company,
    ),
)
"""The steps in the order to take them."""


def steps_of(project: Project, done: Done) -> list[Step]:
    """Return the steps that this person may take in the project, in the order to take them."""
    seen = set(request.cookies.get(COOKIE, "").split("."))
    return [
        Step(plan.name, plan.why, url_for(plan.endpoint, slug=project.slug, q=plan.query), plan.is_done(done, seen))
        for plan in PLANS
        if may(plan.permission, project)
    ]


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
