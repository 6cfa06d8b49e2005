"""The past of a codebook through the API: its changes, what two versions have apart, and undoing a change."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.ground import Page, PageQuery, answers, bp, caller, page_of, read_offset, spec
from kmwiki.coding import service
from kmwiki.coding.codebook import counts, past
from kmwiki.coding.codebook.versions import last_change
from kmwiki.db import now, session, transaction
from kmwiki.security.policy import Permission
from kmwiki.shapes import Taken
from kmwiki.text.dates import BANGKOK

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

TAGS = ["codes"]
DAY = "A version (12) or a day in any form (2026-03-01, 1 มี.ค. 2569): the codebook as it was at its end, Thai time."


class ChangeOut(BaseModel):
    """A numbered change of a codebook: what was done, by whom, why, to which codes and groups."""

    no: int
    verb: str
    author: str | None
    reason: str
    created: datetime
    names: list[str]
    undoes: int | None = Field(description="The change that this one takes back.")
    undone_by: int | None = Field(description="The change that has taken this one back, if that is still in force.")


class ApartOut(BaseModel):
    """What became of a code between two versions. `old` is null for a code that came in between."""

    code_id: int
    kinds: list[past.Kind]
    old: dict[str, Any] | None
    new: dict[str, Any]


class ComparisonOut(BaseModel):
    """Two versions and what they have apart."""

    old: int
    new: int
    codes: list[ApartOut]


class CompareQuery(BaseModel):
    """Which two; without `old`, the version before the newest."""

    old: str = Field(default="", max_length=200, description=DAY)
    new: str = Field(default="", max_length=200, description=f"{DAY} Empty: the newest.")


class UndoIn(Taken):
    """Why a change is undone."""

    reason: str = Field(default="", max_length=20_000)


class UndoneOut(BaseModel):
    """The version that the undo made; undo that one to bring the change back."""

    version: int
    undone: int
    moved: int = Field(description="Codings that went back, as far as the caller can read them.")
    left: int = Field(description="Codings that were changed since and stay as they are, likewise.")


@bp.get("/projects/<slug>/codebook/changes")
@spec.validate(resp=answers(Page[ChangeOut], refusals=(401, 404, 422)), tags=TAGS)
def list_codebook_changes(slug: str, query: PageQuery) -> Page[ChangeOut]:
    """List the changes of a codebook, the newest first."""
    offset = read_offset(query.cursor)
    with session() as s:
        project = project_for(s, caller(), slug, Permission.READ)
        rows, total = counts.changes(s, project.id, offset=offset, size=query.size)
    told = [ChangeOut.model_validate(row, from_attributes=True) for row in rows]
    return page_of(told, offset=offset, total=total)


@bp.get("/projects/<slug>/codebook/compare")
@spec.validate(resp=answers(ComparisonOut, refusals=(401, 404, 422)), tags=TAGS)
def compare_codebooks(slug: str, query: CompareQuery) -> ComparisonOut:
    """Compare two versions, or two days, of a codebook."""
    with session() as s:
        project = project_for(s, caller(), slug, Permission.READ)
        last = last_change(s, project.id)
        old, new = moment_in(s, project.id, query.old or str(max(last - 1, 0))), moment_in(s, project.id, query.new)
        old, new = sorted((old, new), key=lambda each: each.no)
        found = past.compare(past.states_at(s, project.id, old.no), past.states_at(s, project.id, new.no))
    codes = [
        ApartOut(code_id=each.id, kinds=each.kinds, old=_told(each.old) if each.old else None, new=_told(each.new))
        for each in found
    ]
    return ComparisonOut(old=old.no, new=new.no, codes=codes)


@bp.post("/projects/<slug>/codebook/changes/<int:no>/undo")
@spec.validate(resp=answers(UndoneOut, refusals=(401, 403, 404, 409, 422)), tags=TAGS)
def undo_codebook_change(slug: str, no: int, json: UndoIn) -> UndoneOut:
    """Undo a change. 409 names what was changed since, by whom and in which version; then nothing is written."""
    with transaction() as s:
        project = project_for(s, caller(), slug, Permission.EDIT_CODEBOOK)
        version, over = service.undo_change(s, caller(), project, no, reason=json.reason)
        moved, left = (counts.readable(s, caller(), ids) for ids in (over.ids, over.left))
    return UndoneOut(version=version, undone=no, moved=moved, left=left)


def moment_in(s: Session, project_id: int, text: str) -> past.Moment:
    """Read a version or a day. Invalid if it is neither, or can be read in two ways."""
    return past.moment_of(s, project_id, text, today=now().astimezone(BANGKOK).date())


def _told(data: Any) -> dict[str, Any]:
    """Return the state of a code without the ids of passages, which not everybody may know of."""
    return {name: value for name, value in data.items() if name != "example_codings"}
