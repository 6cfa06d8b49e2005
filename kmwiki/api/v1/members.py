"""The members of a project over the API; a member is named by e-mail address."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from kmwiki.accounts import queries, teams
from kmwiki.accounts.access import project_for
from kmwiki.accounts.fields import read_role
from kmwiki.accounts.schemas import MemberIn, MemberOut, RoleLabel
from kmwiki.api.v1.ground import Page, PageQuery, answers, bp, caller, page_of, read_offset, spec
from kmwiki.db import session, transaction
from kmwiki.errors import NotFound, say
from kmwiki.security.policy import Permission

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Membership, User


def shown(row: Membership, user: User) -> MemberOut:
    """Describe a membership."""
    return MemberOut(
        user_id=user.id,
        email=user.email,
        name=user.name,
        role=cast("RoleLabel", row.role),
        is_active=user.is_active,
        created=row.created,
    )


@bp.get("/projects/<slug>/members")
@spec.validate(query=PageQuery, resp=answers(Page[MemberOut], refusals=(401, 403, 404, 422)), tags=["members"])
def list_members(slug: str, query: PageQuery) -> Page[MemberOut]:
    """List a project's members, highest role first."""
    offset = read_offset(query.cursor)
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        rows = queries.members_of(opened, project.id)
    items = [shown(row, row.user) for row in rows[offset : offset + query.size]]
    return page_of(items, offset=offset, total=len(rows))


@bp.get("/projects/<slug>/members/<email>")
@spec.validate(resp=answers(MemberOut), tags=["members"])
def read_member(slug: str, email: str) -> MemberOut:
    """Return one member."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        user = queries.user_by_email(opened, email)
        row = None if user is None else queries.membership(opened, project.id, user.id)
    if user is None or row is None:
        raise NotFound(say("%(email)s is not a member of this project.", email=email))
    return shown(row, user)


@bp.put("/projects/<slug>/members/<email>")
@spec.validate(json=MemberIn, resp=answers(MemberOut, refusals=(401, 403, 404, 409, 422)), tags=["members"])
def set_member(slug: str, email: str, json: MemberIn) -> MemberOut:
    """Add somebody who has an account, or change their role. Owners may; the last owner stays one."""
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.MANAGE)
        user = _somebody(opened, email)
        row = teams.set_member(opened, caller(), project, user, read_role(json.role))
    return shown(row, user)


@bp.delete("/projects/<slug>/members/<email>")
@spec.validate(resp=answers(status=204, refusals=(401, 403, 404, 409)), tags=["members"])
def remove_member(slug: str, email: str) -> tuple[str, int]:
    """Take somebody out of the project; what they wrote stays. Owners may; the last owner stays."""
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.MANAGE)
        teams.remove_member(opened, caller(), project, _somebody(opened, email))
    return "", 204


def _somebody(opened: Session, email: str) -> User:
    user = queries.user_by_email(opened, email)
    if user is None:
        raise NotFound(
            say("There is no account for %(email)s. An admin adds people on the page of people.", email=email)
        )
    return user
