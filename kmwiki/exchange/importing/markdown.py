"""A Markdown file as a page, and what its front matter says of the note beyond that."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kmwiki.entries.kinds import KINDS
from kmwiki.errors import Message, say
from kmwiki.formats.frontmatter import FrontMatter, Value, read_front_matter
from kmwiki.formats.gotoknow import Found, Page
from kmwiki.places.queries import resolve
from kmwiki.text.dates import read_date

if TYPE_CHECKING:
    from kmwiki.entries.schemas import EntryIn
    from kmwiki.exchange.importing.model import Options

TAG_LONGEST = 100
MOST_TAGS = 50

_HEADING = re.compile(r"#[ \t]+(?P<title>\S.*)")
_NAMES = {
    "title": "title",
    "lead": "lead",
    "summary": "lead",
    "kind": "kind",
    "date": "event_date",
    "event_date": "event_date",
    "province": "places",
    "place": "places",
    "places": "places",
    "tags": "tags",
    "author": "authors",
    "authors": "authors",
}


def read_markdown(text: str) -> tuple[Page, FrontMatter]:
    """Read a Markdown file. Its front matter is no part of the body; a first heading is the title if none is given.

    A heading that says the title again is taken off, too.
    """
    front = read_front_matter(text)
    lines = text.split("\n")
    at = front.size
    while at < len(lines) - 1 and not lines[at].strip():
        at += 1
    said = front.values.get("title")
    title = " ".join(said.words) if said is not None else None
    provenance = {"title": Found("text", said.lines)} if said is not None and title else {}
    found = _HEADING.fullmatch(lines[at])
    heading = found and found["title"][0] + found["title"][1:].rstrip(" \t#")
    if heading is not None and title in {None, "", heading}:
        provenance.setdefault("title", Found("text", (at + 1, at + 1)))
        title, at = heading, at + 1
    body = "\n".join(lines[at:]).strip("\n")
    return Page("plain", title or None, None, None, body, None, provenance=provenance), front


def describe_by(front: FrontMatter, entry: EntryIn, provenance: dict[str, Any], options: Options) -> list[Message]:
    """Set in `entry` what the front matter says; return what of it could not be taken.

    What the person who imports has decided wins.
    """
    warnings: list[Message] = []
    for key, value in front.values.items():
        name = _NAMES.get(key)
        is_decided = (name == "kind" and options.kind) or (name == "places" and options.province)
        if name is None:
            warnings.append(say("“%(key)s” in the head of the file is not known here and was left out.", key=key))
        elif name != "title" and value.words and not is_decided:
            problem = _set(entry, name, value)
            if problem is None:
                provenance[name] = Found("text", value.lines).as_json()
            else:
                warnings.append(problem)
    warnings.extend(
        say("Line %(line)s in the head of the file could not be read and was left out.", line=no) for no in front.unread
    )
    return warnings


def _set(entry: EntryIn, name: str, value: Value) -> Message | None:
    words = ", ".join(value.words)
    if name == "kind":
        return _set_kind(entry, words)
    if name == "event_date":
        return _set_date(entry, words)
    if name == "places":
        return _set_places(entry, value)
    if name == "lead":
        entry.lead = words
    elif name == "authors":
        entry.authors = [" ".join(word.split()) for word in value.words]
    else:
        parts = value.words if len(value.words) > 1 else value.words[0].split(",")
        tags = (" ".join(part.strip().removeprefix("#").split()) for part in parts)
        entry.tags = list(dict.fromkeys(tag for tag in tags if 0 < len(tag) <= TAG_LONGEST))[:MOST_TAGS]
    return None


def _set_kind(entry: EntryIn, words: str) -> Message | None:
    kind = words.lower()
    if kind not in KINDS:
        return say("“%(kind)s” is no kind of note; the kind was guessed.", kind=words)
    entry.kind = kind
    return None


def _set_date(entry: EntryIn, words: str) -> Message | None:
    readings = read_date(words)
    if len(readings) != 1:
        return say("The date “%(date)s” cannot be read for sure; it was left out.", date=words)
    entry.event_date, entry.event_choice = words, readings[0].start.isoformat()
    return None


def _set_places(entry: EntryIn, value: Value) -> Message | None:
    """Take the place, or the list of places; all or none."""
    found = {word: resolve(word) for word in value.words}
    unknown = [word for word, place in found.items() if place is None]
    if unknown:
        return say("“%(text)s” is no province or place that is known here.", text=", ".join(unknown))
    entry.places = list(dict.fromkeys(place.code for place in found.values() if place is not None))
    return None
