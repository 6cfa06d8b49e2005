"""Quotes over the API: a passage with an address of its own, pinned to the revision it was taken from."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from pydantic import Field
from spectree import Response

from kmwiki.accounts.access import project_for
from kmwiki.api.v1.ground import Page, PageQuery, Problem, answers, bp, caller, page_of, read_offset, settings, spec
from kmwiki.coding.access import coding_for
from kmwiki.config import DEFAULT_BASE_URL
from kmwiki.db import session, transaction
from kmwiki.quotes import queries, service
from kmwiki.quotes.access import quote_for
from kmwiki.quotes.schemas import CodingQuoteIn, PassageIn, QuoteOut
from kmwiki.quotes.telling import tell_quote
from kmwiki.security.policy import Permission
from kmwiki.sources.access import source_for
from kmwiki.sources.schemas import Id  # noqa: TC001 - pydantic reads it

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.quotes.models import Quote

TAGS = ["quotes"]
MADE = Response(
    HTTP_200=QuoteOut,
    HTTP_201=QuoteOut,
    HTTP_401=Problem,
    HTTP_403=Problem,
    HTTP_404=Problem,
    HTTP_409=Problem,
    HTTP_422=Problem,
)


class QuoteQuery(PageQuery):
    """Which quotes of a project."""

    source: Id | None = Field(default=None, description="Only those from this text: an entry's source, or a comment's.")


@bp.get("/projects/<slug>/quotes")
@spec.validate(resp=answers(Page[QuoteOut], refusals=(401, 404, 422)), tags=TAGS)
def list_quotes(slug: str, query: QuoteQuery) -> Page[QuoteOut]:
    """List the quotes from texts that the token's owner may read, the youngest first."""
    offset = read_offset(query.cursor)
    with session() as opened:
        project = project_for(opened, caller(), slug, Permission.READ)
        found, total = queries.quotes_of(
            opened, caller(), project.id, source_id=query.source, offset=offset, size=query.size
        )
        return page_of([tell_quote(each, _site()) for each in found], offset=offset, total=total)


@bp.post("/sources/<int:source_id>/quotes")
@spec.validate(resp=MADE, tags=TAGS)
def add_quote(source_id: int, json: PassageIn) -> tuple[QuoteOut, int]:
    """Quote a passage of a text. The same passage again is the same quote: 200 instead of 201."""
    with transaction() as opened:
        source = source_for(opened, caller(), source_id)
        made = service.pin(
            opened, caller(), source, start=json.start, end=json.end, quote=json.quote, revision=json.revision
        )
        return _answer(opened, *made)


@bp.post("/codings/<int:coding_id>/quote")
@spec.validate(resp=MADE, tags=TAGS)
def quote_coding(coding_id: int, json: CodingQuoteIn) -> tuple[QuoteOut, int]:
    """Quote what a coding stands on now, or its evidence."""
    with transaction() as opened:
        coding, source = coding_for(opened, caller(), coding_id, Permission.READ)
        return _answer(opened, *service.pin_coding(opened, caller(), coding, source, of=json.of))


@bp.get("/quotes/<int:quote_id>")
@spec.validate(resp=answers(QuoteOut, refusals=(401, 404)), tags=TAGS)
def read_quote(quote_id: int) -> QuoteOut:
    """Give a quote: its words as of its revision, and where they stand now."""
    with session() as opened:
        return tell_quote(quote_for(opened, caller(), quote_id), _site())


def _answer(opened: Session, quote: Quote, is_new: bool) -> tuple[QuoteOut, int]:  # noqa: FBT001 - as `pin` gives them
    told = tell_quote(quote_for(opened, caller(), quote.id), _site())
    return told, HTTPStatus.CREATED if is_new else HTTPStatus.OK


def _site() -> str:
    return settings().base_url or DEFAULT_BASE_URL
