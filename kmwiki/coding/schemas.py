"""Shapes of codes and codings, shared by the web pages and the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

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
Offset = Annotated[Whole, Field(strict=True)]
"""A place in a text, or the number of a revision. A fraction, a truth value or digits in quotes are none."""
Version = Annotated[str, StringConstraints(max_length=64)]
MOST_CODES = 50
"""So many codes one passage is put under at once."""
Hue = Annotated[int, Field(ge=1, le=12)]

VOICES: tuple[Voice, ...] = ("informant", "author", "commenter", "document")


_CODING_GIVEN = frozenset(
    {
        "id",
        "guid",
        "source_id",
        "entry_id",
        "state",
        "status",
        "coder",
        "evidence",
        "created",
        "url",
        "codings",
        "new",
    }
)
_CODE_GIVEN = frozenset({"id", "guid", "state", "merged_into", "count", "count_below", "url"})


class CodingIn(Taken):
    """A passage to put under a code, or under several at once: all of it or none.

    Offsets count code points of the revision's reading text, `end` exclusive.
    """

    GIVEN_ONLY = _CODING_GIVEN | {"version"}

    code_ids: list[Annotated[Id, Field(strict=True)]] = Field(
        default=[], max_length=MOST_CODES, description="More codes for the same passage, with the same voice and memo."
    )
    code_id: Id | None = Field(default=None, strict=True, validate_default=True)
    start: Offset
    end: Offset
    quote: str
    revision: Offset | None = None  # None: the head
    voice: Voice | None = None
    memo: Words = ""
    round_id: Id | None = None  # code in this round instead of in one's own layer

    @field_validator("code_id")
    @classmethod
    def check_there_is_one(cls, value: int | None, info: ValidationInfo) -> int | None:
        """Refuse a passage without a code."""
        if value is None and not info.data.get("code_ids", True):
            raise PydanticCustomError("missing", "Field required")
        return value

    @property
    def codes(self) -> list[int]:
        """The ids of all codes, each once, in the order given."""
        first = [] if self.code_id is None else [self.code_id]
        return list(dict.fromkeys([*first, *self.code_ids]))


class CodingPatch(Taken):
    """What is to change about a coding; a field left out keeps its value. A new place needs start, end and quote.

    With the `version` that the coding was read with, nothing is changed if somebody else has changed it since.
    """

    GIVEN_ONLY = _CODING_GIVEN | {"round_id"}

    code_id: Id | None = Field(default=None, strict=True)
    voice: Voice | None = None
    memo: Words | None = None
    start: Offset | None = None
    end: Offset | None = None
    quote: str | None = None
    revision: Offset | None = None  # of start and end; None: the head
    version: Version | None = None


class SplitIn(Taken):
    """Where to cut a coding in two: an offset into the reading text of its revision, by default the head's."""

    GIVEN_ONLY = _CODING_GIVEN | {"round_id"}

    at: Offset
    revision: Offset | None = None
    version: Version | None = None


class UndoIn(Taken):
    """Which action is meant; by default the last. With `action`, what is sent twice is done once.

    `past` leaves the action of that number as it is, for good, and goes to the one before.
    """

    action: Id | None = Field(default=None, strict=True)
    past: Id | None = Field(default=None, strict=True)
    round_id: Id | None = Field(default=None, strict=True)  # at the desk of a round: what was done in it


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
    round_id: int | None  # of a coding round: it counts nowhere but there
    evidence: Evidence
    created: datetime
    version: str  # another one as soon as anybody has changed the coding
    url: str


class CodingsMade(CodingOut):
    """What a passage was put under: the coding of the first code, and all of them in `codings`."""

    codings: list[CodingOut]
    new: list[int]  # the ids of those that did not stand there already


class SplitOut(BaseModel):
    """The two halves of a coding that was cut."""

    first: CodingOut
    second: CodingOut


class UndoOut(BaseModel):
    """What was undone or done again, and what would be next."""

    action: int
    what: str
    is_new: bool  # false if it had been done before this request
    codings: list[CodingOut]  # those touched that stand now
    gone: list[int]  # the ids of those touched that are away now
    undo: str | None
    redo: str | None


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
    """A code as other programs see it; `count` and `count_below` tell the codings that the caller may read.

    Of a past day they are null.
    """

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
    count: int | None
    count_below: int | None  # with all codes below it
    url: str
