"""What is asked of an import, and what it answers for each file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from kmwiki.errors import Invalid, Message, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Status = Literal["created", "updated", "unchanged", "failed", "skipped"]
STATUSES: tuple[Status, ...] = ("created", "updated", "unchanged", "failed")
"""The statuses that are counted; a file of a folder that is no text is only listed, as skipped."""

FORMATS = ("auto", "gotoknow", "gotoknow-html", "html", "markdown", "plain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the person who imports has decided; None and "auto" leave it to the file."""

    format: str = "auto"
    kind: str | None = None
    province: str | None = None
    encoding: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the shape that a job's payload keeps."""
        return {"format": self.format, "kind": self.kind, "province": self.province, "encoding": self.encoding}


@dataclass(slots=True)
class Item:
    """What became of one file, or would become of it in a dry run."""

    path: str
    status: Status
    entry_id: int | None = None
    number: int | None = None
    title: str | None = None
    comments: int = 0
    confidence: float | None = None
    warnings: list[Message] = field(default_factory=list)
    found: dict[str, Any] = field(default_factory=dict)
    """What was read or guessed, for people to look over: kind, province, dates, layout, encoding, licence."""
    did: dict[str, Any] = field(default_factory=dict)
    """What it takes to go back; see `traces.Trace`."""

    def as_json(self, words: Callable[[Message], Any] = str) -> dict[str, Any]:
        """Return the contract's shape; `words` turns a message into a sentence of the reader's language."""
        return {
            "path": self.path,
            "status": self.status,
            "entry_id": self.entry_id,
            "number": self.number,
            "title": self.title,
            "comments": self.comments,
            "confidence": self.confidence,
            "warnings": [words(warning) for warning in self.warnings],
            "found": self.found,
        }


@dataclass(slots=True)
class Report:
    """What became of all the files."""

    items: list[Item] = field(default_factory=list)
    batch: int | None = None
    """The number by which the import can be undone; None for a dry run."""

    def count(self, status: Status) -> int:
        """Count the files of that status."""
        return sum(item.status == status for item in self.items)

    def as_json(self, words: Callable[[Message], Any] = str) -> dict[str, Any]:
        """Return the contract's shape: the counts, the batch, then the items in the order of the files."""
        counts: dict[str, Any] = {status: self.count(status) for status in STATUSES}
        return {**counts, "batch": self.batch, "items": [item.as_json(words) for item in self.items]}


def keep_message(message: Message) -> dict[str, Any]:
    """Return a message as JSON, to be translated when it is shown."""
    return {"text": message.text, "values": {name: _plain(value) for name, value in message.values.items()}}


def take_message(kept: dict[str, Any]) -> Message:
    """Return the message that `keep_message` kept."""
    return Message(str(kept["text"]), dict(kept["values"]))


def check_options(options: Options, kinds: Iterable[str]) -> None:
    """Refuse a format or a kind that there is not. Invalid names the field."""
    if options.format not in FORMATS:
        raise Invalid.one("format", say("The format must be one of %(formats)s.", formats=", ".join(FORMATS)))
    known = list(kinds)
    if options.kind is not None and options.kind not in known:
        raise Invalid.one("kind", say("The kind must be one of %(kinds)s.", kinds=", ".join(known)))


def _plain(value: object) -> object:
    return value if isinstance(value, (int, float, str)) else str(value)
