"""What every verb of the desk has in common: reading what was sent, and answering with what the page draws anew."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from flask import request
from flask_babel import gettext
from pydantic import BaseModel, ValidationError

from kmwiki.api.v1.errors import words
from kmwiki.api.v1.ground import invalid_from
from kmwiki.coding.actions.noting import actions_of
from kmwiki.coding.actions.who_changed import who_changed
from kmwiki.coding.models import Coding
from kmwiki.db import session
from kmwiki.errors import Conflict, Invalid, say
from kmwiki.sources.models import Source
from kmwiki.web.context import caller
from kmwiki.web.desk_parts import parts
from kmwiki.web.numbers import number_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.orm import Session

Shape = TypeVar("Shape", bound=BaseModel)


def answer(s: Session, root: Source, codings: Iterable[int], *, round_id: int | None = None) -> dict[str, Any]:
    """Return how these codings of an entry stand, and what can be undone.

    No number of a newest change: others may have changed before it what the page has not been told.
    """
    return {
        **parts(s, caller(), root, codings, round_id=round_id),
        "actions": actions_json(s, root.id, round_id),
    }


def actions_json(s: Session, root_id: int, round_id: int | None = None) -> dict[str, Any]:
    """Return what the caller would undo and do again next: `undo` and `redo` in words, or None, and their ids."""
    labels = actions_of(s, caller(), root_id, round_id)
    undo, redo = labels.undo, labels.redo
    return {
        "undo": undo and gettext("Undo: %(what)s", what=words(undo.words)),
        "redo": redo and gettext("Do again: %(what)s", what=words(redo.words)),
        "undo_id": undo and undo.id,
        "redo_id": redo and redo.id,
    }


def wants_json() -> bool:
    """Whether a script asks, and not a form."""
    wanted = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return wanted == "application/json"


def json_sent() -> object:
    """Return what the request's JSON says, None if it is none. Invalid if it is nested deeper than anything is read."""
    try:
        return request.get_json(silent=True)
    except RecursionError as error:
        raise Invalid(say("The request could not be understood.")) from error


def sent(shape: type[Shape], *, empty: bool = False) -> Shape:
    """Return the request's JSON in this shape. Invalid otherwise.

    `empty`: nothing at all will do, and so will the numbers of a form.
    """
    given = json_sent()
    if given is None and empty and not request.is_json:
        given = {name: number_in(request.form, name) for name in shape.model_fields if request.form.get(name)}
    if not isinstance(given, dict):
        raise Invalid(say("The request could not be understood."))
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        raise invalid_from(error) from error


@contextmanager
def telling_present(coding_id: int) -> Iterator[None]:
    """Let a Conflict about the version of a coding tell how it stands now and who changed it."""
    try:
        yield
    except Conflict as error:
        if "version" in error.details:
            with session() as s:
                present = s.get_one(Coding, coding_id)
                root = s.get_one(Source, present.root_id)
                error.details["current"] = parts(s, caller(), root, [present.id], round_id=present.round_id)
                error.details["by"] = who_changed(s, present)
        raise
