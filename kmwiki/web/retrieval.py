"""The page that asks for coded passages by codes and how they stand to each other, and lists what is found."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request, url_for

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import words
from kmwiki.db import session
from kmwiki.entries.kinds import KINDS
from kmwiki.errors import Invalid
from kmwiki.places.queries import place
from kmwiki.retrieval import saved
from kmwiki.retrieval.asking import is_asked
from kmwiki.retrieval.book import read_book
from kmwiki.retrieval.finding import retrieve
from kmwiki.retrieval.naming import group_names
from kmwiki.retrieval.reading import read_question
from kmwiki.retrieval.showing import rows_of
from kmwiki.retrieval.telling import VOICE_WORDS, clauses
from kmwiki.security.policy import Permission
from kmwiki.web.context import caller, signed_in
from kmwiki.web.drawing import locale_code
from kmwiki.web.numbers import page_in
from kmwiki.web.retrieval_address import SIZE, address, asked_in, carried_by, opens_at, tongue
from kmwiki.web.retrieval_exports import FORMATS
from kmwiki.web.retrieval_form import (
    GROUP_WORDS,
    OPERATORS,
    SORT_WORDS,
    UNIT_WORDS,
    boxes,
    code_options,
    count_narrowing,
    form_rows,
    has_many,
    layers,
    typed_name,
)

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.coding.models import Code
    from kmwiki.retrieval.asking import Question
    from kmwiki.retrieval.book import Book
    from kmwiki.retrieval.finding import Found
    from kmwiki.retrieval.ordering import GroupKey
    from kmwiki.retrieval.showing import Row
    from kmwiki.retrieval.telling import Clause

bp = Blueprint("retrieval", __name__)

_OF_ROWS = re.compile(r"(op|code|n|unit)[0-9]*")
KEPT = 8
"""So many saved questions are offered on the page itself."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A group of the list as drawn: its words, how many stand in it, where it begins."""

    anchor: str
    label: str
    count: int
    address: str
    code: Code | None = None


@dataclass(slots=True)
class View:
    """What the page shows."""

    question: Question | None = None
    found: Found | None = None
    rows: list[Row] = field(default_factory=list)
    clauses: list[Clause] = field(default_factory=list)
    headings: dict[GroupKey, Heading] = field(default_factory=dict)
    page: int = 1
    pages: int = 1
    message: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    without: dict[str, str] = field(default_factory=dict)
    """The part of a question -> the address without it."""

    @property
    def by_group(self) -> list[tuple[GroupKey, list[Row]]]:
        """The rows of the page under their groups."""
        return [(key, list(some)) for key, some in groupby(self.rows, key=lambda row: row.group)]

    @property
    def has_narrow_error(self) -> bool:
        """Whether what is wrong stands among the filters, which are folded away."""
        return any(not _OF_ROWS.fullmatch(name) for name in self.errors)


@bp.app_template_filter("place_here")
def place_here(code: str) -> str:
    """Name a place in the language of the page."""
    known = place(code)
    return known.name_en if locale_code() == "en" else known.name_th


@bp.get("/p/<slug>/passages")
@signed_in
def page(slug: str) -> ResponseReturnValue:
    """Show the form and, once something is asked, the passages."""
    given, view, status = asked_in(request.args), View(page=page_in(request.args)), 200
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        book = read_book(opened, project.id)
        if is_asked(given):
            try:
                _answer(opened, project, book, view)
                if view.question is not None and not all(all(values) for values in given.values()):
                    return redirect(address(project, view.question.address))  # as a form sent it: with empty fields
            except Invalid as error:
                status, view.message = 422, words(error.message)
                view.errors = {name: words(message) for name, message in error.fields.items()}
        if view.question is not None and view.page > view.pages:
            return redirect(address(project, view.question.address, view.pages))
        return render_template("retrieval/page.html", **_drawn(opened, project, book, view, given)), status


def _drawn(opened: Session, project: Project, book: Book, view: View, given: dict[str, list[str]]) -> dict[str, Any]:
    """Gather what the page is drawn from."""
    kept, total = saved.retrievals_of(opened, caller(), project.id, size=KEPT)
    return {
        "project": project,
        "view": view,
        "given": given,
        "book_lacks": lambda value: book.read(value) is None,
        "form": form_rows(given, book),
        "operators": OPERATORS,
        "units": UNIT_WORDS,
        "options": code_options(book, given, tongue()),
        "has_many": has_many(book),
        "typed_name": partial(typed_name, book, tongue()),
        "boxes": boxes(opened, caller(), project, given),
        "layers": layers(opened, project),
        "narrowing": count_narrowing(given),
        "sorts": SORT_WORDS,
        "groupings": GROUP_WORDS,
        "voices": VOICE_WORDS,
        "kinds": KINDS,
        "formats": FORMATS,
        "kept": kept,
        "kept_total": total,
        "has_codes": any(code.state == "live" for code in book.codes.values()),
        "opens_at": opens_at,
        "carried": carried_by(view.question) if view.question else "",
        "code_base": url_for("codebook.index", slug=project.slug),
        "retrieval_address": address,
    }


def _answer(opened: Session, project: Project, book: Book, view: View) -> None:
    """Put what is found into the page. Invalid for what cannot be asked."""
    question = view.question = read_question(asked_in(request.args), book)
    found = view.found = retrieve(opened, caller(), project, question, book)
    view.pages = max(1, -(-len(found.lines) // SIZE))
    view.rows = rows_of(opened, caller(), project.id, found, book, first=(view.page - 1) * SIZE, size=SIZE)
    view.clauses = clauses(question, book, tongue())
    view.without = _without(project, question)
    if question.by != "none":
        view.headings = _headings(opened, project, book, found)


def _without(project: Project, question: Question) -> dict[str, str]:
    """Return for each part that can be taken away where that leads."""
    made = {}
    for name in question.address:
        if name in {"sort", "by"} or name.startswith(("code", "n", "unit")):
            continue
        gone = {name, *(f"{part}{name[2:]}" for part in ("code", "n", "unit"))} if name.startswith("op") else {name}
        rest = {each: values for each, values in question.address.items() if each not in gone}
        made[name] = address(project, rest)
    return made


def _headings(opened: Session, project: Project, book: Book, found: Found) -> dict[GroupKey, Heading]:
    """Name the groups, each with where it begins."""
    names = group_names(opened, caller(), found, book, tongue())
    query, by = found.question.address, found.question.by
    return {
        group.key: Heading(
            f"g{number}",
            names[group.key],
            group.count,
            address(project, query, group.at // SIZE + 1, f"g{number}"),
            book.codes.get(group.key) if by == "code" and isinstance(group.key, int) else None,
        )
        for number, group in enumerate(found.groups)
    }
