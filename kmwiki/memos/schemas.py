"""The shapes of memos that go in and out of the doors."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from kmwiki.shapes import Taken

Audience = Literal["private", "team", "supervisors"]
TargetKind = Literal["project", "code", "entry", "coding", "comment"]


class TargetOut(BaseModel):
    """What a memo is about. A removed one keeps its kind and id, and has neither title nor url."""

    kind: TargetKind
    id: int
    title: str | None
    url: str | None


class LinkOut(BaseModel):
    """Another memo, as far as a link tells of it."""

    id: int
    title: str
    url: str


class MemoIn(Taken):
    """A new memo. `target` is like `entry:12`, with ids as the API gives them; `project` or nothing is the project."""

    GIVEN_ONLY = frozenset({"id", "source_id", "revision", "author", "created", "updated", "url", "entry_id"}) | {
        "linked_from"
    }

    body: str
    title: str = ""
    body_format: Literal["markdown", "plain"] = "markdown"
    target: str | None = None
    visibility: Audience = "team"


class MemoPatch(Taken):
    """What is to be changed of a memo; what is left out keeps its value."""

    GIVEN_ONLY = MemoIn.GIVEN_ONLY | {"target"}

    body: str | None = None
    title: str | None = None
    body_format: Literal["markdown", "plain"] | None = None
    visibility: Audience | None = None
    reason: str = ""


class MemoOut(BaseModel):
    """A memo. `entry_id` is the entry whose readers alone may read it, null for one on a code or the project."""

    id: int
    source_id: int
    revision: int
    target: TargetOut
    entry_id: int | None
    title: str
    body: str
    body_format: str
    author: str | None
    visibility: str
    linked_from: list[LinkOut]
    created: datetime
    updated: datetime
    url: str
