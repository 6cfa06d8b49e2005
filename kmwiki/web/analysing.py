"""What the pages of the analysis share: selections in addresses, what went wrong with a query, files that leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import Response, request, url_for
from flask_babel import gettext

from kmwiki.analysis.files import TYPES
from kmwiki.analysis.wordlist import Asking
from kmwiki.api.v1.errors import words
from kmwiki.search.queries import RETRY_SECONDS, Rebuilding
from kmwiki.search.query import QueryError
from kmwiki.search.request import read_request
from kmwiki.web.context import caller
from kmwiki.web.drawing import locale_code
from kmwiki.web.search import FILTERS, LEGENDS, WRONG, Facet, facet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.errors import Invalid
    from kmwiki.search.request import SearchRequest
    from kmwiki.search.schemas import FacetValueOut

CHOICES = ("in", "province", "district", "kind", "code", "voice", "year", "author", "from", "to")
"""What narrows a selection, as in the address of a search."""
SELECTION = ("q", "mode", *CHOICES)
AROUND = 40


class Chip(NamedTuple):
    """A filter in force, and the address without it."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no answer: words, where in the query, a hint; or the index is being made anew."""

    text: str = ""
    message: str = ""
    position: int | None = None
    hint: str = ""
    is_rebuilding: bool = False
    status: int = 400

    @property
    def wrong(self) -> tuple[str, str, str]:
        """What stands before the place of an error, there, and behind it."""
        at = self.position or 0
        found = WRONG.match(self.text, at)
        end = found.end() if found else at
        return self.text[max(0, at - AROUND) : at], self.text[at:end], self.text[end : end + AROUND]


def trouble_of(error: QueryError | Invalid | Rebuilding, text: str) -> Trouble:
    """Put an error into words for the page."""
    if isinstance(error, Rebuilding):
        return Trouble(text, is_rebuilding=True, status=503)
    if isinstance(error, QueryError):
        hint = words(error.hint) if error.hint is not None else ""
        return Trouble(text, words(error.message), error.position, hint)
    return Trouble(text, " ".join(words(message) for message in error.fields.values()) or words(error.message))


def asking(opened: Session, project: Project) -> Asking:
    """Return who asks."""
    return Asking(opened, caller(), project, locale_code(), gettext)


def selection(opened: Session, project: Project, *, size: int, prefix: str = "") -> SearchRequest:
    """Read a selection out of the address; `prefix` stands before the names of a second one."""
    given = {name: request.args.getlist(prefix + name) for name in SELECTION}
    return read_request(opened, project.id, {**given, "size": [str(size)], "page": request.args.getlist("page")})


def kept(*names: str, prefix: str = "") -> dict[str, list[str]]:
    """Return the selection that stands in the address, and what else is named."""
    wanted = [prefix + name for name in SELECTION] + list(names)
    return {name: values for name in wanted if (values := [one for one in request.args.getlist(name) if one])}


def facets_of(found: Mapping[str, Sequence[FacetValueOut]]) -> list[Facet]:
    """Return the facets to narrow by, as drawn."""
    return [facet(name, found[name]) for name in FILTERS if found.get(name)]


def chips(endpoint: str, project: Project, found: Mapping[str, Sequence[FacetValueOut]], *names: str) -> list[Chip]:
    """Return the filters in force, each with the address without it; `names` are what else is kept."""
    here = kept(*names)
    made: list[Chip] = []
    for name in (*FILTERS, "type"):
        for value in found.get(name, ()):
            if value.is_chosen:
                key = "in" if name == "type" else name
                rest = [one.value for one in found[name] if one.is_chosen and one.value != value.value]
                made.append(Chip(value.label, address(endpoint, project, {**here, key: rest})))
    if here.get("from") or here.get("to"):
        span = " - ".join([*here.get("from", []), *here.get("to", [])])
        rest_of = {name: values for name, values in here.items() if name not in {"from", "to"}}
        made.append(Chip(f"{gettext(LEGENDS['date'])}: {span}", address(endpoint, project, rest_of)))
    return made


def address(endpoint: str, project: Project, given: Mapping[str, Any]) -> str:
    """Return the address of a page of the analysis."""
    return url_for(endpoint, slug=project.slug, **given)


def file_answer(data: bytes, form: str, name: str) -> Response:
    """Hand out a table file."""
    answer = Response(data, mimetype=TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def settle(answer: Response, trouble: Trouble | None) -> Response:
    """Give an answer the status of what went wrong."""
    if trouble is not None:
        answer.status_code = trouble.status
        if trouble.is_rebuilding:
            answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer
