"""Quotes: their page, making one from a coding or a selection, all of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from pydantic import ValidationError

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.ground import invalid_from
from kmwiki.coding.access import coding_for
from kmwiki.db import session, transaction
from kmwiki.errors import Invalid, NotFound, Unauthenticated, say
from kmwiki.memos.queries import linking_to
from kmwiki.places.queries import place
from kmwiki.quotes import queries, service
from kmwiki.quotes.access import quote_for
from kmwiki.quotes.citing import LOCALES, as_citation, as_markdown, as_text
from kmwiki.quotes.live import written
from kmwiki.quotes.schemas import QuoteIn
from kmwiki.security.policy import Permission, can
from kmwiki.sources.access import source_for
from kmwiki.text.diff import diff_words
from kmwiki.web.context import caller, is_signed_in, signed_in
from kmwiki.web.desk_answers import json_sent
from kmwiki.web.drawing import locale_code
from kmwiki.web.links import site_address
from kmwiki.web.numbers import number_in, page_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.quotes.models import Quote
    from kmwiki.quotes.queries import Told

bp = Blueprint("quotes", __name__)

SIZE = 30


@bp.get("/q/<int:quote_id>")
def read(quote_id: int) -> ResponseReturnValue:
    """Show a quote in its context, where its words stand now, and what to copy."""
    with session() as opened:
        try:
            found = quote_for(opened, caller(), quote_id)
        except NotFound:
            if not is_signed_in():
                raise Unauthenticated(say("Please sign in first.")) from None
            raise
        is_member = can(caller(), Permission.READ, found.project.id)
        memos = linking_to(opened, caller(), found.project, "quote", found.id) if is_member else []
        return render_template(
            "quotes/read.html",
            told=found,
            project=found.project,
            is_member=is_member,
            pieces=diff_words(found.words, found.words_now) if found.has_changed and found.words_now else [],
            copies=_copies(found),
            places=[place(each.place_code).full(locale_code()) for each in found.entry.places],
            memos=memos,
        )


@bp.get("/p/<slug>/quotes")
@signed_in
def index(slug: str) -> ResponseReturnValue:
    """List the quotes of a project from texts that the reader may see, the youngest first."""
    page = page_in(request.args)
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        found, total = queries.quotes_of(opened, caller(), project.id, offset=(page - 1) * SIZE, size=SIZE)
        return render_template(
            "quotes/index.html", project=project, found=found, total=total, page=page, size=SIZE, written=written
        )


@bp.get("/p/<slug>/quotes/new")
@signed_in
def new(slug: str) -> ResponseReturnValue:
    """Ask whether a coding's words are to be quoted; where they are, lead to the quote. Only the POST makes one."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        coding, source = coding_for(opened, caller(), number_in(request.args, "coding", least=1) or 0, Permission.READ)
        if coding.project_id != project.id:
            raise NotFound(say("There is no coding %(coding)s here.", coding=coding.id))
        choices = service.choices_of(opened, caller(), coding, source)
        if len(choices) == 1 and choices[0].quote_id is not None:
            return redirect(url_for("quotes.read", quote_id=choices[0].quote_id))
        return render_template("quotes/new.html", project=project, coding=coding, choices=choices)


@bp.post("/p/<slug>/quotes")
@signed_in
def make(slug: str) -> ResponseReturnValue:
    """Quote what a coding stands on, or a passage. Scripts get what may be copied; a form leads to the quote's page."""
    given = json_sent() if request.is_json else _form()
    data = _read(given)
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        quote, is_new = _made(opened, project, data)
        number = quote.id
    if not request.is_json:
        flash(gettext("Here is its own address. It goes on showing these very words."), "done")
        return redirect(url_for("quotes.read", quote_id=number), 303)
    with session() as opened:
        return jsonify(_answer(quote_for(opened, caller(), number))), 201 if is_new else 200


def _made(opened: Session, project: Project, data: QuoteIn) -> tuple[Quote, bool]:
    if data.coding_id is not None:
        coding, source = coding_for(opened, caller(), data.coding_id, Permission.READ)
        if coding.project_id != project.id:
            raise NotFound(say("There is no coding %(coding)s here.", coding=data.coding_id))
        return service.pin_coding(opened, caller(), coding, source, of=data.of)
    if data.source_id is None or data.start is None or data.end is None:
        raise Invalid.one("source_id", say("Say what to quote: a coding_id, or source_id with start and end."))
    source = source_for(opened, caller(), data.source_id)
    if source.project_id != project.id:
        raise NotFound(say("There is no such text."))
    return service.pin(
        opened, caller(), source, start=data.start, end=data.end, quote=data.quote, revision=data.revision
    )


def _answer(found: Told) -> dict[str, Any]:
    locale, site = locale_code(), site_address()
    language = LOCALES[0] if locale == "th" else LOCALES[1]
    return {
        "id": found.id,
        "url": site + found.address,
        "text": as_text(found, language, site),
        "markdown": as_markdown(found, language, site),
        "citation": as_citation(found, language, site),
        "typed": written(found.id),
        "message": gettext("The quote has an address of its own: %(address)s", address=found.address),
    }


def _copies(found: Told) -> list[tuple[str, str, str]]:
    """Return what may be copied: a name, its label, the text."""
    locale, site = locale_code(), site_address()
    language = LOCALES[0] if locale == "th" else LOCALES[1]
    return [
        ("link", gettext("Address of the quote"), site + found.address),
        ("text", gettext("Text"), as_text(found, language, site)),
        ("markdown", "Markdown", as_markdown(found, language, site)),
        ("citation-th", gettext("Citation in Thai"), as_citation(found, "th", site)),
        ("citation-en", gettext("Citation in English"), as_citation(found, "en", site)),
        ("typed", gettext("In a note, comment or memo, on a line of its own"), written(found.id)),
    ]


def _form() -> dict[str, Any]:
    numbers = {name: number_in(request.form, name) for name in ("coding_id", "source_id", "start", "end", "revision")}
    given: dict[str, Any] = {name: value for name, value in numbers.items() if value is not None}
    for name in ("of", "quote"):
        if request.form.get(name):
            given[name] = request.form[name].replace("\r\n", "\n")
    return given


def _read(given: object) -> QuoteIn:
    if not isinstance(given, dict):
        raise Invalid(say("The request could not be understood."))
    try:
        return QuoteIn.model_validate(given)
    except ValidationError as error:
        raise invalid_from(error) from error
