"""The shapes of comments that go in and out of the doors."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from kmwiki.db import LARGEST_INTEGER
from kmwiki.shapes import Taken
from kmwiki.sources.schemas import Id


class PassageIn(Taken):
    """A passage of the entry's reading text.

    Code points, the end exclusive. The quote, if given, must be those words.
    """

    start: int = Field(ge=0, le=LARGEST_INTEGER)
    end: Id
    quote: str | None = None
    revision: Id | None = None


class PassageOut(BaseModel):
    """The passage that a comment is about, in the revision it was made on."""

    revision: int
    start: int
    end: int
    quote: str


class CommentIn(Taken):
    """A new comment."""

    GIVEN_ONLY = frozenset({"id", "source_id", "revision", "author", "author_name", "created", "removed"})

    body: str
    body_format: Literal["markdown", "plain"] = "markdown"
    parent_id: Id | None = None
    passage: PassageIn | None = None


class CommentOut(BaseModel):
    """A comment. `author` is a member's name, null for an imported one, whose `author_name` the page may have given.

    Of a removed one, which stays in the list where answers hang on it, neither words nor writer are told.
    """

    id: int
    source_id: int
    revision: int
    parent_id: int | None
    author: str | None
    author_name: str
    body: str
    body_format: str
    passage: PassageOut | None
    created: datetime
    removed: bool = False
