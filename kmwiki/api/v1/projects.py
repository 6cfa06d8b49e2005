"""Projects over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import url_for

from kmwiki.accounts import queries, teams
from kmwiki.accounts.access import project_for, require_admin
from kmwiki.accounts.schemas import ProjectIn, ProjectOut, ProjectPatch, RoleLabel
from kmwiki.api.v1.ground import Page, PageQuery, answers, bp, caller, page_of, read_offset, spec
from kmwiki.coding.codebook.starter import install_starter
from kmwiki.db import session, transaction
from kmwiki.security.policy import Permission

if TYPE_CHECKING:
    from kmwiki.accounts.models import Project


def shown(project: Project) -> ProjectOut:
    """Describe a project to the caller."""
    role = caller().roles.get(project.id)
    return ProjectOut(
        id=project.id,
        slug=project.slug,
        name=project.name,
        description=project.description,
        role=None if role is None else cast("RoleLabel", role.label),
        url=url_for("home.project", slug=project.slug),
        created=project.created,
    )


@bp.get("/projects")
@spec.validate(query=PageQuery, resp=answers(Page[ProjectOut], refusals=(401, 422)), tags=["projects"])
def list_projects(query: PageQuery) -> Page[ProjectOut]:
    """List the projects that the caller may read, by name."""
    offset = read_offset(query.cursor)
    with session() as opened:
        projects = queries.projects_of(opened, caller())
    return page_of(
        [shown(project) for project in projects[offset : offset + query.size]], offset=offset, total=len(projects)
    )


@bp.post("/projects")
@spec.validate(json=ProjectIn, resp=answers(ProjectOut, status=201, refusals=(401, 403, 409, 422)), tags=["projects"])
def create_project(json: ProjectIn) -> tuple[ProjectOut, int]:
    """Make a project, of which the caller becomes the owner. Only an admin may."""
    require_admin(caller())
    with transaction() as opened:
        project = teams.create_project(opened, caller(), slug=json.slug, name=json.name, description=json.description)
        if json.codebook == "starter":
            install_starter(opened, caller(), project)
        role = queries.membership(opened, project.id, caller().user_id or 0)
    made = shown(project)
    return made.model_copy(update={"role": None if role is None else role.role}), 201


@bp.get("/projects/<slug>")
@spec.validate(resp=answers(ProjectOut), tags=["projects"])
def read_project(slug: str) -> ProjectOut:
    """Return a project."""
    with session() as opened:
        return shown(project_for(opened, caller(), slug, Permission.READ))


@bp.patch("/projects/<slug>")
@spec.validate(json=ProjectPatch, resp=answers(ProjectOut, refusals=(401, 403, 404, 422)), tags=["projects"])
def edit_project(slug: str, json: ProjectPatch) -> ProjectOut:
    """Change a project's name or description. Owners may."""
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.MANAGE)
        teams.edit_project(opened, caller(), project, name=json.name, description=json.description)
    return shown(project)
