"""The door of the place picker: places for what is being typed, each with the places it lies in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, jsonify, request

from kmwiki.places.queries import find_place
from kmwiki.web.context import signed_in
from kmwiki.web.drawing import locale_code
from kmwiki.web.entry_typed import place_words

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("places", __name__)

SHOWN = 8


@bp.get("/places")
@signed_in
def find() -> ResponseReturnValue:
    """Give places as `{"items".

    [{"words", "name", "parent"}]}`: the words go into the field, name and parent are shown.
    """
    locale = locale_code()
    found = find_place(request.args.get("q", "")[:200].replace("\x00", ""), limit=SHOWN)
    return jsonify(
        {
            "items": [
                {
                    "words": place_words(each.code),
                    "name": each.name(locale),
                    "parent": (each.parent_en if locale == "en" else each.parent) or "",
                }
                for each in found
            ]
        }
    )
