"""Quotes as other programs see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmwiki.quotes.citing import as_citation, as_markdown, as_text
from kmwiki.quotes.schemas import QuoteNow, QuoteOut

if TYPE_CHECKING:
    from kmwiki.quotes.queries import Told


def tell_quote(told: Told, site: str) -> QuoteOut:
    """Return the API's shape of a quote; `site` is the address of this site, which stands in what may be copied."""
    now = told.standing
    return QuoteOut(
        id=told.id,
        source_id=told.source_id,
        entry_id=told.entry.id,
        comment_id=told.comment_id,
        revision=told.revision,
        start=told.start,
        end=told.end,
        quote=told.words,
        title=told.title,
        author=told.authors,
        now=QuoteNow(state=now.state, revision=told.head, start=now.start, end=now.end, quote=told.words_now),
        text=as_text(told, "th", site),
        markdown=as_markdown(told, "th", site),
        citation=as_citation(told, "th", site),
        citation_en=as_citation(told, "en", site),
        created=told.made,
        url=told.address,
    )
