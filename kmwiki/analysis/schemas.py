"""What concordances and word counts answer, shared by the pages, the API and the exports."""

from __future__ import annotations

from pydantic import BaseModel, Field

from kmwiki.entries.schemas import EventOut
from kmwiki.search.schemas import FacetValueOut, ProvinceOut


class LineOut(BaseModel):
    """A keyword with its contexts. Personal numbers are masked for everybody."""

    left: str
    keyword: str
    right: str
    part: str = Field(description="title, lead, body (offsets in the source's reading text) or fields")
    start: int
    end: int
    type: str = Field(description="entry, comment or memo")
    source_id: int
    entry_id: int
    number: int
    title: str
    kind: str
    provinces: list[ProvinceOut]
    event_date: str | None = Field(description="First day, ISO")
    event: EventOut | None = None
    author: str | None
    url: str = Field(description="Opens the note at this very place")


class KwicOut(BaseModel):
    """A page of a concordance."""

    text: str
    understood: str
    also: list[str] = Field(description="What else is searched: other writings of a word, one line each")
    notes: list[str] = []
    mode: str
    total: int = Field(description="How many lines there are, at most `most`")
    texts: int = Field(description="In how many texts they stand")
    entries: int = Field(description="In how many notes these texts are")
    most: int
    cut: bool = Field(description="Whether there are more lines than `most`; lines of later notes are left out then")
    complete: bool = Field(description="False while changes wait to be indexed")
    width: int
    sort: str
    page: int
    size: int
    took_ms: int
    lines: list[LineOut]
    facets: dict[str, list[FacetValueOut]] = {}


class WordCountOut(BaseModel):
    """A word of a selection."""

    word: str = Field(description="As it is most often written there")
    key: str = Field(description="Folded: what all its writings have in common")
    count: int
    texts: int
    per_10000: float
    dp: float = Field(description="Gries' deviation of proportions, normalised: 0 evenly spread, 1 in one text alone")


class SelectionOut(BaseModel):
    """What was counted."""

    text: str
    understood: str
    texts: int
    words: int = Field(description="All words, stop words and numbers too: what `per_10000` is a share of")
    different: int = Field(description="How many different words there are")


class WordsOut(BaseModel):
    """The words of a selection, the most frequent first."""

    selection: SelectionOut
    total: int
    page: int
    size: int
    complete: bool
    took_ms: int
    stop_list: int = Field(description="The version of the project's stop list")
    words: list[WordCountOut]
    facets: dict[str, list[FacetValueOut]] = {}


class KeyWordOut(BaseModel):
    """A word in two selections."""

    word: str
    key: str
    count: int
    per_10000: float
    other_count: int
    other_per_10000: float
    log_likelihood: float
    p: float | None = Field(description="Below which probability the difference comes by chance: 0.05 to 0.0001")
    log_ratio: float
    percent_diff: float | None
    direction: int = Field(description="1: more frequent in the first selection, -1: in the second")


class CompareOut(BaseModel):
    """Two selections compared, the most telling words first."""

    first: SelectionOut
    second: SelectionOut
    total: int
    page: int
    size: int
    sort: str
    took_ms: int
    complete: bool
    stop_list: int
    words: list[KeyWordOut]


class CellOut(BaseModel):
    """A word within a value."""

    value: str
    count: int
    per_10000: float


class CrossRowOut(BaseModel):
    """A word in every value of a facet."""

    word: str
    key: str
    cells: list[CellOut]


class CrossOut(BaseModel):
    """The most frequent words against the values of a facet."""

    by: str
    values: list[FacetValueOut]
    sizes: list[int] = Field(description="How many words each value's texts have")
    rows: list[CrossRowOut]
