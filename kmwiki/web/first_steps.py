"""The first steps of a newcomer: what to do, in which order, and what tells that it is done.

Writing, coding, commenting and inviting are seen in the project; what was only looked at, and that the steps are
hidden, is kept in the browser, person by person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import g, request, url_for

from kmwiki.coding import overview
from kmwiki.db import session
from kmwiki.errors import N_, say
from kmwiki.security.policy import Permission
from kmwiki.web.context import caller, settings
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
HIDDEN, NOW = "hidden", "now-"
DEMO, EXAMPLE = "demo", "๔๐ คน"
"""In the demo, a search that shows what the product does: it finds 40 คน too."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: its key, message ids of its name and its why, where it leads, whether it is done."""

    key: str
    name: str
    why: str
    url: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A step before it is known whose: who may take it, its words, the page it opens and what tells that it is done.

    `how` is the hint on that page, `near` the control that it stands at, as a CSS selector.
    """

    key: str
    permission: Permission
    name: str
    why: str
    how: str
    near: str
    endpoint: str
    is_done: Callable[[Done, set[str]], bool]


PLANS = (
    Plan(
        "read",
        Permission.READ,
        N_("Read a note"),
        N_("Open one and look at the coloured passages: each is a quote under a code."),
        N_(
            "Coloured words carry a code. Rest on them, or press ] for the next passage: beside the text stands who "
            "coded it so, and in whose voice it was said. The comments below are part of the material."
        ),
        "#text",
        "entries.read",
        lambda _, seen: "read" in seen,
    ),
    Plan(
        "code",
        Permission.CODE,
        N_("Code a passage"),
        N_("Select some words in a note with the mouse and choose a code from the list."),
        N_(
            "Select some words below with the mouse or a finger, or go to a paragraph with Tab and press Enter. Choose "
            "a code from the list that opens. Whatever you choose can be taken back."
        ),
        "#text",
        "entries.read",
        lambda done, _: done.has_coded,
    ),
    Plan(
        "search",
        Permission.READ,
        N_("Search with a Thai digit"),
        N_("Look for ๔๐ คน: notes that say 40 คน are found as well."),
        N_(
            "Thai and Arabic digits are one here, and so are other ways to spell a word: ๔๐ คน finds 40 คน. Type a "
            "word and a number from your passage, in the digits that you like, and find it again."
        ),
        ".search-box",
        "search.page",
        lambda _, seen: "search" in seen,
    ),
    Plan(
        "comment",
        Permission.COMMENT,
        N_("Answer a comment"),
        N_("Say where you agree or doubt; comments are searched and coded like notes."),
        N_(
            "Read what was said and answer one of them, or write a comment of your own in the box below. You can "
            "change it later, or take it away."
        ),
        "#reply",
        "entries.read",
        lambda done, _: done.has_commented,
    ),
    Plan(
        "write",
        Permission.WRITE,
        N_("Write a note of your own"),
        N_("Choose a kind; the form brings the questions. A date may be written as you say it."),
        N_(
            "Choose a kind; each brings its questions. Only the title is needed, and a date may be written as you say "
            "it: เมื่อวาน, 9 พย 68. Keep it as a draft if nobody is to see it yet."
        ),
        ".kind-cards, .editor-form h1",
        "entries.new",
        lambda done, _: done.has_written,
    ),
    Plan(
        "invite",
        Permission.MANAGE,
        N_("Invite the team"),
        N_("Add a person on the members page and hand over the link that signs them in."),
        N_(
            "Write the person's e-mail and choose what they may do: readers read, commenters answer, researchers write "
            "and code. You get a link to hand over, or it goes by mail."
        ),
        "[aria-labelledby=h-add]",
        "members.index",
        lambda done, _: done.has_company,
    ),
)
"""The steps in the order to take them."""


def plans_for(project: Project) -> list[Plan]:
    """Return the steps that the reader may take in the project."""
    return [plan for plan in PLANS if may(plan.permission, project)]


def steps_of(project: Project, done: Done, example: int | None) -> list[Step]:
    """Return the reader's steps in the order to take them; `example` is the number of a note worth reading."""
    seen = kept()
    return [
        Step(plan.key, plan.name, plan.why, address_of(plan, project, example), plan.is_done(done, seen))
        for plan in plans_for(project)
    ]


def address_of(plan: Plan, project: Project, example: int | None) -> str:
    """Return the page of a step, which shows its hint."""
    if plan.endpoint == "entries.read":
        if example is None:
            return url_for("entries.index", slug=project.slug)
        return url_for(plan.endpoint, slug=project.slug, number=example, step=plan.key)
    query = EXAMPLE if plan.key == "search" and project.slug == DEMO else None
    return url_for(plan.endpoint, slug=project.slug, q=query, step=plan.key)


def example_in(project: Project) -> int | None:
    """Return the number of a note to learn on: of the newest ones that with most codings. None where there is none."""
    with session() as opened:
        newest = overview.newest(opened, caller(), project.id)
    best = max(newest, key=lambda each: each.codings, default=None)
    return best.entry.number if best else None


def kept() -> set[str]:
    """Return what this browser keeps of the reader's steps; what it keeps of somebody else counts for nothing."""
    whose, *names = request.cookies.get(COOKIE, "").split(".")
    return set(filter(None, names)) if whose == str(caller().user_id) else set()


def keep(response: Response, names: set[str]) -> None:
    """Have the browser keep that of the reader's steps."""
    known = {"read", "search", HIDDEN, *(NOW + plan.key for plan in PLANS)}
    value = ".".join([str(caller().user_id), *sorted(names & known)])
    response.set_cookie(COOKIE, value, max_age=A_YEAR, httponly=True, samesite="Lax", secure=settings().is_https)


def noticed_here() -> str:
    """Return the step that looking at this page is: reading a note, searching with Thai digits. Empty if none."""
    step = NOTICED.get(request.endpoint or "", "")
    if step == "search" and not THAI_DIGITS & set(request.args.get("q", "")):
        return ""
    return step


def notice(response: Response) -> Response:
    """Remember what was looked at, and which step's page was opened, until it is done."""
    is_of_use = noticed_here() or g.get("step_opened") or g.get("step_ended")
    if not is_of_use or request.method != "GET" or response.status_code >= 300 or caller().user_id is None:  # noqa: PLR2004
        return response
    before = kept()
    now = before | set(filter(None, [noticed_here()]))
    if g.get("step_opened"):
        now = {name for name in now if not name.startswith(NOW)} | {NOW + g.step_opened}
    if g.get("step_ended"):
        now = {name for name in now if not name.startswith(NOW)}
    if now != before:
        keep(response, now)
    return response
