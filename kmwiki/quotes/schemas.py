"""Shapes of quotes, shared by the web pages and the API."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from kmwiki.shapes import Taken
from kmwiki.sources.schemas import Id, Whole


class PassageIn(Taken):
    """A passage to quote: offsets count code points of the revision's reading text, `end` exclusive."""

    start: Whole
    end: Whole
    quote: str | None = None  # where it is given, it must be what stands there
    revision: Whole | None = None  # None: the head


class CodingQuoteIn(Taken):
    """What of a coding to quote: what it stands on now, or the evidence that it was made on."""

    of: Literal["now", "evidence"] = "now"


class QuoteIn(CodingQuoteIn):
    """A coding to quote, or a passage of a text."""

    coding_id: Id | None = None
    source_id: Id | None = None
    start: Whole | None = None
    end: Whole | None = None
    quote: str | None = None
    revision: Whole | None = None


class QuoteNow(BaseModel):
    """Where the words stand in the text as it is now, and how they read there; nothing where they are lost."""

    state: Literal["same", "placed", "changed", "lost", "unknown"]
    revision: int
    start: int | None
    end: int | None
    quote: str | None


class QuoteOut(BaseModel):
    """A quote; start, end and quote are those of the revision it is pinned to.

    Who reads the text only because it is public gets those of the text as it is now, and no revision.
    """

    id: int
    source_id: int
    entry_id: int
    comment_id: int | None
    revision: int | None
    start: int
    end: int
    quote: str
    title: str
    author: str
    now: QuoteNow
    text: str
    markdown: str
    citation: str  # in Thai, years of the Buddhist era
    citation_en: str
    created: datetime
    url: str
