"""Saved searches and what they have found anew, through the API."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response  # noqa: TC002 - spectree reads the annotations
from pydantic import BaseModel, Field

from kmwiki.accounts.access import project_for, require_signed_in
from kmwiki.accounts.models import Project
from kmwiki.api.v1.ground import Page, PageQuery, answers, bp, caller, page_of, read_offset, spec
from kmwiki.api.v1.search import refuse
from kmwiki.db import session, transaction
from kmwiki.notifications import notices
from kmwiki.search import saved, saved_queries
from kmwiki.search.query import QueryError
from kmwiki.search.schemas import SnippetOut
from kmwiki.security.policy import Permission
from kmwiki.shapes import Taken

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.notifications.notices import Told
    from kmwiki.search.saved_queries import Kept

TAGS = ["saved searches"]
CHANGING = (400, 401, 403, 404, 409, 422)
Values = str | list[str]


class AlertsIn(Taken):
    """How one hears of new texts."""

    in_app: bool = Field(default=True, description="By the bell, and in GET /me/notices")
    mail: str = Field(default="off", description="off, at_once (gathered every 15 minutes), daily or weekly")

    def meant(self) -> saved.Follow:
        """Return it as the domain knows it."""
        return saved.Follow(self.in_app, self.mail)


class SavedIn(Taken):
    """A search to be kept: `query` as the parameters of GET /projects/SLUG/search, without page and size."""

    name: str
    query: dict[str, Values]
    shared: bool = False
    alerts: AlertsIn = AlertsIn()


class SavedPatch(Taken):
    """What changes of a search; what is left out stays."""

    name: str | None = None
    query: dict[str, Values] | None = None
    shared: bool | None = None


class AlertsOut(BaseModel):
    """How the caller hears of new texts of a search."""

    in_app: bool
    mail: str
    has_feed: bool
    problem: str = Field(description="Why nothing new is found any more, if so")


class SavedOut(BaseModel):
    """A saved search. `total` and `new` only where one search is read: texts found now, and since last looked."""

    id: int
    name: str
    query: dict[str, list[str]]
    shared: bool
    owner: str
    is_own: bool
    changed: datetime
    alerts: AlertsOut | None
    understood: str = ""
    total: int | None = None
    new: int = 0
    url: str


class NoticeOut(BaseModel):
    """A new text or code of a saved search; without either, that the search cannot be read any more."""

    id: int
    search: int
    search_name: str
    project: str
    source: int | None
    code: int | None = None
    title: str
    url: str = Field(description="Opens the text at the passage, or the code")
    snippets: list[SnippetOut] = []
    created: datetime
    read: datetime | None


class NoticesIn(Taken):
    """Which notices are read: those of one search, or all."""

    search: int | None = None


class ReadOut(BaseModel):
    """How many notices were unread."""

    read: int


def as_query(given: dict[str, Values]) -> dict[str, list[str]]:
    """Return a query as an address has it."""
    return {name: [value] if isinstance(value, str) else value for name, value in given.items()}


def tell_search(project: Project, kept: Kept, state: saved_queries.State | None = None, new: int = 0) -> SavedOut:
    """Tell a saved search."""
    row, watch = kept.search, kept.watch
    alerts = watch and AlertsOut(
        in_app=watch.in_app, mail=watch.mail, has_feed=watch.feed_hash is not None, problem=watch.problem
    )
    return SavedOut(
        id=row.id,
        name=row.name,
        query=row.query,
        shared=row.is_shared,
        owner=kept.owner,
        is_own=kept.is_own,
        changed=row.changed,
        alerts=alerts,
        understood=state.understood if state else "",
        total=state.total if state else None,
        new=new,
        url=f"/p/{project.slug}/searches/{row.id}",
    )


def tell_one(opened: Session, search_id: int) -> SavedOut:
    """Tell one search with what it finds now. NotFound."""
    kept = saved_queries.kept_search(opened, caller(), search_id)
    project = opened.get_one(Project, kept.search.project_id)
    new = notices.count_new(opened, caller(), [search_id]).get(search_id, 0)
    return tell_search(project, kept, saved_queries.state_of(opened, caller(), project, kept.search), new)


@bp.get("/projects/<slug>/searches")
@spec.validate(resp=answers(Page[SavedOut], refusals=(401, 404, 422)), tags=TAGS)
def list_searches(slug: str, query: PageQuery) -> Page[SavedOut]:
    """List one's own and the shared searches of a project by name."""
    offset = read_offset(query.cursor)
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        rows, total = saved_queries.searches_of(opened, caller(), project.id, offset=offset, size=query.size)
        new = notices.count_new(opened, caller(), [one.search.id for one in rows])
        return page_of(
            [tell_search(project, one, new=new.get(one.search.id, 0)) for one in rows], offset=offset, total=total
        )


