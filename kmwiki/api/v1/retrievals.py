"""Questions about passages that are kept under a name, through the API."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.ground import Page, PageQuery, answers, bp, caller, page_of, read_offset, spec
from kmwiki.db import session, transaction
from kmwiki.retrieval import saved
from kmwiki.security.policy import Permission
from kmwiki.shapes import Taken

if TYPE_CHECKING:
    from kmwiki.retrieval.models import SavedRetrieval

TAGS = ["passages"]
CHANGING = (401, 403, 404, 409, 422)
Values = str | list[str]


class RetrievalIn(Taken):
    """A question to be kept: `query` as the parameters of GET /projects/SLUG/passages, without cursor and size."""

    name: str
    query: dict[str, Values]
    shared: bool = False


class RetrievalPatch(Taken):
    """What changes of a question; what is left out stays."""

    name: str | None = None
    query: dict[str, Values] | None = None
    shared: bool | None = None


class RetrievalOut(BaseModel):
    """A kept question."""

    id: int
    name: str
    query: dict[str, list[str]]
    shared: bool
    is_own: bool
    changed: datetime
    url: str = Field(description="Asks it again")


def _meant(query: dict[str, Values]) -> dict[str, list[str]]:
    return {name: [value] if isinstance(value, str) else value for name, value in query.items()}


def _told(row: SavedRetrieval, slug: str) -> RetrievalOut:
    return RetrievalOut(
        id=row.id,
        name=row.name,
        query=row.query,
        shared=row.is_shared,
        is_own=row.owner_id == caller().user_id,
        changed=row.changed,
        url=f"/p/{slug}/passages/saved/{row.id}",
    )


@bp.get("/projects/<slug>/retrievals")
@spec.validate(resp=answers(Page[RetrievalOut], refusals=(401, 404, 422)), tags=TAGS)
def list_retrievals(slug: str, query: PageQuery) -> Page[RetrievalOut]:
    """List one's own and the shared questions of a project by name."""
    offset = read_offset(query.cursor)
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        rows, total = saved.retrievals_of(opened, caller(), project.id, offset=offset, size=query.size)
        return page_of([_told(each.row, slug) for each in rows], offset=offset, total=total)


@bp.post("/projects/<slug>/retrievals")
@spec.validate(resp=answers(RetrievalOut, status=201, refusals=CHANGING), tags=TAGS)
def save_retrieval(slug: str, json: RetrievalIn) -> tuple[RetrievalOut, int]:
    """Keep a question under a name."""
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        draft = saved.Draft(json.name, _meant(json.query), is_shared=json.shared)
        return _told(saved.save_retrieval(opened, caller(), project, draft), slug), HTTPStatus.CREATED


@bp.get("/projects/<slug>/retrievals/<int:row_id>")
@spec.validate(resp=answers(RetrievalOut, refusals=(401, 404)), tags=TAGS)
def read_retrieval(slug: str, row_id: int) -> RetrievalOut:
    """Read one question."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        return _told(saved.retrieval_for(opened, caller(), project, row_id), slug)


@bp.patch("/projects/<slug>/retrievals/<int:row_id>")
@spec.validate(resp=answers(RetrievalOut, refusals=CHANGING), tags=TAGS)
def change_retrieval(slug: str, row_id: int, json: RetrievalPatch) -> RetrievalOut:
    """Change name, conditions or sharing of a question of one's own."""
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        row = saved.retrieval_for(opened, caller(), project, row_id)
        draft = saved.Draft(
            row.name if json.name is None else json.name,
            row.query if json.query is None else _meant(json.query),
            is_shared=row.is_shared if json.shared is None else json.shared,
        )
        saved.change_retrieval(opened, caller(), row, draft)
        return _told(row, slug)


@bp.delete("/projects/<slug>/retrievals/<int:row_id>")
@spec.validate(resp=answers(status=204, refusals=(401, 403, 404)), tags=TAGS)
def remove_retrieval(slug: str, row_id: int) -> tuple[str, int]:
    """Remove a question; it can be brought back."""
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        saved.remove_retrieval(opened, caller(), saved.retrieval_for(opened, caller(), project, row_id))
    return "", HTTPStatus.NO_CONTENT


@bp.post("/projects/<slug>/retrievals/<int:row_id>/restore")
@spec.validate(resp=answers(RetrievalOut, refusals=(401, 403, 404, 409)), tags=TAGS)
def restore_retrieval(slug: str, row_id: int) -> RetrievalOut:
    """Bring a removed question back."""
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        row = saved.retrieval_for(opened, caller(), project, row_id, is_removed=True)
        saved.restore_retrieval(opened, caller(), row)
        return _told(row, slug)
