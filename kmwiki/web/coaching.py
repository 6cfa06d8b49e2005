"""The hint that stands at the control of a first step, and what it says once the step is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

from flask import g, redirect, render_template, request, url_for

from kmwiki.accounts.access import project_for
from kmwiki.coding import overview
from kmwiki.db import session
from kmwiki.security.policy import Permission
from kmwiki.web import first_steps
from kmwiki.web.context import caller, is_signed_in, signed_in
from kmwiki.web.first_steps import HIDDEN, NOW, PLANS, address_of, example_in, kept, plans_for

if TYPE_CHECKING:
    from flask import Blueprint, Flask, Response
    from flask.typing import ResponseReturnValue

    from kmwiki.accounts.models import Project
    from kmwiki.web.first_steps import Plan

PLAN_OF = {plan.key: plan for plan in PLANS}


@dataclass(frozen=True, slots=True)
class Card:
    """The hint as drawn: the step, its place among all, whether it is done, the next one left and where that is."""

    plan: Plan
    number: int
    count: int
    is_done: bool
    next: Plan | None
    next_url: str
    close_url: str


def register(app: Flask) -> None:
    """Let every page ask for its hint."""
    app.jinja_env.globals.update(
        coach_here=coach_here, coach_shown=lambda: bool(g.get("step_opened") or g.get("step_ended"))
    )


def hang_in(bp: Blueprint) -> None:
    """Hang the routes of the steps into the blueprint of the home."""
    bp.add_url_rule("/p/<slug>/steps", "steps", signed_in(hide_or_show), methods=["POST"])
    bp.add_url_rule("/p/<slug>/steps/<step>", "step", signed_in(step_done), methods=["GET"])


def coach_here(project: Project | None) -> Card | None:
    """Return the hint of the step that this page was opened for, or word that the one under way is done. Else None."""
    if project is None or not is_signed_in() or HIDDEN in kept():
        return None
    asked = _permitted(request.args.get("step", ""), project) if request.method == "GET" else None
    if asked is not None:
        g.step_opened = asked.key
        is_done = first_steps.noticed_here() == asked.key
        return _card(asked, project, is_done=False, may_go_on=is_done)
    under_way = next((name.removeprefix(NOW) for name in kept() if name.startswith(NOW)), "")
    plan = _permitted(under_way, project)
    if plan is None or not _is_done(plan, project):
        return None
    g.step_ended = True
    return _card(plan, project, is_done=True, may_go_on=True)


def step_done(slug: str, step: str) -> ResponseReturnValue:
    """Give word that a step is done, for a page that did it without being drawn anew; nothing if it is not."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
    plan = _permitted(step, project)
    if plan is None or not _is_done(plan, project):
        return "", 204
    g.step_ended = True
    return render_template(
        "home/_coach.html", coach=_card(plan, project, is_done=True, may_go_on=True), project=project
    )


def hide_or_show(slug: str) -> ResponseReturnValue:
    """Hide the first steps, or show them again."""
    with session() as opened:
        project_for(opened, caller(), slug, Permission.READ)
    answer = cast("Response", redirect(url_for("home.project", slug=slug)))
    wanted = kept() - {HIDDEN}
    first_steps.keep(answer, wanted | {HIDDEN} if request.form.get("hide") else wanted)
    return answer


def _permitted(key: str, project: Project) -> Plan | None:
    plan = PLAN_OF.get(key)
    return plan if plan in plans_for(project) else None


def _is_done(plan: Plan, project: Project) -> bool:
    with session() as opened:
        done = overview.done_by(opened, caller(), project.id)
    return plan.is_done(done, kept() | {first_steps.noticed_here()})


def _card(plan: Plan, project: Project, *, is_done: bool, may_go_on: bool) -> Card:
    plans = plans_for(project)
    following = next((each for each in plans[plans.index(plan) + 1 :] if not _is_done(each, project)), None)
    args = urlencode([(key, value) for key, value in request.args.items(multi=True) if key != "step"])
    return Card(
        plan=plan,
        number=plans.index(plan) + 1,
        count=len(plans),
        is_done=is_done,
        next=following if may_go_on else None,
        next_url=address_of(following, project, _learning_on(project)) if following and may_go_on else "",
        close_url=f"{request.path}?{args}" if args else request.path,
    )


def _learning_on(project: Project) -> int | None:
    """Return the note to learn on: the one that is open, else an example."""
    open_here = (request.view_args or {}).get("number")
    return open_here if isinstance(open_here, int) else example_in(project)
