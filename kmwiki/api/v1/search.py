"""Search over the API."""

from __future__ import annotations

import json
from http import HTTPStatus

from flask import Response, request
from flask_babel import get_locale, gettext
from pydantic import BaseModel, Field

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import problem_for, words
from kmwiki.api.v1.ground import answers, bp, caller, spec
from kmwiki.db import session
from kmwiki.search.completing import complete as offers_for
from kmwiki.search.queries import find
from kmwiki.search.query import QueryError
from kmwiki.search.request import read_request
from kmwiki.search.schemas import SearchOut
from kmwiki.security.policy import Permission

Values = str | list[str] | None


class SearchQuery(BaseModel):
    """What to search for. Filters with several values are repeated or written with commas."""

    q: str = Field(
        default="",
        description='Words, "phrases", prefix*, AND OR NOT, -word, brackets, NEAR/5, and fields such as title:word '
        "province:พัทลุง date:2551..2552 has:comments in:comment",
    )
    mode: str | None = Field(default=None, description="auto (default), all, best or exact")
    kind: Values = None
    province: Values = Field(default=None, description="Code or name")
    district: Values = Field(default=None, description="Code or name")
    code: Values = Field(
        default=None, description="Id or name of a code; those below it count too. `none`: texts without a code"
    )
    voice: Values = Field(default=None, description="informant, author, commenter or document: whose words were coded")
    author: Values = None
    year: Values = None
    from_: str | None = Field(default=None, alias="from", description="First day, month or year of the event")
    to: str | None = None
    in_: Values = Field(default=None, alias="in", description="entry, comment, memo, code; default everything")
    sort: str | None = Field(default=None, description="relevance (default), event, event_asc or updated")
    page: str | None = None
    size: str | None = Field(default=None, description="1 to 100, default 20")
    facets: Values = Field(default=None, description="Which facets to count; default all, none for none")


@bp.get("/projects/<slug>/search")
@spec.validate(query=SearchQuery, resp=answers(SearchOut, refusals=(400, 401, 404, 422, 503)), tags=["search"])
def search(slug: str, query: SearchQuery) -> SearchOut | Response:
    """Find texts of a project that the caller may read, the best first, with passages, marks and facets."""
    del query  # read from the request itself: a filter may be given several times
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        asked = read_request(opened, project.id, dict(request.args.lists()))
        try:
            found = find(opened, caller(), project, asked, locale=str(get_locale() or "th"), translate=gettext)
        except QueryError as error:
            return refuse(error)
    return found


class CompleteQuery(BaseModel):
    """What has been typed so far."""

    q: str = Field(default="", max_length=1000)


class OfferOut(BaseModel):
    """Something that may be meant: `query` is what to search for, `url` where a title or a code stands."""

    kind: str = Field(description="title, code, person or place")
    text: str
    query: str
    url: str


class OffersOut(BaseModel):
    """What may be meant, titles first."""

    items: list[OfferOut]


@bp.get("/projects/<slug>/search/complete")
@spec.validate(resp=answers(OffersOut, refusals=(401, 404, 422)), tags=["search"])
def complete(slug: str, query: CompleteQuery) -> OffersOut:
    """Help while a query is being typed: titles, codes, people and places that the caller may know of."""
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        offers = offers_for(opened, caller(), project, query.q, locale=str(get_locale() or "th"))
    return OffersOut(items=[OfferOut(kind=one.kind, text=one.text, query=one.query, url=one.url) for one in offers])


def refuse(error: QueryError) -> Response:
    """Answer a query that cannot be read: 400, saying where, and how it could be written."""
    answer = problem_for(error, HTTPStatus.BAD_REQUEST)
    body = answer.get_json()
    hint = words(error.hint) if error.hint is not None else None
    for told in body["errors"]:
        told.update(position=error.position, hint=hint)
    answer.set_data(json.dumps({**body, "position": error.position, "hint": hint}, ensure_ascii=False))
    return answer
