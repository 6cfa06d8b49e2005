"""What the review of an imported note shows: the file with its evidence, the fields, the comments and their cuts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask_babel import gettext

from kmwiki.accounts.models import Project
from kmwiki.entries.events import choice_of, readings_of
from kmwiki.entries.kinds import KINDS
from kmwiki.entries.schemas import Origin
from kmwiki.errors import N_
from kmwiki.exchange.reviewing.board import Board, evidence_of, load_board, original_of
from kmwiki.exchange.reviewing.evidence import (
    MOST_LINES,
    find_all_dates,
    find_all_personal,
    find_all_places,
    lines_in,
    mark,
)
from kmwiki.exchange.reviewing.fields import FIELDS, IN_ORIGIN, LABELS, how_of, states, told_of
from kmwiki.exchange.reviewing.mending import token_of
from kmwiki.exchange.reviewing.proposing import Proposal, known_names, propose
from kmwiki.exchange.reviewing.recutting import last_cut
from kmwiki.sources.queries import names_of, revision
from kmwiki.sources.veil import cleared_forms
from kmwiki.text import dates
from kmwiki.text.clusters import clip
from kmwiki.web.context import settings
from kmwiki.web.entry_form import place_offers
from kmwiki.web.entry_typed import typed_of
from kmwiki.web.forms import Blanks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.entries.models import Entry
    from kmwiki.exchange.reviewing.board import Segment
    from kmwiki.exchange.reviewing.evidence import DateFound, PlaceFound
    from kmwiki.web.entry_typed import Typed

HOW_WORDS = {"text": N_("From the text"), "guess": N_("Guessed"), "person": N_("Set by a person"), "": N_("Not stated")}
HUES = {name: number % 12 + 1 for number, name in enumerate(LABELS)}
_SURE, _LIKELY = 0.9, 0.6
_EXCERPT = 90


@dataclass(frozen=True, slots=True)
class DrawnPiece:
    """A comment as the page shows it: where it starts, who wrote it, how sure its cuts are, and what locks it."""

    number: int
    start: int
    end: int
    author: str
    proposal: Proposal
    segment: Segment | None
    edited_by: str = ""


def sure_words(sure: float | None) -> str:
    """Say in a word how sure something is."""
    if sure is None:
        return str(gettext("Not stated"))
    if sure >= _SURE:
        return str(gettext("Sure"))
    return str(gettext("Likely") if sure >= _LIKELY else gettext("Uncertain"))


def sure_tone(sure: float | None) -> str:
    """Return the colour of a badge for how sure something is."""
    if sure is None:
        return ""
    if sure >= _SURE:
        return "ok"
    return "info" if sure >= _LIKELY else "warn"


def page_words(origin: Origin) -> dict[str, str]:
    """Return what a page says of itself as it stands in the form."""
    found = {}
    for name in IN_ORIGIN:
        value = getattr(origin, name)
        if name in {"written", "edited"} and value is not None:
            at = value.astimezone(dates.BANGKOK)
            value = f"{dates.show(at.date(), 'th', style='short')} {at:%H.%M} น."
        found[name] = "" if value is None else str(value)
    return found


def shown_page(
    opened: Session,
    entry: Entry,
    *,
    typed: Typed | None = None,
    page: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    cuts: tuple[Sequence[int], Sequence[str]] | None = None,
    message: str = "",
) -> dict[str, Any]:
    """Gather the page; what was typed stands in it again where it could not be taken."""
    board = load_board(opened, settings().originals_dir, entry)
    current = typed_of(entry.source, revision(opened, entry.source))
    kept = original_of(opened, settings().originals_dir, entry)
    project = opened.get_one(Project, entry.project_id)
    lines = evidence_of(settings(), project.slug, *kept) if kept else []
    found_dates, found_places = find_all_dates(lines), find_all_places(lines)
    told = {**told_of(entry.provenance), **_comments_span(board), **_guessed_from(entry, found_dates, found_places)}
    return {
        **_drawn_note(opened, project, entry, board, told),
        **_drawn_form(entry, typed, current, page=page, errors=errors, message=message),
        "lines": mark(lines, told),
        "more_lines": max(0, len(lines) - MOST_LINES),
        "original": kept[0] if kept else None,
        "dates": found_dates,
        "places_found": [one for one in found_places if not _is_set(one.places, entry)],
        "personal": find_all_personal(lines, cleared_forms(opened, entry.project_id)),
        **_drawn_board(opened, entry, board, cuts),
    }


def _drawn_note(
    opened: Session, project: Project, entry: Entry, board: Board, told: Mapping[str, Any]
) -> dict[str, Any]:
    """Gather what is told of the note and of who looked it over."""
    looked_by = board.review.looked_by or 0
    return {
        "project": project,
        "entry": entry,
        "review": board.review,
        "looked_by": names_of(opened, [looked_by]).get(looked_by, ""),
        "fields": states(entry, board.review, told),
        "names": FIELDS,
        "labels": LABELS,
        "hues": HUES,
        "how_words": HOW_WORDS,
        "kinds": KINDS,
        "may_undo_cut": last_cut(opened, entry) is not None,
    }


def _drawn_form(
    entry: Entry,
    typed: Typed | None,
    current: Typed,
    *,
    page: Mapping[str, str] | None,
    errors: Mapping[str, str] | None,
    message: str,
) -> dict[str, Any]:
    """Gather the form: what was typed, else what stands there, and what is wrong with it."""
    mine, now, faults = typed or current, page_words(Origin(**entry.origin)), Blanks(errors or {})
    return {
        "typed": mine,
        "current": current,
        "page": page or now,
        "page_now": now,
        "token": token_of(entry),
        "errors": faults,
        "message": message,
        "echoes": readings_of(mine.event_date),
        "choice_of": choice_of,
        "readings_of": readings_of,
        "place_offers": place_offers(mine) if "places" in faults else {},
    }


def _guessed_from(entry: Entry, found: Sequence[DateFound], places: Sequence[PlaceFound]) -> dict[str, Any]:
    """Say which line a guessed date or place was read from, where the import did not write it down."""
    lines: dict[str, int] = {}
    there = {each.place_code for each in entry.places}
    for one in found:
        if one.written == entry.event_written:
            lines.setdefault("event_date", one.line)
    for place in places:
        if any(each.code in there or each.code[:2] in there for each in place.places):
            lines.setdefault("places", place.line)
    return {
        name: {"from": "guess", "lines": [line, line]}
        for name, line in lines.items()
        if how_of(entry.provenance.get(name)) == "guess" and lines_in(entry.provenance.get(name)) is None
    }


def _is_set(places: Sequence[Any], entry: Entry) -> bool:
    there = {each.place_code for each in entry.places}
    return len(places) == 1 and places[0].code in there


def _comments_span(board: Board) -> dict[str, Any]:
    """Say where the comments stand in the file, also where the provenance does not."""
    numbers = board.region.number_span(0, len(board.region.lines))
    return {"comments": {"from": "guess", "lines": list(numbers)}} if numbers else {}


def _drawn_board(
    opened: Session, entry: Entry, board: Board, cuts: tuple[Sequence[int], Sequence[str]] | None
) -> dict[str, Any]:
    starts, authors = cuts or (board.starts, [one.comment.author_name for one in board.segments])
    editors = names_of(opened, {one.text.head.author_id for one in board.segments if one.text.head.author_id})
    by_span = {(one.start, one.end): one for one in board.segments}
    bodies = board.region.bodies(starts)
    pieces = []
    for number, ((left, right), author) in enumerate(zip(board.region.spans(starts), authors, strict=True)):
        segment = by_span.get((left, right))
        edited_by = editors.get(segment.text.head.author_id or 0, "") if segment is not None else ""
        pieces.append(DrawnPiece(number + 1, left, right, author, propose(bodies[number]), segment, edited_by))
    return {
        "board": board,
        "board_token": board.token,
        "pieces": {piece.start: piece for piece in pieces},
        "piece_list": pieces,
        "bodies": bodies,
        "locked_inside": _locked_inside(board),
        "known": known_names(opened, entry, board),
        "is_typed": cuts is not None,
    }


def _locked_inside(board: Board) -> set[int]:
    """Return the lines before which no cut may be made or taken without a word: those of locked comments."""
    return {at for one in board.segments if one.lock for at in range(one.start, one.end + 1)}


def excerpt(text: str) -> str:
    """Return the first words of a comment."""
    return clip(" ".join(text.split()), _EXCERPT)