@bp.post("/projects/<slug>/searches")
@spec.validate(resp=answers(SavedOut, status=201, refusals=CHANGING), tags=TAGS)
def save_search(slug: str, json: SavedIn) -> tuple[SavedOut, int] | Response:
    """Keep a search under a name and follow it."""
    try:
        with transaction() as opened:
            project = project_for(opened, caller(), slug, Permission.READ)
            draft = saved.Draft(json.name, as_query(json.query), is_shared=json.shared)
            row = saved.save_search(opened, caller(), project, draft, json.alerts.meant())
    except QueryError as error:
        return refuse(error)
    with session() as opened:
        return tell_one(opened, row.id), HTTPStatus.CREATED


@bp.get("/searches/<int:search_id>")
@spec.validate(resp=answers(SavedOut, refusals=(401, 404)), tags=TAGS)
def read_search(search_id: int) -> SavedOut:
    """Read one search: how it is understood, how many texts it finds now, how many are new."""
    with session() as opened:
        return tell_one(opened, search_id)


@bp.patch("/searches/<int:search_id>")
@spec.validate(resp=answers(SavedOut, refusals=CHANGING), tags=TAGS)
def change_search(search_id: int, json: SavedPatch) -> SavedOut | Response:
    """Change name, query or sharing of a search of one's own."""
    try:
        with transaction() as opened:
            row = saved.search_for(opened, caller(), search_id)
            draft = saved.Draft(
                row.name if json.name is None else json.name,
                row.query if json.query is None else as_query(json.query),
                is_shared=row.is_shared if json.shared is None else json.shared,
            )
            saved.change_search(opened, caller(), row, draft)
    except QueryError as error:
        return refuse(error)
    with session() as opened:
        return tell_one(opened, search_id)


@bp.delete("/searches/<int:search_id>")
@spec.validate(resp=answers(status=204, refusals=(401, 403, 404)), tags=TAGS)
def remove_search(search_id: int) -> tuple[str, int]:
    """Remove a search; its owner can bring it back on the page of saved searches."""
    with transaction() as opened:
        saved.delete_search(opened, caller(), saved.search_for(opened, caller(), search_id))
    return "", HTTPStatus.NO_CONTENT


@bp.put("/searches/<int:search_id>/alerts")
@spec.validate(resp=answers(SavedOut, refusals=(401, 404, 422)), tags=TAGS)
def follow_search(search_id: int, json: AlertsIn) -> SavedOut:
    """Settle how one hears of new texts of a search that one may open."""
    with transaction() as opened:
        saved.follow_search(opened, caller(), saved.search_for(opened, caller(), search_id), json.meant())
    with session() as opened:
        return tell_one(opened, search_id)


def tell_notice(told: Told) -> NoticeOut:
    """Tell a notice."""
    return NoticeOut(
        id=told.notice.id,
        search=told.search.id,
        search_name=told.search.name,
        project=told.project.slug,
        source=told.notice.source_id,
        code=told.notice.code_id,
        title=told.title,
        url=told.address or f"/p/{told.project.slug}/searches/{told.search.id}/edit",
        snippets=told.hit.snippets if told.hit is not None else [],
        created=told.notice.created,
        read=told.notice.read,
    )


@bp.get("/me/notices")
@spec.validate(resp=answers(Page[NoticeOut], refusals=(401, 422)), tags=TAGS)
def list_notices(query: PageQuery) -> Page[NoticeOut]:
    """List what one's saved searches have found anew, the newest first."""
    offset = read_offset(query.cursor)
    require_signed_in(caller())
    with session() as opened:
        told, total = notices.page(opened, caller(), offset=offset, size=query.size)
        return page_of([tell_notice(one) for one in told], offset=offset, total=total)


@bp.post("/me/notices/read")
@spec.validate(resp=answers(ReadOut, refusals=(401, 422)), tags=TAGS)
def read_notices(json: NoticesIn) -> ReadOut:
    """Mark notices as read."""
    with transaction() as opened:
        return ReadOut(read=notices.mark_read(opened, caller(), search=json.search))
