"""Verbs of codings: put a passage under a code, change that, take it away, bring it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import select

from kmwiki.coding.access import may_change
from kmwiki.coding.actions.noting import note, together
from kmwiki.coding.actions.stances import check_version, stances_of
from kmwiki.coding.batches.confirming import confirm
from kmwiki.coding.carrying import bring_to_head, place_by_hand
from kmwiki.coding.in_rounds import check_code, check_open, in_units, layer_for
from kmwiki.coding.models import Code, Coding
from kmwiki.coding.passages import check_passage
from kmwiki.coding.twins import Spot, made_by_same_request, standing_on
from kmwiki.db import now
from kmwiki.errors import Conflict, Forbidden, Invalid, NotFound, say
from kmwiki.events.service import record
from kmwiki.security.policy import Permission, can
from kmwiki.sources.models import Revision, Source

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.coding.models import Layer
    from kmwiki.coding.schemas import CodingIn, CodingPatch
    from kmwiki.security.policy import Caller


def add_coding(session: Session, caller: Caller, source: Source, data: CodingIn) -> tuple[Coding, bool]:
    """Put a passage of a readable source under a code, in the caller's own layer. Return the coding, and if it is new.

    The same passage under the same code again is the row that stands there now; one that an edit had changed is settled
    by it. Invalid for a passage that the revision's text does not have, or for a revision whose text is no longer the
    head's; NotFound for a code of another project, Conflict for one that is out of use.
    """
    return add_codings(session, caller, source, data)[0]


def add_codings(session: Session, caller: Caller, source: Source, data: CodingIn) -> list[tuple[Coding, bool]]:
    """Put a passage under every code of `data`, all or none, as one action. As `add_coding`, one for each code."""
    if caller.user_id is None or not can(caller, Permission.CODE, source.project_id):
        raise Forbidden(say("Your role in this project does not let you code. Ask an owner of the project."))
    codes = [usable_code(session, source.project_id, code_id) for code_id in data.codes]
    layer = layer_for(session, caller, source, data.round_id)
    for code in codes:
        check_code(session, layer.round_id, code)
    with together(session, caller):
        return [_add(session, caller, source, data, (code, layer)) for code in codes]


def _add(
    session: Session, caller: Caller, source: Source, data: CodingIn, under: tuple[Code, Layer]
) -> tuple[Coding, bool]:
    code, layer = under
    number = source.head_no if data.revision is None else data.revision
    made = Coding(
        guid=str(uuid4()),
        project_id=source.project_id,
        source_id=source.id,
        root_id=source.root_id or source.id,
        code_id=code.id,
        layer_id=layer.id,
        coder_id=caller.user_id,
        round_id=layer.round_id,
        voice=data.voice,
        memo=data.memo.strip(),
        ev_revision=number,
        ev_start=data.start,
        ev_end=data.end,
        ev_quote=data.quote,
        start=data.start,
        end=data.end,
    )
    twin = _twin_of(session, caller, source, made)
    if twin is not None:
        return twin, False
    session.add(made)
    session.flush()
    _record(session, caller, "coding.added", made, code=code.id, revision=number, start=made.start, end=made.end)
    note(session, caller, "coding.added", [made], is_fresh=True)
    return made, True


def change_coding(session: Session, caller: Caller, coding: Coding, data: CodingPatch) -> Coding:
    """Change code, voice, memo or present place of a coding; what is not given stays, and the evidence always does.

    Conflict if the coder has the passage under that code already; Invalid for a place that the text does not have.
    """
    _check_right(session, caller, coding)
    given = data.model_fields_set
    check_version(coding, data.version, is_moved=bool(given & {"start", "end", "quote"}))
    stood = stances_of(session, [coding])
    before = _told(coding)
    _recode_and_move(session, caller, coding, data)
    if "voice" in given:
        coding.voice = data.voice
    if data.memo is not None:
        coding.memo = data.memo.strip()
    session.flush()
    after = _told(coding)
    if after != before:
        confirm(session, caller, coding)  # who changes what a batch has made has looked at it
        changed = {
            name: [before[name], after[name]] for name in after if after[name] != before[name] and name != "memo"
        }
        _record(
            session, caller, "coding.changed", coding, changed=changed, memo_changed=after["memo"] != before["memo"]
        )
        note(session, caller, "coding.changed", [coding], stood)
    return coding


def _told(coding: Coding) -> dict[str, Any]:
    """Return what a change of a coding is told by."""
    return {
        "code": coding.code_id,
        "voice": coding.voice,
        "memo": coding.memo,
        "start": coding.start,
        "end": coding.end,
        "state": coding.state,
    }


def remove_coding(session: Session, caller: Caller, coding: Coding, *, reason: str = "") -> Coding:
    """Take a coding away; the row stays, so that it can be brought back."""
    _check_right(session, caller, coding)
    if coding.deleted is None:
        stood = stances_of(session, [coding])
        coding.deleted = now()
        session.flush()
        _record(session, caller, "coding.removed", coding, code=coding.code_id, reason=reason)
        note(session, caller, "coding.removed", [coding], stood)
    return coding


def restore_coding(session: Session, caller: Caller, coding: Coding) -> Coding:
    """Bring a removed coding back, placed in the text as it is now.

    Conflict if its code is out of use or the coder has the passage under it again.
    """
    _check_right(session, caller, coding)
    if coding.deleted is None:
        return coding
    usable_code(session, coding.project_id, coding.code_id)
    stood = stances_of(session, [coding])
    bring_to_head(session, coding)
    if standing_on(session, coding, (coding.start, coding.end)) is not None:
        raise Conflict(say("The passage has been coded so again, so there is nothing to bring back."))
    coding.deleted = None
    session.flush()
    _record(session, caller, "coding.restored", coding, code=coding.code_id)
    note(session, caller, "coding.restored", [coding], stood)
    return coding


def accept_coding(session: Session, caller: Caller, coding: Coding) -> Coding:
    """Say that a changed coding stands rightly on the words where it is now, or that one of a batch is to count.

    Conflict for a lost one, and if the coder has a sure one with the same code on these words.
    """
    _check_right(session, caller, coding)
    if coding.state == "lost" or coding.start is None or coding.end is None:
        raise Conflict(
            say("The words of this coding are no longer in the text. Point at other words, or take the coding away.")
        )
    stood = stances_of(session, [coding])
    if coding.state == "changed":
        _check_free(session, coding, coding.code_id, (coding.start, coding.end))
        place_by_hand(session, caller, coding, coding.start, coding.end)
        confirm(session, caller, coding)
        _record(session, caller, "coding.accepted", coding, start=coding.start, end=coding.end)
        note(session, caller, "coding.accepted", [coding], stood)
    elif confirm(session, caller, coding):
        _record(session, caller, "coding.confirmed", coding)
        note(session, caller, "coding.confirmed", [coding], stood)
    return coding


def usable_code(session: Session, project_id: int, code_id: int) -> Code:
    """Return a code that passages can be put under.

    NotFound if the project has none such, Conflict if it is out of use, Invalid if it is a heading.
    """
    code = session.get(Code, code_id)
    if code is None or code.project_id != project_id:
        raise NotFound(say("There is no code %(code)s here.", code=code_id))
    if code.state == "merged":
        into = session.get(Code, code.merged_into) if code.merged_into else None
        name = into.name_th if into else ""
        raise Conflict(
            say("“%(name)s” has been merged into “%(into)s”. Use that one.", name=code.name_th, into=name),
            {"merged_into": code.merged_into},
        )
    if code.state != "live":
        raise Conflict(say("“%(name)s” is retired. Choose another code.", name=code.name_th))
    if not code.is_codable:
        raise Invalid.one(
            "code_id", say("“%(name)s” only gathers other codes. Choose one that stands under it.", name=code.name_th)
        )
    return code


def text_to_code(session: Session, source: Source, number: int) -> str:
    """Return the reading text in which passages may be pointed at: the head's, or one that reads the same.

    Invalid names both revisions otherwise: what stood at these offsets may stand elsewhere by now.
    """
    if not 1 <= number <= source.head_no:
        raise Invalid.one(
            "revision",
            say(
                "This text has no revision %(given)s; its newest is revision %(head)s.",
                given=number,
                head=source.head_no,
            ),
        )
    if number != source.head_no and not _reads_as_head(session, source, number):
        raise Invalid.one(
            "revision",
            say(
                "The passage is of revision %(given)s, but the text is at revision %(head)s now. "
                "Read it again and select the passage there.",
                given=number,
                head=source.head_no,
            ),
        )
    at_head = Revision.source_id == source.id, Revision.no == source.head_no
    return session.scalars(select(Revision.reading_text).where(*at_head)).one()


def _reads_as_head(session: Session, source: Source, number: int) -> bool:
    both = Revision.source_id == source.id, Revision.no.in_((number, source.head_no))
    return len(set(session.scalars(select(Revision.sha256).where(*both)))) == 1


def _twin_of(session: Session, caller: Caller, source: Source, made: Coding) -> Coding | None:
    """Return the coding that `made` would repeat, after its passage was checked.

    In the text as it is, that is the one which stands on these words. An older text is not coded any more: there, it is
    the one that this very request has made, sent once more.
    """
    number = made.ev_revision
    if 1 <= number < source.head_no and not _reads_as_head(session, source, number):
        twin = made_by_same_request(session, made)
        if twin is not None:
            return twin
    text = text_to_code(session, source, number)
    check_passage(text, made.ev_start, made.ev_end, made.ev_quote)
    made.ev_start, made.ev_end = in_units(session, made.round_id, text, (made.ev_start, made.ev_end))
    made.start, made.end, made.ev_quote = made.ev_start, made.ev_end, text[made.ev_start : made.ev_end]
    twin = standing_on(session, made, (made.start, made.end))
    return None if twin is None else accept_coding(session, caller, twin)


def _recode_and_move(session: Session, caller: Caller, coding: Coding, data: CodingPatch) -> None:
    """Give a coding the code and place that were asked for. Conflict if the coder has these words under that code."""
    code_id, spot = coding.code_id, (coding.start, coding.end)
    if data.code_id is not None and data.code_id != code_id:
        code = usable_code(session, coding.project_id, data.code_id)
        check_code(session, coding.round_id, code)
        code_id = code.id
    is_placed = bool(data.model_fields_set & {"start", "end", "quote"})
    if is_placed:
        spot = _spot_in(session, coding, data)
    if is_placed or code_id != coding.code_id:
        _check_free(session, coding, code_id, spot)
    coding.code_id = code_id
    is_there = spot == (coding.start, coding.end) and coding.state == "placed"
    if is_placed and not is_there and spot[0] is not None and spot[1] is not None:
        place_by_hand(session, caller, coding, spot[0], spot[1])


def _spot_in(session: Session, coding: Coding, data: CodingPatch) -> Spot:
    if data.start is None or data.end is None or data.quote is None:
        raise Invalid.one("quote", say("To move a coding, send start, end and quote together."))
    source = session.get_one(Source, coding.source_id)
    text = text_to_code(session, source, source.head_no if data.revision is None else data.revision)
    check_passage(text, data.start, data.end, data.quote)
    return in_units(session, coding.round_id, text, (data.start, data.end))


def _check_free(session: Session, coding: Coding, code_id: int, spot: Spot) -> None:
    """Raise Conflict if another coding stands there. Of two that an edit laid on the same words, one can be kept."""
    twin = standing_on(session, coding, spot, code_id=code_id)
    is_there = code_id == coding.code_id and spot == (coding.start, coding.end)
    if twin is None or (is_there and twin.state != "placed"):
        return
    name = session.get_one(Code, code_id).name_th
    raise Conflict(say("The passage is under “%(name)s” already.", name=name), {"coding_id": twin.id})


def _check_right(session: Session, caller: Caller, coding: Coding) -> None:
    check_open(session, coding)
    if not may_change(caller, coding):
        raise Forbidden(say("This coding is another person's. Only its coder or a supervisor may change it."))


def _record(session: Session, caller: Caller, verb: str, coding: Coding, **data: Any) -> None:
    if coding.round_id is not None:
        data["round"] = coding.round_id
    record(session, caller, verb, project_id=coding.project_id, source_id=coding.source_id, coding=coding.id, **data)
