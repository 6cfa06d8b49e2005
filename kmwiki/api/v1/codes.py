"""Codes of a project's codebook through the API."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from pydantic import Field

from kmwiki.accounts.access import project_for
from kmwiki.accounts.models import Project
from kmwiki.api.v1.ground import Page, PageQuery, answers, bp, caller, page_of, read_offset, spec
from kmwiki.coding import service
from kmwiki.coding.access import code_for
from kmwiki.coding.codebook import counts
from kmwiki.coding.codebook.groups import codes_of_group
from kmwiki.coding.codebook.past import book_at, moment_of, states_at
from kmwiki.coding.codebook.tree import all_codes
from kmwiki.coding.schemas import CodeIn, CodeOut, CodePatch
from kmwiki.coding.telling import tell_code
from kmwiki.db import now, session, transaction
from kmwiki.security.policy import Permission
from kmwiki.shapes import Taken
from kmwiki.sources.schemas import Id
from kmwiki.text.dates import BANGKOK

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.coding.models import Code

TAGS = ["codes"]
CHANGING = (401, 403, 404, 409, 422)


class CodeQuery(PageQuery):
    """How many codes; a codebook fits on one page unless it is very large."""

    size: int = Field(default=1000, ge=1, le=1000)
    as_of: str = Field(
        default="",
        max_length=200,
        description="A version (12) or a day in any form (2026-03-01, 1 มี.ค. 2569): the codes as they were at its "
        "end, Thai time, without counts. Empty: as they are.",
    )
    group: Id | None = Field(default=None, description="Only codes of this group, as it is now.")


class MergeIn(Taken):
    """Into which code, and why."""

    into: Id
    reason: str = Field(default="", max_length=20_000)


@bp.get("/projects/<slug>/codes")
@spec.validate(resp=answers(Page[CodeOut], refusals=(401, 404, 422)), tags=TAGS)
def list_codes(slug: str, query: CodeQuery) -> Page[CodeOut]:
    """List the codes in use, from the top of the tree to the bottom, each followed by those under it."""
    offset = read_offset(query.cursor)
    with session() as s:
        project = project_for(s, caller(), slug, Permission.READ)
        inside = None if query.group is None else codes_of_group(s, project.id, query.group)
        if query.as_of.strip():
            told = [each for each in _codes_at(s, project.id, query.as_of, slug) if inside is None or each.id in inside]
            return page_of(told[offset : offset + query.size], offset=offset, total=len(told))
        tree = counts.flat(counts.tree_of(s, caller(), project.id))
        nodes = [node for node, _ in tree if inside is None or node.code.id in inside]
    page = [tell_code(node.code, slug, node=node) for node in nodes[offset : offset + query.size]]
    return page_of(page, offset=offset, total=len(nodes))


@bp.post("/projects/<slug>/codes")
@spec.validate(resp=answers(CodeOut, status=201, refusals=CHANGING), tags=TAGS)
def create_code(slug: str, json: CodeIn) -> tuple[CodeOut, int, dict[str, str]]:
    """Make a code. Without a colour it gets the one that its siblings leave clearest."""
    with transaction() as s:
        project = project_for(s, caller(), slug, Permission.EDIT_CODEBOOK)
        made = tell_code(service.create_code(s, caller(), project, json), slug)
    return made, HTTPStatus.CREATED, {"Location": f"/api/v1/codes/{made.id}"}


@bp.get("/codes/<int:code_id>")
@spec.validate(resp=answers(CodeOut, refusals=(401, 404)), tags=TAGS)
def read_code(code_id: int) -> CodeOut:
    """Read one code, retired and merged ones too."""
    with session() as s:
        return tell(s, code_for(s, caller(), code_id, Permission.READ))


@bp.patch("/codes/<int:code_id>")
@spec.validate(resp=answers(CodeOut, refusals=CHANGING), tags=TAGS)
def edit_code(code_id: int, json: CodePatch) -> CodeOut:
    """Change a code; `parent_id` moves it. Every change is a version with its reason."""
    with transaction() as s:
        code = code_for(s, caller(), code_id, Permission.EDIT_CODEBOOK)
        return tell(s, service.edit_code(s, caller(), code, json))


@bp.delete("/codes/<int:code_id>")
@spec.validate(resp=answers(status=204, refusals=(401, 403, 404, 409)), tags=TAGS)
def retire_code(code_id: int) -> tuple[str, int]:
    """Take a code out of use; its codings stay. Codes under it must be moved first."""
    with transaction() as s:
        service.retire_code(s, caller(), code_for(s, caller(), code_id, Permission.EDIT_CODEBOOK))
    return "", HTTPStatus.NO_CONTENT


@bp.post("/codes/<int:code_id>/merge")
@spec.validate(resp=answers(CodeOut, refusals=CHANGING), tags=TAGS)
def merge_code(code_id: int, json: MergeIn) -> CodeOut:
    """Merge the code into another of the same project and answer with that one."""
    with transaction() as s:
        code = code_for(s, caller(), code_id, Permission.EDIT_CODEBOOK)
        into = code_for(s, caller(), json.into, Permission.EDIT_CODEBOOK)
        return tell(s, service.merge_codes(s, caller(), code, into, reason=json.reason))


def _codes_at(s: Session, project_id: int, as_of: str, slug: str) -> list[CodeOut]:
    """Return the codes of a past moment, from the top of its tree to the bottom."""
    moment = moment_of(s, project_id, as_of, today=now().astimezone(BANGKOK).date())
    guids = {code.id: code.guid for code in all_codes(s, project_id)}
    told = ("parent_id", "name_th", "name_en", "definition", "include", "exclude", "example", "color", "pattern",
            "is_codable", "aliases", "state", "merged_into")  # fmt: skip
    return [
        CodeOut(
            id=past.id,
            guid=guids.get(past.id, ""),
            count=None,
            count_below=None,
            url=f"/p/{slug}/codebook/{past.id}",
            **{name: past.data[name] for name in told},
        )
        for past in book_at(states_at(s, project_id, moment.no))
    ]


def tell(s: Session, code: Code) -> CodeOut:
    """Return a code as other programs see it, with its counts."""
    slug = s.get_one(Project, code.project_id).slug
    nodes = counts.flat(counts.tree_of(s, caller(), code.project_id))
    node = next((node for node, _ in nodes if node.code.id == code.id), None)
    return tell_code(code, slug, node=node)
