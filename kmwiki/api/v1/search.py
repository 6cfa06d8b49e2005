"""Search over the API."""

from __future__ import annotations

import json

from flask import Response, request
from flask_babel import get_locale, gettext
from pydantic import BaseModel, Field

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.errors import problem_for
from kmwiki.api.v1.ground import answers, bp, caller, spec
from kmwiki.db import session
from kmwiki.search.queries import find
from kmwiki.search.query import QueryError
from kmwiki.search.request import read_request
from kmwiki.search.schemas import SearchOut
from kmwiki.security.policy import Permission

Values = str | list[str] | None


class SearchQuery(BaseModel):
    """What to search for. Filters with several values are repeated or written with commas."""

    q: str = Field(default="", description='Words, "phrases", prefix*, AND OR NOT, -word, brackets')
    mode: str | None = Field(default=None, description="auto (default), all, best or exact")
    kind: Values = None
    province: Values = Field(default=None, description="Code or name")
    code: Values = Field(default=None, description="Id or name of a code that stands in the text")
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
def search(slug: str, query: SearchQuery) -> Response:
    """Find texts of a project that the caller may read, the best first, with passages, marks and facets."""
    del query  # read from the request itself: a filter may be given several times
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        asked = read_request(opened, project.id, dict(request.args.lists()))
        try:
            found = find(opened, caller(), project, asked, locale=str(get_locale() or "th"), translate=gettext)
        except QueryError as error:
            return refuse(error)
    return Response(found.model_dump_json(), mimetype="application/json")


def refuse(error: QueryError) -> Response:
    """Answer a query that cannot be read: 400, saying where."""
    answer = problem_for(error, 400)
    answer.set_data(json.dumps({**answer.get_json(), "position": error.position}, ensure_ascii=False))
    return answer
