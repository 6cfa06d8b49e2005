"""A project's dictionary through the API."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.ground import Page, PageQuery, answers, bp, caller, page_of, read_offset, spec
from kmwiki.db import session, transaction
from kmwiki.search import terms, terms_queries
from kmwiki.search.dictionary import Term
from kmwiki.search.terms import term_for
from kmwiki.security.policy import Permission
from kmwiki.shapes import Taken

if TYPE_CHECKING:
    from kmwiki.search.models import DictionaryTerm

TAGS = ["dictionary"]
CHANGING = (401, 403, 404, 409, 422)


class TermsQuery(PageQuery):
    """Which words: those in which `q` stands, those of a kind."""

    q: str = Field(default="", max_length=200)
    kind: str = ""


class TermIn(Taken):
    """A word: what it stands for or is also called, and what it is."""

    term: str
    expansion: str = ""
    kind: str = Field(default="abbreviation", description="abbreviation, person, place or term")
    reason: str = ""

    def meant(self) -> Term:
        """Return it as the domain knows it."""
        return Term(self.term, self.expansion, self.kind)


class TermPatch(Taken):
    """What changes of a word; what is left out stays."""

    term: str | None = None
    expansion: str | None = None
    kind: str | None = None
    reason: str = ""


class TermsIn(Taken):
    """All words that the dictionary is to hold; those that are not among them go."""

    terms: list[TermIn] = Field(max_length=terms.MOST_TERMS)
    reason: str = ""


class TermOut(BaseModel):
    """A word of a dictionary."""

    id: int
    term: str
    expansion: str
    kind: str


class ReplacedOut(BaseModel):
    """The number of the change that a new list made, None if it changed nothing, and how many words there are now."""

    change: int | None
    total: int


def tell_term(row: DictionaryTerm) -> TermOut:
    """Tell a word."""
    return TermOut(id=row.id, term=row.term, expansion=row.expansion, kind=row.kind)


@bp.get("/projects/<slug>/dictionary")
@spec.validate(resp=answers(Page[TermOut], refusals=(401, 404, 422)), tags=TAGS)
def list_terms(slug: str, query: TermsQuery) -> Page[TermOut]:
    """List the words in the order of the Thai dictionary."""
    offset = read_offset(query.cursor)
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        rows = terms_queries.find_terms(opened, project.id, query.q, query.kind)
    page = [tell_term(row) for row in rows[offset : offset + query.size]]
    return page_of(page, offset=offset, total=len(rows))


@bp.post("/projects/<slug>/dictionary")
@spec.validate(resp=answers(TermOut, status=201, refusals=CHANGING), tags=TAGS)
def add_term(slug: str, json: TermIn) -> tuple[TermOut, int]:
    """Add a word. Search knows what it stands for at once; the index follows by itself."""
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.EDIT_CODEBOOK)
        return tell_term(
            terms.add_term(opened, caller(), project, json.meant(), reason=json.reason)
        ), HTTPStatus.CREATED


@bp.put("/projects/<slug>/dictionary")
@spec.validate(resp=answers(ReplacedOut, refusals=CHANGING), tags=TAGS)
def replace_terms(slug: str, json: TermsIn) -> ReplacedOut:
    """Make the dictionary hold exactly these words, as one change that can be undone."""
    with transaction() as opened:
        project = project_for(opened, caller(), slug, Permission.EDIT_CODEBOOK)
        given = [one.meant() for one in json.terms]
        change = terms.replace_all(opened, caller(), project, given, reason=json.reason)
        return ReplacedOut(change=change, total=len(terms.all_terms(opened, project.id)))


@bp.get("/dictionary/<int:term_id>")
@spec.validate(resp=answers(TermOut, refusals=(401, 404)), tags=TAGS)
def read_term(term_id: int) -> TermOut:
    """Read one word."""
    with session() as opened:
        return tell_term(term_for(opened, caller(), term_id, Permission.READ))


@bp.patch("/dictionary/<int:term_id>")
@spec.validate(resp=answers(TermOut, refusals=CHANGING), tags=TAGS)
def change_term(term_id: int, json: TermPatch) -> TermOut:
    """Change a word."""
    with transaction() as opened:
        row = term_for(opened, caller(), term_id, Permission.EDIT_CODEBOOK)
        given = json.model_dump(exclude_none=True, exclude={"reason"})
        terms.change_term(opened, caller(), row, terms.told(row)._replace(**given), reason=json.reason)
        return tell_term(row)


@bp.delete("/dictionary/<int:term_id>")
@spec.validate(resp=answers(status=204, refusals=(401, 403, 404)), tags=TAGS)
def remove_term(term_id: int) -> tuple[str, int]:
    """Remove a word; its history stays and can bring it back."""
    with transaction() as opened:
        terms.remove_term(opened, caller(), term_for(opened, caller(), term_id, Permission.EDIT_CODEBOOK))
    return "", HTTPStatus.NO_CONTENT
