"""The desk's verbs beyond one coding: cutting one in two, undo and redo, and what others have done meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask_babel import gettext

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.coding.access import coding_for, root_by_number
from kmwiki.coding.actions.back_and_forth import Done, Wish, redo, undo
from kmwiki.coding.actions.news import changed_after, seq_of
from kmwiki.coding.schemas import SplitIn, UndoIn
from kmwiki.coding.splitting import split_coding
from kmwiki.db import session, transaction
from kmwiki.errors import N_, Conflict, NotFound, say
from kmwiki.security.policy import Permission
from kmwiki.sources.models import Source
from kmwiki.web.context import caller, signed_in
from kmwiki.web.desk_answers import answer, sent, telling_present, wants_json
from kmwiki.web.numbers import number_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

bp = Blueprint("desk_actions", __name__)


@bp.post("/p/<slug>/codings/<int:coding_id>/split")
@signed_in
def split(slug: str, coding_id: int) -> ResponseReturnValue:
    """Cut a coding in two at an offset; both halves keep code, voice and memo."""
    data = sent(SplitIn)
    with telling_present(coding_id), transaction() as s:
        project = project_for(s, caller(), slug, Permission.READ)
        coding, _ = coding_for(s, caller(), coding_id, Permission.CODE)
        if coding.project_id != project.id:
            raise NotFound(say("There is no coding %(coding)s here.", coding=coding_id))
        first, second = split_coding(s, caller(), coding, data)
    with session() as s:
        root = s.get_one(Source, first.root_id)
        told = answer(s, root, [first.id, second.id], round_id=first.round_id)
    return jsonify(told | {"coding": second.id, "message": gettext("The coding was cut in two.")})


@bp.post("/p/<slug>/e/<int:number>/codings/undo")
@signed_in
def take_back(slug: str, number: int) -> ResponseReturnValue:
    """Undo what the caller did last on the codings of an entry."""
    return _go(slug, number, undo)


@bp.post("/p/<slug>/e/<int:number>/codings/redo")
@signed_in
def do_again(slug: str, number: int) -> ResponseReturnValue:
    """Do again what the caller undid last."""
    return _go(slug, number, redo)


@bp.get("/p/<slug>/e/<int:number>/codings/since")
@signed_in
def since(slug: str, number: int) -> ResponseReturnValue:
    """Return the codings that have changed since `seq`, as far as the caller may know; 204 if none has."""
    after, round_id = number_in(request.args, "seq") or 0, number_in(request.args, "round", least=1)
    with session() as s:
        root = root_by_number(s, caller(), slug, number)
        newest = seq_of(s, caller(), root, after=after, round_id=round_id)
        if newest <= after:
            return "", 204
        touched = changed_after(s, caller(), root, after, round_id=round_id)
        return jsonify(answer(s, root, touched, round_id=round_id) | {"seq": newest})


def _go(slug: str, number: int, verb: Callable[..., Done]) -> ResponseReturnValue:
    data = sent(UndoIn, empty=True)
    try:
        with transaction() as s:
            root = root_by_number(s, caller(), slug, number)
            done = verb(s, caller(), root, Wish(action=data.action, past=data.past, round_id=data.round_id))
    except Conflict as error:
        if wants_json():
            raise
        flash(words(error.message), "wrong")
        return redirect(url_for("entries.read", slug=slug, number=number, _anchor="codings"))
    message = gettext(_SAID[verb], what=words(done.words))
    if not wants_json():
        flash(message, "done")
        return redirect(url_for("entries.read", slug=slug, number=number, _anchor="codings"))
    with session() as s:
        told: dict[str, Any] = answer(s, root, done.codings, round_id=data.round_id)
    return jsonify(told | {"message": message, "coding": done.codings[0], "is_new": done.is_new})


_SAID: dict[Callable[..., Done], str] = {undo: N_("Undone: %(what)s"), redo: N_("Done again: %(what)s")}
