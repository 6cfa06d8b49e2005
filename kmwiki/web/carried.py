"""Telling who edited a text what the edit did to its codings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash

from kmwiki.api.v1.errors import words
from kmwiki.coding.carrying import outcome_of
from kmwiki.db import session

if TYPE_CHECKING:
    from kmwiki.sources.models import Revision


def tell_carried(saved: Revision) -> None:
    """Say so on the next page if codings of the text were changed or lost by the edit that made this revision."""
    with session() as s:
        message = outcome_of(s, saved.source_id, saved.no).message
    if message is not None:
        flash(words(message), "look")
