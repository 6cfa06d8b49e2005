"""Shapes of coding rounds, shared by the pages and the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from kmwiki.coding.schemas import Name, Words
from kmwiki.rounds.cases import Kind
from kmwiki.shapes import Taken
from kmwiki.sources.schemas import Id, Whole

RoundUnit = Literal["free", "sentence", "paragraph"]
Choice = Literal["agreed", "coder", "all", "other", "none"]
Progress = Literal["none", "started", "done"]
UNITS: tuple[RoundUnit, ...] = ("free", "sentence", "paragraph")
CHOICES: tuple[Choice, ...] = ("coder", "all", "other", "none")
"""What a person can settle; `agreed` is settled by itself."""
MOST_TEXTS = 1000
MOST_CODERS = 20

_GIVEN = frozenset({"id", "state", "created", "closed", "reopened", "texts", "coders", "url"})
RoundName = Annotated[Name, StringConstraints(strip_whitespace=True)]


class RoundIn(Taken):
    """A new round: it is open at once, and its coders see each other only when it is closed."""

    GIVEN_ONLY = _GIVEN

    name: RoundName
    purpose: Words = ""
    unit: RoundUnit = "free"
    is_blind: bool = True
    entry_ids: list[Id] = Field(max_length=MOST_TEXTS)
    coder_ids: list[Id] = Field(max_length=MOST_CODERS)
    code_ids: list[Id] = Field(default=[], max_length=1000, description="Codes to use, with all below; none: all.")


class RoundPatch(Taken):
    """What is to change; a list replaces the one that stands.

    Unit, blindness and codes stay as they are once somebody has coded.
    """

    GIVEN_ONLY = _GIVEN

    name: RoundName | None = None
    purpose: Words | None = None
    unit: RoundUnit | None = None
    is_blind: bool | None = None
    entry_ids: Annotated[list[Id], Field(max_length=MOST_TEXTS)] | None = None
    coder_ids: Annotated[list[Id], Field(max_length=MOST_CODERS)] | None = None
    code_ids: Annotated[list[Id], Field(max_length=1000)] | None = None


class CoderOut(BaseModel):
    """A coder of a round; `is_member` is false for who has left the project since."""

    id: int
    name: str
    is_member: bool


class CellOut(BaseModel):
    """How far a coder is with a text. `codings` is null where the reader may not know while coding is blind."""

    coder_id: int
    progress: Progress
    codings: int | None
    is_before_edit: bool  # said to be done before the text was changed


class TextOut(BaseModel):
    """A text of a round; title and number are null for texts that the reader may not open."""

    source_id: int
    entry_id: int | None
    number: int | None
    title: str | None
    revision: int  # at which it came into the round
    is_changed: bool  # its text has been edited since
    is_binned: bool
    cells: list[CellOut]


class RoundOut(BaseModel):
    """A round with its board."""

    id: int
    name: str
    purpose: str
    unit: RoundUnit
    is_blind: bool
    state: Literal["open", "closed"]
    created: datetime
    closed: datetime | None
    reopened: datetime | None
    code_ids: list[int]
    coders: list[CoderOut]
    texts: list[TextOut]
    url: str


class MarkIn(Taken):
    """Whether the caller is done with a text."""

    done: bool


class UnitOut(BaseModel):
    """A unit: [start, end) of the reading text, and the codes that each coder gave it, by the coder's id."""

    start: int
    end: int
    length: int
    codes: dict[int, list[int]]


class UnitsTextOut(BaseModel):
    """One text of the matrix; `coders` are those who worked on it: only they are compared there."""

    source_id: int
    entry_id: int
    revision: int
    length: int
    coders: list[int]
    units: list[UnitOut]


class UnitsOut(BaseModel):
    """Units x coders x codes of a closed round, for coefficients of agreement."""

    round_id: int
    unit: RoundUnit
    coders: list[CoderOut]
    codes: list[int]
    texts: list[UnitsTextOut]
    left_out: int  # texts that the caller may not read or that lie in the bin


class SpotIn(Taken):
    """A passage that is to stand in the adjudicated layer."""

    code_id: Id
    source_id: Id
    start: Whole
    end: Whole
    quote: str


class DecisionIn(Taken):
    """What is settled about a case, which is named by the ids of its codings."""

    GIVEN_ONLY = frozenset({"id", "author", "created", "undone"})

    codings: list[Id] = Field(min_length=1, max_length=1000)
    choice: Choice
    coder_id: Id | None = None  # for `coder`
    spots: list[SpotIn] = Field(default=[], max_length=100, description="For `other`: what is to stand instead.")
    reason: Words = ""


class DecisionOut(BaseModel):
    """A decision: `codings` it is about, `made` those it put into the adjudicated layer and that stand there."""

    id: int
    codings: list[int]
    choice: Choice
    coder_id: int | None
    reason: str
    author: str | None
    created: datetime
    made: list[int]
    undone: datetime | None


class CaseMarkOut(BaseModel):
    """A coding of a case."""

    id: int
    coder_id: int
    code_id: int
    start: int | None
    end: int | None
    quote: str


class CaseOut(BaseModel):
    """Codings that belong together, how the coders stand to each other in them, and what was settled."""

    kind: Kind
    source_id: int
    entry_id: int
    number: int
    codings: list[CaseMarkOut]
    decision: DecisionOut | None
