"""Codings through the API: on one source, across a project, one by one."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from pydantic import Field
from spectree import Response

from kmwiki.accounts.access import project_for
from kmwiki.accounts.models import Project
from kmwiki.api.v1.coding_actions import tell, telling_current
from kmwiki.api.v1.ground import Page, PageQuery, Problem, answers, bp, caller, read_last_id, spec, write_cursor
from kmwiki.coding import service
from kmwiki.coding.access import coded_source, coding_for
from kmwiki.coding.queries import CodingFilters, find_codings
from kmwiki.coding.schemas import CodingIn, CodingOut, CodingPatch, CodingsMade, State, Status
from kmwiki.coding.telling import tell_coding
from kmwiki.db import session, transaction
from kmwiki.entries.kinds import known_kind
from kmwiki.places.queries import choose
from kmwiki.security.policy import Permission
from kmwiki.sources.schemas import Id  # noqa: TC001 - pydantic reads it

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

TAGS = ["codings"]


class CodingQuery(PageQuery):
    """Which codings of a project to list, oldest first."""

    code: Id | None = Field(default=None, description="The id of a code.")
    below: bool = Field(default=False, description="Take the codes under `code` too.")
    province: str | None = Field(default=None, description="Code or name: 93, พัทลุง, Phatthalung.")
    kind: str | None = Field(default=None, description="Kind of the entry.")
    coder: str | None = Field(default=None, description="The coder's e-mail address, name or id.")
    state: State | None = None
    round: Id | None = Field(default=None, description="Those of this coding round; without it, those of no round.")
    status: Status = Field(default="accepted", description="`auto`: made by a batch and not accepted yet.")


@bp.get("/sources/<int:source_id>/codings")
@spec.validate(resp=answers(Page[CodingOut], refusals=(401, 404, 422)), tags=TAGS)
def list_source_codings(source_id: int, query: PageQuery) -> Page[CodingOut]:
    """List the codings of a text: an entry's source, or a comment's."""
    with session() as s:
        source = coded_source(s, caller(), source_id)
        return _page(s, source.project_id, CodingFilters(source_id=source.id, statuses=()), query)


@bp.post("/sources/<int:source_id>/codings")
@spec.validate(
    resp=Response(
        HTTP_200=CodingOut,
        HTTP_201=CodingOut,
        HTTP_401=Problem,
        HTTP_403=Problem,
        HTTP_404=Problem,
        HTTP_409=Problem,
        HTTP_422=Problem,
    ),
    tags=TAGS,
)
def add_coding(source_id: int, json: CodingIn) -> tuple[CodingOut, int]:
    """Put a passage under a code, or with `code_ids` under several: all of them or none.

    The same coding again is the one that stands: 200 instead of 201 if there is nothing new. Asked for several, the
    answer tells the first, all of them in `codings`, and the ids of the new ones in `new`.
    """
    with transaction() as s:
        source = coded_source(s, caller(), source_id, Permission.CODE)
        found = service.add_codings(s, caller(), source, json)
        told = [tell(s, coding.id) for coding, _ in found]
        new = [coding.id for coding, is_new in found if is_new]
        made = CodingsMade(**told[0].model_dump(), codings=told, new=new) if json.code_ids else told[0]
        return made, HTTPStatus.CREATED if new else HTTPStatus.OK


@bp.get("/codings/<int:coding_id>")
@spec.validate(resp=answers(CodingOut), tags=TAGS)
def read_coding(coding_id: int) -> CodingOut:
    """Read one coding."""
    with session() as s:
        coding, _ = coding_for(s, caller(), coding_id, Permission.READ)
        return tell(s, coding.id)


@bp.patch("/codings/<int:coding_id>")
@spec.validate(resp=answers(CodingOut, refusals=(401, 403, 404, 409, 422)), tags=TAGS)
def change_coding(coding_id: int, json: CodingPatch) -> CodingOut:
    """Change code, voice, memo or present place; the evidence stays.

    With the `version` that it was read with, 409 and the `current` coding if somebody else has changed it since.
    """
    with telling_current(coding_id), transaction() as s:
        coding, _ = coding_for(s, caller(), coding_id, Permission.CODE)
        service.change_coding(s, caller(), coding, json)
        return tell(s, coding.id)


@bp.delete("/codings/<int:coding_id>")
@spec.validate(resp=answers(status=204), tags=TAGS)
def remove_coding(coding_id: int) -> tuple[str, int]:
    """Take a coding away."""
    with transaction() as s:
        coding, _ = coding_for(s, caller(), coding_id, Permission.CODE)
        service.remove_coding(s, caller(), coding)
    return "", HTTPStatus.NO_CONTENT


@bp.post("/codings/<int:coding_id>/restore")
@spec.validate(resp=answers(CodingOut, refusals=(401, 403, 404, 409, 422)), tags=TAGS)
def restore_coding(coding_id: int) -> CodingOut:
    """Bring back a coding that was taken away."""
    with transaction() as s:
        coding, _ = coding_for(s, caller(), coding_id, Permission.CODE, with_removed=True)
        service.restore_coding(s, caller(), coding)
        return tell(s, coding.id)


@bp.get("/projects/<slug>/codings")
@spec.validate(resp=answers(Page[CodingOut], refusals=(401, 404, 422)), tags=TAGS)
def list_codings(slug: str, query: CodingQuery) -> Page[CodingOut]:
    """List the codings of a project that the caller may read."""
    with session() as s:
        project = project_for(s, caller(), slug, Permission.READ)
        filters = CodingFilters(
            code_id=query.code,
            below=query.below,
            province=choose(query.province, field="province").province_code if query.province else None,
            kind=None if query.kind is None else known_kind(query.kind),
            coder=query.coder,
            states=(query.state,) if query.state else (),
            statuses=(query.status,),
            round_id=query.round,
        )
        return _page(s, project.id, filters, query)


def _page(s: Session, project_id: int, filters: CodingFilters, query: PageQuery) -> Page[CodingOut]:
    """Return a page; the cursor holds the last id given, so that codings made meanwhile double nothing."""
    name = "codings" if filters.source_id is None else f"codings of {filters.source_id}"
    after = read_last_id(name, query.cursor)
    slug = s.get_one(Project, project_id).slug
    rows, total = find_codings(s, caller(), project_id, filters, after=after, size=query.size + 1)
    shown = rows[: query.size]
    more = write_cursor(name, shown[-1].coding.id) if len(rows) > len(shown) else None
    return Page[CodingOut](items=[tell_coding(row, slug) for row in shown], next=more, total=total)
