"""What the coding desk's script gets: its data with the page, and the codes to choose from when they are needed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, current_app, request, url_for
from flask_babel import gettext

from kmwiki.accounts.access import project_for
from kmwiki.coding.choices import MANY, choices_of
from kmwiki.coding.in_rounds import narrowed
from kmwiki.coding.queries import recent_codes
from kmwiki.db import session
from kmwiki.errors import N_
from kmwiki.security.policy import Permission
from kmwiki.web.context import caller, signed_in
from kmwiki.web.desk_answers import actions_json
from kmwiki.web.desk_parts import coders_json
from kmwiki.web.drawing import locale_code
from kmwiki.web.numbers import number_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from kmwiki.accounts.models import Project
    from kmwiki.coding.desk import Desk

bp = Blueprint("desk", __name__)

WORDS = {
    "there": N_("The passage is under this code already."),
    "changed": N_("Saved"),
    "undo": N_("Undo"),
    "recent": N_("used lately"),
    "create": N_("Make a new code “%(name)s”"),
    "invivo": N_("in their own words: “%(name)s”"),
    "coded": N_("Coded “%(name)s”"),
    "codedMany": N_("Coded under %(number)s codes"),
    "failed": N_("It could not be saved. Your selection is still here; try again."),
    "none": N_("No code is called so."),
    "loading": N_("Fetching the codes…"),
    "suggested": N_("like coded passages"),
    "drop": N_("Take “%(name)s” off the choice"),
    "codeMany": N_("Code it: %(number)s codes"),
    "takeAway": N_("Take away that of %(name)s"),
    "allCoded": N_("Every paragraph has a code."),
    "selected": N_("Chosen: %(words)s"),
    "nothingHere": N_("No coding stands here."),
    "entered": N_(
        "The caret is in the text. Arrows move it, Shift chooses, Enter codes, Esc leaves, ? lists the keys."
    ),
    "left": N_("The caret has left the text."),
    "stands": N_("%(code)s, by %(coders)s: “%(words)s”"),
    "unknown": N_("Unknown"),
    "of": N_("%(number)s of %(total)s"),
    "copied": N_("Copied, with its address"),
    "auto": N_("Automatic"),
    "proposed": N_("Proposed"),
    "accepted": N_("Accepted"),
    "placed": N_("Words as they were"),
    "wordsChanged": N_("Words changed"),
    "lost": N_("Words gone"),
    "noVoice": N_("No voice told"),
    "informant": N_("The informant"),
    "author": N_("The writer’s own view"),
    "commenter": N_("The commenter"),
    "document": N_("A document"),
    "showAll": N_("Show everything"),
    "passOver": N_("Leave it and undo the one before"),
}
"""The sentences that the script says."""
GAPS = {name: f"{{{name}}}" for name in ("name", "number", "total", "words", "code", "coders")}
"""Where the script puts something in."""


@bp.get("/p/<slug>/codings/choices")
@signed_in
def choices(slug: str) -> ResponseReturnValue:
    """Return the codes that passages can be put under, and which of them the caller used last; of a round, its own."""
    with session() as s:
        project = project_for(s, caller(), slug, Permission.CODE)
        found = narrowed(s, project.id, number_in(request.args, "round"), choices_of(s, project.id))
        recent = recent_codes(s, caller(), project.id)
    is_brief = len(found) > MANY
    told = {"choices": [choice.as_json(is_brief=is_brief) for choice in found], "recent": recent}
    written = json.dumps(told, ensure_ascii=False, separators=(",", ":"))  # Thai as it is: half as long
    return Response(written, mimetype="application/json")


@bp.app_template_global("desk_data")
def desk_data(desk: Desk, project: Project, number: int) -> dict[str, Any]:
    """Return what the script of a desk starts with: the codings of entry `number`, what names them, its words."""
    with session() as s:
        actions = actions_json(s, desk.root_id, desk.round_id) if desk.may_code else None
    return {
        "actions": actions,
        "seq": desk.seq,
        "root": desk.root_id,
        "round": desk.round_id,
        "me": caller().user_id or 0,
        "mayCode": desk.may_code,
        "mayMakeCodes": desk.may_make_codes,
        "isEnglish": locale_code() == "en",
        "codings": desk.codings_json,
        "codes": desk.codes_json,
        "coders": coders_json(desk.coders),
        "gaps": desk.gaps,
        "recent": desk.recent,
        "urls": _urls(project.slug, number, desk.round_id),
        "says": _words(),
    }


def _urls(slug: str, number: int, round_id: int | None) -> dict[str, str]:
    of_project = {
        "add": "codings.add",
        "choices": "desk.choices",
        "quotes": "quotes.make",
        "suggest": "suggesting.near",
    }
    of_entry = {"undo": "desk_actions.take_back", "redo": "desk_actions.do_again", "since": "desk_actions.since"}
    known = current_app.view_functions
    found = {name: url_for(endpoint, slug=slug) for name, endpoint in of_project.items() if endpoint in known}
    if round_id is not None:
        found["choices"] = url_for("desk.choices", slug=slug, round=round_id)
    return found | {name: url_for(endpoint, slug=slug, number=number) for name, endpoint in of_entry.items()}


def _words() -> dict[str, str]:
    return {key: str(gettext(text, **GAPS)) for key, text in WORDS.items()}
