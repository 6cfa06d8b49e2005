"""What stands around every page: the side menu, the projects to change to, the colours chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import g, request, url_for
from flask_babel import gettext

from kmwiki.accounts import queries
from kmwiki.coding import overview
from kmwiki.db import session
from kmwiki.errors import N_
from kmwiki.security.policy import Permission, can
from kmwiki.web.context import caller

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask

    from kmwiki.accounts.models import Project
    from kmwiki.coding.overview import Totals

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "kmwiki_theme"


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the menu: where it leads, its words and sign, who may go, and the page families that belong to it."""

    endpoint: str
    label: str
    icon: str
    permission: Permission = Permission.READ
    families: frozenset[str] = frozenset()
    counted: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the menu as drawn."""

    url: str
    label: str
    icon: str
    is_current: bool
    count: int | None = None


MENU: tuple[tuple[Place, ...], ...] = (
    (
        Place("home.project", N_("Home"), "home", families=frozenset({"home"})),
        Place(
            "entries.index",
            N_("Notes"),
            "doc",
            families=frozenset({"entries", "editing", "history", "comments", "quotes"}),
            counted="entries",
        ),
        Place("search.page", N_("Search"), "search", families=frozenset({"search", "searches"})),
        Place("words.page", N_("Analysis"), "grid", families=frozenset({"words", "kwic", "stop_words"})),
        Place("codebook.index", N_("Codebook"), "tree", families=frozenset({"codebook"}), counted="codes"),
        Place(
            "retrieval.page",
            N_("Coded passages"),
            "filter",
            families=frozenset({"retrieval", "retrieval_saved", "retrieval_exports"}),
        ),
        Place("memos.index", N_("Memos"), "memo", families=frozenset({"memos"})),
        Place("dictionary.index", N_("Dictionary"), "book", families=frozenset({"dictionary"})),
        Place(
            "review.index",
            N_("Codings to review"),
            "quote",
            Permission.CODE,
            frozenset({"review"}),
            counted="to_review",
        ),
        Place(
            "rounds.index",
            N_("Coding rounds"),
            "half",
            Permission.CODE,
            frozenset({"rounds", "rounds_forms", "rounds_desk", "rounds_compare"}),
            counted="to_code",
        ),
        Place(
            "imports.upload",
            N_("Import"),
            "in",
            Permission.IMPORT,
            frozenset({"imports", "jobs", "imports_history", "import_queue", "import_review"}),
        ),
    ),
    (
        Place("members.index", N_("Members"), "people", families=frozenset({"members"})),
        Place("activity.index", N_("Activity log"), "pulse", Permission.MANAGE, frozenset({"activity"})),
        Place(
            "projects.settings", N_("Project settings"), "gear", Permission.MANAGE, frozenset({"projects", "personal"})
        ),
        Place("bin.index", N_("Bin"), "trash", Permission.WRITE, frozenset({"bin"})),
    ),
)


def register(app: Flask) -> None:
    """Give the frame of the pages what it asks for."""
    app.jinja_env.globals.update(
        menu_of=menu_of, my_projects=my_projects, may=may, theme_choice=theme_choice, here=here
    )
    app.jinja_env.globals.update(project_here=project_here, wanted_words=wanted_words)


def menu_of(project: Project) -> list[list[Item]]:
    """Return the side menu, group by group: what this person may open in the project, with what there is of it."""
    totals = _totals(project)
    groups = ([_item(place, project, totals) for place in group if may(place.permission, project)] for group in MENU)
    return [group for group in groups if group]


def _totals(project: Project) -> Totals:
    with session() as opened:
        return overview.totals(opened, caller(), project.id)


def _item(place: Place, project: Project, totals: Totals) -> Item:
    count = getattr(totals, place.counted) if place.counted else None
    return Item(
        url=url_for(place.endpoint, slug=project.slug),
        label=gettext(place.label),
        icon=place.icon,
        is_current=request.blueprint in place.families,
        count=count or None,
    )


def my_projects() -> Sequence[Project]:
    """Return the projects that the reader may enter, read once a request."""
    if caller().user_id is None:
        return ()
    if "my_projects" not in g:
        with session() as opened:
            g.my_projects = queries.projects_of(opened, caller())
    return cast("Sequence[Project]", g.my_projects)


def may(permission: Permission | str, project: Project) -> bool:
    """Whether the reader holds the permission in the project."""
    return can(caller(), Permission(permission), project.id)


def theme_choice() -> str:
    """Return auto, light or dark: the person's own choice, else this browser's."""
    person = caller()
    chosen = request.cookies.get(THEME_COOKIE, "auto") if person.user_id is None else person.theme
    return chosen if chosen in THEMES else "auto"


def here() -> str:
    """Return the path of this page with its query, to come back to; a page that answers a form has none."""
    return request.full_path.rstrip("?") if request.method == "GET" else url_for("home.start")


def project_here() -> Project | None:
    """Return the project of this address if the reader belongs to it: for pages given none, such as an error's."""
    slug = (request.view_args or {}).get("slug") or _slug_in(request.path)
    return next((project for project in my_projects() if project.slug == slug), None)


def _slug_in(path: str) -> str:
    head, _, rest = path.partition("/p/")
    return "" if head else rest.partition("/")[0]


def wanted_words() -> str:
    """Return the words of an address that leads nowhere, to search for: its last part without the number in front."""
    return request.path.rstrip("/").rpartition("/")[2].lstrip("0123456789").replace("-", " ").strip()
