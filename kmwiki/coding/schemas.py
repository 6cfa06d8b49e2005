"""Shapes of codes and codings, shared by the web pages and the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from kmwiki.shapes import Taken
from kmwiki.sources.schemas import Id, Whole

Voice = Literal["informant", "author", "commenter", "document"]
State = Literal["placed", "changed", "lost"]
Status = Literal["accepted", "auto", "proposed"]
CodeState = Literal["live", "retired", "merged", "undone"]


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("there is a NUL character in it, which no text has")
    return text


Name = Annotated[str, StringConstraints(max_length=200), AfterValidator(_storable)]
Words = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_storable)]
Hue = Annotated[int, Field(ge=1, le=12)]

VOICES: tuple[Voice, ...] = ("informant", "author", "commenter", "document")


_CODING_GIVEN = frozenset(
    {"id", "guid", "source_id", "entry_id", "state", "status", "coder", "evidence", "created", "url"}
)
_CODE_GIVEN = frozenset({"id", "guid", "state", "merged_into", "count", "count_below", "url"})


class CodingIn(Taken):
    """A passage to put under a code; offsets count code points of the revision's reading text, `end` exclusive."""

    GIVEN_ONLY = _CODING_GIVEN

    code_id: Id
    start: Whole
    end: Whole
    quote: str
    revision: Whole | None = None  # None: the head
    voice: Voice | None = None
    memo: Words = ""


class CodingPatch(Taken):
    """What is to change about a coding; a field left out keeps its value. A new place needs start, end and quote."""

    GIVEN_ONLY = _CODING_GIVEN

    code_id: Id | None = None
    voice: Voice | None = None
    memo: Words | None = None
    start: Whole | None = None
    end: Whole | None = None
    quote: str | None = None
    revision: Whole | None = None  # of start and end; None: the head


class Evidence(BaseModel):
    """What the coder saw when coding; never rewritten."""

    revision: int
    start: int
    end: int
    quote: str


class CodingOut(BaseModel):
    """A coding as other programs see it; start, end, quote and revision tell its present place: null when lost."""

    id: int
    guid: str
    source_id: int
    entry_id: int | None
    code_id: int
    start: int | None
    end: int | None
    quote: str | None
    revision: int
    state: State
    status: Status  # auto: a batch made it and nobody has accepted it yet; it counts nowhere
    voice: Voice | None
    memo: str
    coder: str | None
    evidence: Evidence
    created: datetime
    url: str


class CodeIn(Taken):
    """A new code. Without a colour it gets the one that its siblings leave clearest."""

    GIVEN_ONLY = _CODE_GIVEN

    name_th: Name
    name_en: Name = ""
    parent_id: Id | None = None
    definition: Words = ""
    include: Words = ""
    exclude: Words = ""
    example: Words = ""
    color: Hue | None = None
    pattern: Hue | None = None
    is_codable: bool = True
    aliases: list[Name] = Field(default=[], max_length=100)
    reason: Words = ""


class CodePatch(Taken):
    """What is to change about a code; a field left out keeps its value."""

    GIVEN_ONLY = _CODE_GIVEN

    name_th: Name | None = None
    name_en: Name | None = None
    parent_id: Id | None = None
    definition: Words | None = None
    include: Words | None = None
    exclude: Words | None = None
    example: Words | None = None
    color: Hue | None = None
    pattern: Hue | None = None
    is_codable: bool | None = None
    aliases: Annotated[list[Name], Field(max_length=100)] | None = None
    reason: Words = ""


_GROUP_GIVEN = frozenset({"id", "guid"})


class GroupIn(Taken):
    """A new group of codes; it lies across the tree, and one code may be in several."""

    GIVEN_ONLY = _GROUP_GIVEN

    name: Name
    description: Words = ""
    code_ids: list[Id] = Field(default=[], max_length=20_000)
    reason: Words = ""


class GroupPatch(Taken):
    """What is to change about a group; `code_ids` are all its codes. A field left out keeps its value."""

    GIVEN_ONLY = _GROUP_GIVEN

    name: Name | None = None
    description: Words | None = None
    code_ids: Annotated[list[Id], Field(max_length=20_000)] | None = None
    reason: Words = ""


class GroupOut(BaseModel):
    """A group of codes as other programs see it; of its codes those in use."""

    id: int
    guid: str
    name: str
    description: str
    code_ids: list[int]


class CodeOut(BaseModel):
    """A code as other programs see it; `count` and `count_below` tell the codings that the caller may read."""

    id: int
    guid: str
    parent_id: int | None
    name_th: str
    name_en: str
    definition: str
    include: str
    exclude: str
    example: str
    color: int
    pattern: int
    is_codable: bool
    aliases: list[str]
    state: CodeState
    merged_into: int | None
    count: int
    count_below: int  # with all codes below it
    url: str
