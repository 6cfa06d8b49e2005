"""What a GotoKnow page holds, frozen, and where in the file each part was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kmwiki.errors import Message
    from kmwiki.formats.gotoknow.moments import Moment

Layout = Literal["post", "header", "journal", "question", "plain", "html"]


@dataclass(frozen=True, slots=True)
class Found:
    """How a field came about: read from the text or guessed from it, and from which lines (first and last, from 1)."""

    how: Literal["text", "guess"]
    lines: tuple[int, int] | None = None

    def as_json(self) -> dict[str, object]:
        """Return the shape kept in `Entry.provenance`."""
        return {"from": self.how, "lines": list(self.lines) if self.lines else None}


@dataclass(frozen=True, slots=True)
class PageComment:
    """One comment as cut out of the page. A greeting in it names whom it speaks to, never its author."""

    lines: tuple[int, int]
    text: str
    """The comment's lines, code point for code point, without the white space around them."""
    author: str | None = None
    """The name that stands alone above or below the text, if one does."""
    written: Moment | None = None
    confidence: float = 1.0
    """How sure the cuts on both its sides are, 0 to 1."""
    may_be_several: bool = False
    """Whether further comments seem to start in it, though the heading counts no more."""
    body_format: Literal["plain", "markdown"] = "plain"


@dataclass(frozen=True, slots=True)
class Page:
    """A page as parsed. None means "not stated"; `provenance` names each field that is set."""

    layout: Layout
    title: str | None
    lead: str | None
    lead_line: int | None
    body: str
    body_lines: tuple[int, int] | None
    record_no: int | None = None
    written: Moment | None = None
    edited: Moment | None = None
    licence: str | None = None
    author: str | None = None
    tags: tuple[str, ...] = ()
    views: int | None = None
    url: str | None = None
    province: str | None = None
    comment_count: int | None = None
    """The number in the comments' heading; None when there is no heading or it has no number."""
    comments: tuple[PageComment, ...] = ()
    meta_line: int | None = None
    footer_from: int | None = None
    warnings: tuple[Message, ...] = ()
    provenance: Mapping[str, Found] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        """Whether it was recognised as a page of the site; if not, the whole text is the body."""
        return self.layout not in {"plain", "html"}
