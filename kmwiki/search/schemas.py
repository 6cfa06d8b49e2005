"""What search answers, shared by the page, the API and the command line."""

from __future__ import annotations

from pydantic import BaseModel, Field

from kmwiki.entries.schemas import EventOut


class WordOut(BaseModel):
    """A word of the query and in how many texts it stands by itself."""

    text: str
    count: int


class QueryOut(BaseModel):
    """How a query was understood."""

    text: str
    understood: str = Field(description="The query as it was read, with its operators; read again it means the same")
    exact: str = Field(default="", description="The same words for mode=exact: only what was typed is looked for")
    notes: list[str] = Field(default=[], description="What to know about how it was read, in the caller's language")
    also: list[str] = Field(description="What else is searched: other writings of a word, one line each")
    suggestion: str | None = Field(
        default=None, description="Another query that may have been meant; never searched unasked"
    )
    words: list[WordOut] = Field(default=[], description="When nothing was found: in how many texts each word stands")
    mode: str = Field(description="all, best or exact: what `auto` came to")


class InsteadOut(BaseModel):
    """How many texts would be found without a filter; `all` stands for all filters, `date` for from and to."""

    drop: str
    count: int


class SnippetOut(BaseModel):
    """A passage: `text` is the part's text[start:end], `marks` are ranges of code points within it."""

    text: str
    start: int
    end: int
    marks: list[tuple[int, int]]
    goes_on: bool = Field(default=False, description="Whether the part goes on behind it")
    part: str = Field(default="body", description="body (offsets in the source's reading text), lead or fields")
    codes: list[int] = Field(default=[], description="Codes under which words of this passage stand")


class ProvinceOut(BaseModel):
    """A province."""

    code: str
    name_th: str
    name_en: str


class HitOut(BaseModel):
    """A text that was found. `entry_id` is the entry that a comment or a memo hangs on."""

    type: str
    id: int
    entry_id: int | None
    source_id: int | None
    revision: int | None = Field(default=None, description="Of the source: the one in which the passages stand")
    number: int | None = None
    title: str
    title_marks: list[tuple[int, int]] = []
    url: str
    score: float
    is_whole: bool = Field(description="Every word stands there as a whole word")
    snippets: list[SnippetOut]
    kind: str | None
    provinces: list[ProvinceOut]
    event_date: str | None = Field(description="First day, ISO")
    event: EventOut | None = None
    author: str | None = None
    codes: list[int] = []


class FacetValueOut(BaseModel):
    """A value to narrow by and how many hits have it."""

    value: str
    label: str
    count: int
    is_chosen: bool = False
    parent: str | None = Field(default=None, description="Of a code: the one it stands under, whose count holds it")


class SearchOut(BaseModel):
    """A page of hits. `complete` is false while changes wait to be indexed."""

    query: QueryOut
    relaxed: bool
    total: int
    entries: int = Field(description="In how many notes the hits stand")
    complete: bool
    took_ms: int
    page: int
    size: int
    hits: list[HitOut]
    facets: dict[str, list[FacetValueOut]]
    instead: list[InsteadOut] = Field(default=[], description="When nothing was found: what fewer filters would find")
