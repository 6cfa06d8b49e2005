"""Verbs of the codebook: make, edit, move and retire a code, bring it back. Each is a version with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from kmwiki.coding.codebook.colours import choose
from kmwiki.coding.codebook.tree import (
    add_to_tree,
    check_free,
    check_move,
    live_codes,
    next_position,
    parent_of,
    rebuild_below,
    siblings_of,
)
from kmwiki.coding.codebook.versions import Extra, check_base, note_change, snapshot
from kmwiki.coding.models import Code
from kmwiki.errors import Conflict, Forbidden, Invalid, NotFound, say
from kmwiki.security.policy import Permission, can
from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.coding.schemas import CodeIn, CodePatch
    from kmwiki.security.policy import Caller

TEXTS = ("name_en", "definition", "include", "exclude", "example")


def create_code(session: Session, caller: Caller, project: Project, data: CodeIn) -> Code:
    """Make a code. Invalid without a Thai name; Conflict if the place holds one of that name."""
    may_edit(caller, project.id)
    code = add_code(session, project.id, data)
    note_change(session, caller, "code.created", [code], reason=data.reason)
    return code


def add_code(session: Session, project_id: int, data: CodeIn) -> Code:
    """Add the row of a code, its colour chosen, without writing a version; the caller does that for all it adds."""
    parent = parent_of(session, project_id, data.parent_id)
    color, pattern = _pair_for(session, project_id, data)
    code = Code(
        project_id=project_id,
        guid=str(uuid4()),
        parent_id=parent.id if parent else None,
        position=next_position(session, project_id, data.parent_id),
        name_th=_name(data.name_th),
        color=color,
        pattern=pattern,
        is_codable=data.is_codable,
        aliases=clean_aliases(data.aliases),
        **{name: getattr(data, name).strip() for name in TEXTS},
    )
    check_free(session, code)
    session.add(code)
    session.flush()
    add_to_tree(session, code)
    session.flush()
    return code


def edit_code(session: Session, caller: Caller, code: Code, data: CodePatch, *, base_no: int | None = None) -> Code:
    """Change what is given of a code; a `parent_id` that was sent moves it. A former name stays as an alias.

    Conflict if `base_no` is given and is not the code's newest version, or if the code is no longer live.
    """
    may_edit(caller, code.project_id)
    _check_live(code)
    check_base(session, code, base_no)
    given, before = data.model_fields_set, snapshot(code)
    if "name_th" in given and data.name_th is not None:
        _rename(code, data.name_th)
    for name in TEXTS:
        if name in given and getattr(data, name) is not None:
            setattr(code, name, getattr(data, name).strip())
    for name in ("color", "pattern", "is_codable"):
        if name in given and getattr(data, name) is not None:
            setattr(code, name, getattr(data, name))
    if "aliases" in given and data.aliases is not None:
        code.aliases = clean_aliases(data.aliases, but=code.name_th)
    if "parent_id" in given and data.parent_id != code.parent_id:
        _put_under(session, code, data.parent_id)
    check_free(session, code)
    if snapshot(code) != before:
        note_change(session, caller, "code.edited", [code], reason=data.reason)
    return code


def move_code(
    session: Session,
    caller: Caller,
    code: Code,
    *,
    parent_id: int | None,
    position: int | None = None,
    reason: str = "",
) -> Code:
    """Put a code under another parent, or to another place (counted from 0) among its siblings; None is the end."""
    may_edit(caller, code.project_id)
    _check_live(code)
    moved: dict[int, Code] = {}
    if parent_id != code.parent_id:
        _put_under(session, code, parent_id)
        check_free(session, code)
        moved[code.id] = code
    if position is not None:
        row = [item for item in siblings_of(session, code.project_id, parent_id) if item.id != code.id]
        row.insert(max(position, 0), code)
        for place, item in enumerate(row):
            if item.position != place:
                item.position = place
                moved[item.id] = item
    if moved:  # its neighbours are touched only by being counted anew, so the history names the code alone
        touched, about = {code.id: code, **moved}.values(), Extra(kept={"about": code.id})
        note_change(session, caller, "code.moved", touched, reason=reason, extra=about)
    return code


def retire_code(session: Session, caller: Caller, code: Code, *, reason: str = "") -> Code:
    """Take a code out of use; its codings stay as they are. Conflict while live codes stand under it."""
    may_edit(caller, code.project_id)
    _check_live(code)
    below = siblings_of(session, code.project_id, code.id)
    if below:
        raise Conflict(
            say(
                "%(count)s codes stand under “%(name)s”. Move or retire them first.",
                count=len(below),
                name=code.name_th,
            ),
            {"codes": [item.id for item in below]},
        )
    code.state = "retired"
    note_change(session, caller, "code.retired", [code], reason=reason)
    return code


def revive_code(session: Session, caller: Caller, code: Code, *, reason: str = "") -> Code:
    """Take a retired code into use again, at the top if its parent is gone. Conflict if it is not retired."""
    may_edit(caller, code.project_id)
    if code.state != "retired":
        raise Conflict(say("“%(name)s” is not retired.", name=code.name_th))
    parent = session.get(Code, code.parent_id) if code.parent_id else None
    if parent is not None and parent.state != "live":
        code.parent_id = None
        rebuild_below(session, code)
    check_free(session, code)
    code.state = "live"
    note_change(session, caller, "code.revived", [code], reason=reason)
    return code


def clean_aliases(aliases: Iterable[str], *, but: str = "") -> list[str]:
    """Return the aliases trimmed, without empty ones, ones that fold alike, and `but`."""
    kept = {fold(alias.strip()): alias.strip() for alias in reversed(list(aliases)) if alias.strip()}
    kept.pop(fold(but), None)
    return list(reversed(kept.values()))


def _rename(code: Code, name: str) -> None:
    wanted = _name(name)
    if fold(wanted) != fold(code.name_th):
        code.aliases = clean_aliases([*code.aliases, code.name_th], but=wanted)
    code.name_th = wanted


def _put_under(session: Session, code: Code, parent_id: int | None) -> None:
    parent = parent_of(session, code.project_id, parent_id)
    check_move(session, code, parent)
    code.position = next_position(session, code.project_id, parent_id)
    code.parent_id = parent_id
    rebuild_below(session, code)


def _pair_for(session: Session, project_id: int, data: CodeIn) -> tuple[int, int]:
    if data.color and data.pattern:
        return data.color, data.pattern
    codes = live_codes(session, project_id)
    siblings = [(item.color, item.pattern) for item in codes if item.parent_id == data.parent_id]
    color, pattern = choose(siblings, [(item.color, item.pattern) for item in codes], hue=data.color)
    return color, data.pattern or pattern


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise Invalid.one("name_th", say("Give the code a Thai name."))
    return name


def _check_live(code: Code) -> None:
    if code.state != "live":
        raise Conflict(
            say("“%(name)s” is no longer in use, so it cannot be changed.", name=code.name_th),
            {"merged_into": code.merged_into},
        )


def may_edit(caller: Caller, project_id: int) -> None:
    """Refuse who may not change a codebook. NotFound for who may not read the project, Forbidden for the others."""
    if not can(caller, Permission.READ, project_id):
        raise NotFound(say("There is no such project here."))
    if not can(caller, Permission.EDIT_CODEBOOK, project_id):
        raise Forbidden(
            say("Your role in this project does not let you change the codebook. Ask an owner of the project.")
        )
