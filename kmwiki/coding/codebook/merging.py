"""Merging one code into another: codings, codes below and names go over, and the event keeps what undo needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.coding.codebook.codes import clean_aliases
from kmwiki.coding.codebook.going_over import send_over
from kmwiki.coding.codebook.groups import groups_with, set_members
from kmwiki.coding.codebook.tree import next_position, rebuild_below, siblings_of
from kmwiki.coding.codebook.versions import Extra, members_of, note_change
from kmwiki.coding.models import Code, CodeAncestor, Coding
from kmwiki.errors import Conflict, Forbidden, Invalid, NotFound, say
from kmwiki.security.policy import Permission, can

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.coding.codebook.models import CodeGroup
    from kmwiki.security.policy import Caller


def merge_codes(session: Session, caller: Caller, code: Code, into: Code, *, reason: str = "") -> Code:
    """Let `into` take over all of `code`: codings, codes below it, names as aliases. Return `into`.

    A passage that one coder has under both now keeps one coding, with both memos. Invalid for a code and itself,
    Conflict if one of them is no longer live or `into` stands below `code`; NotFound if they are of different projects.
    """
    _check(session, caller, code, into)
    children = siblings_of(session, code.project_id, code.id)
    for child in children:
        child.position = next_position(session, code.project_id, into.id)
        child.parent_id = into.id
        rebuild_below(session, child)
    live = select(Coding).where(Coding.code_id == code.id, Coding.deleted.is_(None)).order_by(Coding.id)
    over = send_over(session, session.scalars(live), into.id)
    names = (name for name in (code.name_th, code.name_en, *code.aliases) if name)
    into.aliases = [
        alias for alias in clean_aliases([*into.aliases, *names], but=into.name_th) if alias != into.name_en
    ]
    into.example_codings = list(dict.fromkeys([*into.example_codings, *code.example_codings]))
    code.state, code.merged_into = "merged", into.id
    groups = _hand_over_groups(session, code, into)
    note_change(
        session,
        caller,
        "code.merged",
        [into, code, *children],
        reason=reason,
        extra=Extra(groups, over.as_kept()),
        merged=code.id,
        into=into.id,
        codings=[row[0] for row in over.moved],
        doubled=[row[0] for row in over.gone],
    )
    return into


def _hand_over_groups(session: Session, code: Code, into: Code) -> list[CodeGroup]:
    """Let `into` stand in the groups of `code`, and return these."""
    groups = groups_with(session, code.project_id, [code.id])
    inside = members_of(session, [group.id for group in groups])
    for group in groups:
        set_members(session, group, (inside[group.id] | {into.id}) - {code.id})
    return groups


def _check(session: Session, caller: Caller, code: Code, into: Code) -> None:
    if into.project_id != code.project_id or not can(caller, Permission.READ, code.project_id):
        raise NotFound(say("There is no code %(code)s here.", code=into.id))
    if not can(caller, Permission.EDIT_CODEBOOK, code.project_id):
        raise Forbidden(
            say("Your role in this project does not let you change the codebook. Ask an owner of the project.")
        )
    if code.id == into.id:
        raise Invalid.one("into", say("A code cannot be merged into itself."))
    for item in (code, into):
        if item.state != "live":
            raise Conflict(say("“%(name)s” is no longer in use, so it cannot be merged.", name=item.name_th))
    if code.is_codable and not into.is_codable:  # used or not: the answer must not tell of codings in unread texts
        raise Conflict(say("“%(name)s” only gathers other codes, so passages cannot go over to it.", name=into.name_th))
    if session.get(CodeAncestor, (code.id, into.id)) is not None:
        raise Conflict(
            say(
                "“%(into)s” stands under “%(name)s”. Move it out first, then merge.",
                into=into.name_th,
                name=code.name_th,
            )
        )
