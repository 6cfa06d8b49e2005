"""Memos over the API."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from kmwiki.accounts.access import project_for
from kmwiki.accounts.models import Project
from kmwiki.api.v1.ground import Page, PageQuery, answers, bp, caller, page_of, read_offset, spec
from kmwiki.api.v1.preconditions import revision_wanted
from kmwiki.coding.access import code_for
from kmwiki.db import session, transaction
from kmwiki.memos import queries, service
from kmwiki.memos.access import binned_memo_for, memo_for, read_target, target_for
from kmwiki.memos.queries import MemoFilters
from kmwiki.memos.schemas import MemoIn, MemoOut, MemoPatch
from kmwiki.security.policy import Permission
from kmwiki.sources import queries as sources
from kmwiki.sources.schemas import Id  # noqa: TC001 - pydantic reads it
from kmwiki.sources.texts import prepare
from kmwiki.sources.veil import veil_for

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.memos.models import Memo
    from kmwiki.sources.models import Revision


class MemoQuery(PageQuery):
    """Which memos, and in what order."""

    target: str = Field(default="", max_length=40, description="Like entry:12, or a kind alone: coding.")
    author: list[Id] = Field(default_factory=list, description="Ids of people.")
    code: Id | None = Field(default=None, description="On this code, those below it, and their codings.")
    since: datetime | None = Field(default=None, description="Written at this moment or later.")
    until: datetime | None = Field(default=None, description="Written before this moment.")
    sort: Literal["created", "updated", "oldest"] = "created"


class MemoRevision(BaseModel):
    """A revision of a memo, whole."""

    revision: int
    author: str
    reason: str
    created: datetime
    title: str
    body: str
    body_format: str
    text: str
    sha256: str


@bp.get("/projects/<slug>/memos")
@spec.validate(resp=answers(Page[MemoOut], refusals=(401, 404, 422)), tags=["memos"])
def list_memos(slug: str, query: MemoQuery) -> Page[MemoOut]:
    """Give the memos that the token's owner may read, the youngest first unless `sort` says otherwise."""
    offset = read_offset(query.cursor)
    kind, target_id = read_target(query.target) if query.target else ("", None)
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        if query.code is not None:
            code_for(opened, caller(), query.code, Permission.READ)
        filters = MemoFilters(
            kinds=(kind,) if kind else (),
            target_id=target_id,
            authors=tuple(query.author),
            code_id=query.code,
            since=query.since,
            until=query.until,
            sort=query.sort,
        )
        rows, total = queries.list_memos(opened, caller(), project, filters, offset=offset, size=query.size)
        items = queries.outs(opened, caller(), project, [row.memo for row in rows])
    return page_of(items, offset=offset, total=total)


class TargetQuery(BaseModel):
    """What a new memo is about, for who does not say so in the body."""

    target: str = Field(default="", max_length=40, description="Like entry:12; nothing is the project.")


@bp.post("/projects/<slug>/memos")
@spec.validate(resp=answers(MemoOut, status=201, refusals=(401, 403, 404, 409, 422)), tags=["memos"])
def add_memo(slug: str, query: TargetQuery, json: MemoIn) -> tuple[MemoOut, int, dict[str, str]]:
    """Write a memo about an entry, a comment, a coding, a code or the project."""
    kind, target_id = read_target(json.target if json.target is not None else query.target)
    prepare(json.body, json.body_format)
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.CODE)
        target = target_for(opened, caller(), project, kind, target_id)
        memo = service.add_memo(opened, caller(), project, target, json)
        made = _out(opened, memo)
    return made, 201, {"Location": f"/api/v1/memos/{made.id}", **_tag(made.revision)}


@bp.get("/memos/<int:memo_id>")
@spec.validate(resp=answers(MemoOut, refusals=(401, 404)), tags=["memos"])
def read_memo(memo_id: int) -> tuple[MemoOut, int, dict[str, str]]:
    """Give one memo; its ETag is what If-Match wants."""
    with session() as opened:
        made = _out(opened, memo_for(opened, caller(), memo_id))
    return made, 200, _tag(made.revision)


@bp.put("/memos/<int:memo_id>")
@spec.validate(resp=answers(MemoOut, refusals=(401, 403, 404, 409, 422, 428)), tags=["memos"])
def change_memo(memo_id: int, json: MemoPatch) -> tuple[MemoOut, int, dict[str, str]]:
    """Change one's own memo. Needs If-Match: "rev-N"; a stale one gets 409 with `merge`."""
    base_no = revision_wanted()
    prepare(json.body, json.body_format)
    with transaction() as opened:
        memo = memo_for(opened, caller(), memo_id)
        service.save_memo(opened, caller(), memo, json, base_no=base_no)
        made = _out(opened, memo)
    return made, 200, _tag(made.revision)


@bp.delete("/memos/<int:memo_id>")
@spec.validate(resp=answers(status=204, refusals=(401, 403, 404)), tags=["memos"])
def remove_memo(memo_id: int) -> tuple[str, int]:
    """Put a memo into the bin, from where it can be brought back."""
    with transaction() as opened:
        service.bin_memo(opened, caller(), memo_for(opened, caller(), memo_id))
    return "", 204


@bp.post("/memos/<int:memo_id>/restore")
@spec.validate(resp=answers(MemoOut, refusals=(401, 403, 404)), tags=["memos"])
def restore_memo(memo_id: int) -> MemoOut:
    """Bring a memo back from the bin."""
    with transaction() as opened:
        memo = binned_memo_for(opened, caller(), memo_id)
        service.restore_memo(opened, caller(), memo)
        return _out(opened, memo)


@bp.get("/memos/<int:memo_id>/revisions")
@spec.validate(resp=answers(Page[MemoRevision], refusals=(401, 404, 422)), tags=["memos"])
def list_memo_revisions(memo_id: int, query: PageQuery) -> Page[MemoRevision]:
    """Give the history of a memo, the newest revision first."""
    offset = read_offset(query.cursor)
    with session() as opened:
        memo = memo_for(opened, caller(), memo_id)
        veil = veil_for(opened, caller(), memo.source.project_id).over(memo.source)
        rows = sources.revisions(opened, memo.source, offset=offset, size=query.size)
        items = [_revision(veil.revision(row), veil.text(author)) for row, author in rows]
    return page_of(items, offset=offset, total=memo.source.head_no)


def _revision(row: Revision, author: str) -> MemoRevision:
    return MemoRevision(
        revision=row.no,
        author=author,
        reason=row.reason,
        created=row.created,
        title=str(row.meta.get("title", "")),
        body=row.body,
        body_format=row.format,
        text=row.reading_text,
        sha256=row.sha256,
    )


def _out(opened: Session, memo: Memo) -> MemoOut:
    project = opened.get_one(Project, memo.source.project_id)
    return queries.outs(opened, caller(), project, [memo])[0]


def _tag(revision: int) -> dict[str, str]:
    return {"ETag": f'"rev-{revision}"'}
