"""Groups of codes, splitting, moving and live examples through the API."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, Field, model_validator

from kmwiki.accounts.access import project_for
from kmwiki.accounts.models import Project
from kmwiki.api.v1.codes import tell
from kmwiki.api.v1.ground import Page, PageQuery, answers, bp, caller, page_of, read_offset, spec
from kmwiki.coding import service
from kmwiki.coding.access import code_for
from kmwiki.coding.codebook import examples, groups
from kmwiki.coding.codebook.tree import siblings_of
from kmwiki.coding.schemas import CodeIn, CodeOut, GroupIn, GroupOut, GroupPatch
from kmwiki.db import session, transaction
from kmwiki.security.policy import Permission
from kmwiki.shapes import Taken
from kmwiki.sources.schemas import Id

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.coding.codebook.models import CodeGroup

TAGS = ["codes"]
CHANGING = (401, 403, 404, 409, 422)


class SplitIn(Taken):
    """Which codings go, and where: `into` a code that is there, or `new`, a code to be made. One of the two."""

    coding_ids: list[Id] = Field(min_length=1, max_length=20_000)
    into: Id | None = None
    new: CodeIn | None = None
    reason: str = Field(default="", max_length=20_000)

    @model_validator(mode="after")
    def check_one_target(self) -> Self:
        """Refuse two targets, and none."""
        if (self.into is None) == (self.new is None):
            raise ValueError("give either into or new")
        return self


class SplitOut(BaseModel):
    """The code that the codings went to; `left` are ids that were not under the code, or are not to be read."""

    code: CodeOut
    moved: int
    left: list[int]


class MoveIn(Taken):
    """Under which code (null: the top), and before which of its codes (null: at the end)."""

    parent_id: Id | None = None
    before: Id | None = None
    reason: str = Field(default="", max_length=20_000)


class ExampleIn(Taken):
    """The passage that is to be an example of the code that it stands under."""

    coding_id: Id
    reason: str = Field(default="", max_length=20_000)


class ExampleOut(BaseModel):
    """A live example: the words as coded, and what the text says there now (null: the words are gone)."""

    coding_id: int
    words: str
    now: str | None
    changed: bool
    title: str
    url: str


class ExamplesOut(BaseModel):
    """The live examples of a code that the caller may read."""

    items: list[ExampleOut]


@bp.get("/projects/<slug>/code-groups")
@spec.validate(resp=answers(Page[GroupOut], refusals=(401, 404, 422)), tags=TAGS)
def list_code_groups(slug: str, query: PageQuery) -> Page[GroupOut]:
    """List the groups of codes by name, each with its codes in use."""
    offset = read_offset(query.cursor)
    with session() as s:
        project = project_for(s, caller(), slug, Permission.READ)
        rows = [GroupOut.model_validate(row, from_attributes=True) for row in groups.groups_of(s, project.id)]
    return page_of(rows[offset : offset + query.size], offset=offset, total=len(rows))


@bp.post("/projects/<slug>/code-groups")
@spec.validate(resp=answers(GroupOut, status=201, refusals=CHANGING), tags=TAGS)
def create_code_group(slug: str, json: GroupIn) -> tuple[GroupOut, int, dict[str, str]]:
    """Make a group of codes."""
    with transaction() as s:
        project = project_for(s, caller(), slug, Permission.EDIT_CODEBOOK)
        made = _tell_group(s, groups.create_group(s, caller(), project, json))
    return made, HTTPStatus.CREATED, {"Location": f"/api/v1/code-groups/{made.id}"}


@bp.get("/code-groups/<int:group_id>")
@spec.validate(resp=answers(GroupOut, refusals=(401, 404)), tags=TAGS)
def read_code_group(group_id: int) -> GroupOut:
    """Read a group of codes."""
    with session() as s:
        return _tell_group(s, groups.group_for(s, caller(), group_id, Permission.READ))


@bp.patch("/code-groups/<int:group_id>")
@spec.validate(resp=answers(GroupOut, refusals=CHANGING), tags=TAGS)
def edit_code_group(group_id: int, json: GroupPatch) -> GroupOut:
    """Change a group; `code_ids` are all its codes."""
    with transaction() as s:
        group = groups.group_for(s, caller(), group_id, Permission.EDIT_CODEBOOK)
        return _tell_group(s, groups.edit_group(s, caller(), group, json))


@bp.delete("/code-groups/<int:group_id>")
@spec.validate(resp=answers(status=204, refusals=(401, 403, 404, 409)), tags=TAGS)
def delete_code_group(group_id: int) -> tuple[str, int]:
    """Take a group away; its codes stay. Undoing the change brings it back."""
    with transaction() as s:
        groups.delete_group(s, caller(), groups.group_for(s, caller(), group_id, Permission.EDIT_CODEBOOK))
    return "", HTTPStatus.NO_CONTENT


@bp.post("/codes/<int:code_id>/split")
@spec.validate(resp=answers(SplitOut, refusals=CHANGING), tags=TAGS)
def split_code(code_id: int, json: SplitIn) -> SplitOut:
    """Put some codings of a code under another, or under a new one: one change of the codebook."""
    with transaction() as s:
        code = code_for(s, caller(), code_id, Permission.EDIT_CODEBOOK)
        into = json.new or code_for(s, caller(), json.into or 0, Permission.EDIT_CODEBOOK)
        target, over = service.split_code(s, caller(), code, into, json.coding_ids, reason=json.reason)
        return SplitOut(code=tell(s, target), moved=len(over.ids), left=over.left)


@bp.post("/codes/<int:code_id>/move")
@spec.validate(resp=answers(CodeOut, refusals=CHANGING), tags=TAGS)
def move_code(code_id: int, json: MoveIn) -> CodeOut:
    """Put a code under another or to the top, at its place among the codes there."""
    with transaction() as s:
        code = code_for(s, caller(), code_id, Permission.EDIT_CODEBOOK)
        others = [each.id for each in siblings_of(s, code.project_id, json.parent_id) if each.id != code.id]
        position = others.index(json.before) if json.before in others else len(others)
        moved = service.move_code(s, caller(), code, parent_id=json.parent_id, position=position, reason=json.reason)
        return tell(s, moved)


@bp.get("/codes/<int:code_id>/examples")
@spec.validate(resp=answers(ExamplesOut, refusals=(401, 404)), tags=TAGS)
def list_code_examples(code_id: int) -> ExamplesOut:
    """List the live examples of a code, as far as the caller may read their texts."""
    with session() as s:
        code = code_for(s, caller(), code_id, Permission.READ)
        slug = s.get_one(Project, code.project_id).slug
        found = examples.examples_of(s, caller(), code)
    items = [
        ExampleOut(
            coding_id=each.row.coding.id,
            words=each.words,
            now=each.row.quote,
            changed=each.is_changed,
            title=each.row.title,
            url=f"/p/{slug}/e/{each.row.number}#c{each.row.coding.id}",
        )
        for each in found
    ]
    return ExamplesOut(items=items)


@bp.post("/codes/<int:code_id>/examples")
@spec.validate(resp=answers(status=204, refusals=CHANGING), tags=TAGS)
def add_code_example(code_id: int, json: ExampleIn) -> tuple[str, int]:
    """Let a passage under the code be one of its live examples."""
    with transaction() as s:
        code = code_for(s, caller(), code_id, Permission.EDIT_CODEBOOK)
        examples.add_example(s, caller(), code, json.coding_id, reason=json.reason)
    return "", HTTPStatus.NO_CONTENT


@bp.delete("/codes/<int:code_id>/examples/<int:coding_id>")
@spec.validate(resp=answers(status=204, refusals=(401, 403, 404, 409)), tags=TAGS)
def drop_code_example(code_id: int, coding_id: int) -> tuple[str, int]:
    """Let a passage no longer be an example."""
    with transaction() as s:
        code = code_for(s, caller(), code_id, Permission.EDIT_CODEBOOK)
        examples.drop_example(s, caller(), code, coding_id)
    return "", HTTPStatus.NO_CONTENT


def _tell_group(s: Session, group: CodeGroup) -> GroupOut:
    row = next(each for each in groups.groups_of(s, group.project_id) if each.id == group.id)
    return GroupOut.model_validate(row, from_attributes=True)
