"""Two people changed the same entry: all texts side by side, and a proposed merge to save."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template
from flask_babel import gettext

from kmwiki.accounts.models import Project
from kmwiki.db import session
from kmwiki.entries.kinds import KINDS
from kmwiki.errors import N_
from kmwiki.sources.queries import author_of, revision
from kmwiki.text.diff import diff_words
from kmwiki.web.entry_list import AUDIENCE_WORDS
from kmwiki.web.entry_typed import Typed, place_words, typed_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmwiki.entries.models import Entry
    from kmwiki.errors import Conflict

NAMES: Mapping[str, str] = {
    "kind": N_("Kind"),
    "title": N_("Title"),
    "lead": N_("Lead"),
    "event": N_("Date of the event"),
    "places": N_("Places"),
    "tags": N_("Tags"),
    "authors": N_("Authors"),
    "fields": N_("The kind's own fields"),
}


def draw_conflict(slug: str, entry: Entry, typed: Typed, error: Conflict) -> str:
    """Draw the page.

    What was, what the other saved, what was typed, and a form that saves the merge as the next revision.
    """
    del slug
    merge: Any = error.details["merge"]
    metas: Any = error.details["meta"]
    merged, mine_too = merge_metas(metas["base"], metas["mine"], metas["theirs"])
    with session() as opened:
        project = opened.get_one(Project, entry.project_id)
        theirs = revision(opened, entry.source, merge["revision"])
        other = author_of(opened, theirs)
    return render_template(
        "entries/conflict.html",
        project=project,
        entry=entry,
        typed=_proposal(typed, merged, body=merge["merged"], base=merge["revision"]),
        own=typed,
        merge=merge,
        other=other or gettext("Somebody"),
        their_pieces=diff_words(merge["base"], merge["theirs"]),
        my_pieces=diff_words(merge["base"], merge["mine"]),
        both_changed=[gettext(NAMES[name]) for name in mine_too],
        kind=KINDS[merged["kind"]],
        audiences=AUDIENCE_WORDS,
    )


def merge_metas(
    base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Bring together what stands around the texts, name by name.

    Where both changed one, mine is proposed and its name given back.
    """
    merged, both = dict(theirs), []
    for name in NAMES:
        if mine.get(name) == base.get(name) or mine.get(name) == theirs.get(name):
            continue
        merged[name] = mine.get(name)
        if theirs.get(name) != base.get(name):
            both.append(name)
    if merged["kind"] == theirs.get("kind") == mine.get("kind"):
        merged["fields"], clashing = _merge_fields(*(each.get("fields", {}) for each in (base, mine, theirs)))
        both = [name for name in both if name != "fields"] + (["fields"] if clashing else [])
    return merged, both


def _merge_fields(
    base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> tuple[dict[str, Any], bool]:
    merged, clashing = dict(theirs), False
    for key in {*base, *mine}:
        if mine.get(key) == base.get(key):
            continue
        clashing = clashing or theirs.get(key) not in (base.get(key), mine.get(key))
        merged.pop(key, None)
        if key in mine:
            merged[key] = mine[key]
    return merged, clashing


def _proposal(typed: Typed, meta: Mapping[str, Any], *, body: str, base: int) -> Typed:
    event = meta.get("event")
    return Typed(
        kind=meta["kind"],
        title=meta["title"],
        lead=meta["lead"],
        body=body,
        body_format=typed.body_format,
        event_date=event["written"] if event else "",
        event_choice=event["start"] if event else "",
        places=[place_words(code) for code in meta["places"]],
        tags=", ".join(meta["tags"]),
        authors="\n".join(meta["authors"]),
        visibility=typed.visibility,
        reason=typed.reason,
        base=base,
        fields=typed_fields(meta["kind"], meta["fields"]),
    )
