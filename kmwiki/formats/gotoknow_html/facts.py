"""What a page says of itself: to machines (JSON-LD, meta tags, its address) and in the site's own labels."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kmwiki.formats.gotoknow.labels import Labels, read_labels
from kmwiki.formats.gotoknow.licences import read_licence
from kmwiki.formats.gotoknow.moments import BANGKOK, Moment, find_moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kmwiki.formats.gotoknow.labels import RecordKind
    from kmwiki.formats.html.tree import Element

_LONGEST_JSON = 500_000
_ARTICLES = frozenset(
    {"article", "blogposting", "newsarticle", "socialmediaposting", "discussionforumposting", "question"}
)
_IN_ADDRESS = re.compile(
    r"https?://(?:[\w-]+\.)*gotoknow\.org(?::\d+)?/(?:(?P<kind>posts?|journals?|questions?|ask)/|(?:blogs?|b)/[^/?#]+/)(?P<number>\d{1,11})(?![\w])"
)
_KINDS: dict[str, RecordKind] = {"journal": "journal", "question": "question", "ask": "question"}
_SITE = re.compile(r"\s*(?:[-–—|·:]\s*)?(?:GotoKnow(?:\.org)?|โกทูโน)\s*$", re.IGNORECASE)
_CREATIVE = re.compile(r"creativecommons\.org/(?:licenses/(by(?:-nc|-nd|-sa)*)|publicdomain/zero)", re.IGNORECASE)
_LONGEST_LINE = 300
_MOST_SAYING = 200
_LONGEST_FACTS = 4000  # characters; a larger element holds more than facts


@dataclass(frozen=True, slots=True)
class Facts:
    """What the page says of itself; None and empty where it says nothing."""

    title: str | None = None
    author: str | None = None
    written: Moment | None = None
    edited: Moment | None = None
    licence: str | None = None
    tags: tuple[str, ...] = ()


def read_facts(root: Element) -> Facts:
    """Read JSON-LD and meta tags."""
    article = next(_articles(root), {})
    tags = article.get("keywords") or [found.get("content") for found in root.select("meta[property='article:tag']")]
    parts = tags.split(",") if isinstance(tags, str) else tags if isinstance(tags, list) else []
    return Facts(
        title=site_free(_text(article.get("headline")) or _meta(root, "og:title") or _title(root)),
        author=_name(article.get("author")) or _meta(root, "author") or _meta(root, "article:author"),
        written=read_time(_text(article.get("datePublished")) or _meta(root, "article:published_time") or ""),
        edited=read_time(_text(article.get("dateModified")) or _meta(root, "article:modified_time") or ""),
        licence=licence_of(_text(article.get("license")) or ""),
        tags=tuple(dict.fromkeys(tag.strip() for tag in parts if isinstance(tag, str) and tag.strip())),
    )


def read_time(words: str) -> Moment | None:
    """Read a time as machines write it, in any zone, or as the site does."""
    words = words.strip()[:200]
    try:
        when = datetime.fromisoformat(words)
    except ValueError:
        found = find_moment(words)
        return found[0] if found else None
    if when.tzinfo is None:
        when = when.replace(tzinfo=BANGKOK)
    return Moment(when.astimezone(BANGKOK), "T" in words or ":" in words, words)


def licence_of(words: str) -> str | None:
    """Read a licence: an address of Creative Commons, or the site's phrase."""
    found = _CREATIVE.search(words)
    if found is not None:
        return f"CC {found[1].upper()}" if found[1] else "CC0"
    return None if words.startswith(("http://", "https://", "/")) else read_licence(words)


def record_in(address: str | None) -> tuple[int | None, RecordKind | None]:
    """Return the record number that an address of the site holds, and what it counts."""
    found = _IN_ADDRESS.match(address or "")
    if found is None:
        return None, None
    return int(found["number"]), _KINDS.get((found["kind"] or "post").rstrip("s"), "post")


def labels_in(elements: list[Element]) -> Labels:
    """Read the site's labels (record number, times, licence, tags ...) in these elements, line by line."""
    labels = Labels()
    for element in elements:
        for line in _lines(element):
            found = read_labels(line)
            labels = labels.joined(found) if found is not None else labels
    return labels


def elements_saying(root: Element, pattern: re.Pattern[str], *, longest: int, above: int = 3) -> list[Element]:
    """Return the small elements in which such words stand, the largest of each first, in the order of the page."""
    found: list[Element] = []
    for event, holder, text in root.walk():
        if event != "text" or not pattern.search(text):
            continue
        best, at = None, holder
        for _ in range(above):
            if len(at.words()) > longest:
                break
            best, parent = at, at.parent
            if parent is None:
                break
            at = parent
        if best is not None and best not in found:
            found.append(best)
        if len(found) >= _MOST_SAYING:
            break
    return found


def site_free(title: str | None) -> str | None:
    """Return a title without the name of the site behind it."""
    if title is None:
        return None
    return " ".join(_SITE.sub("", title).split()) or None


def _lines(element: Element) -> Iterator[str]:
    """Give the whole element as one line, and each part of it, for the site runs labels together."""
    whole = element.words()
    if len(whole) > _LONGEST_FACTS:
        return
    if len(whole) <= _LONGEST_LINE:
        yield whole
    for inner in element.select("p, li, div, span, td, dd, small, time, strong, a"):
        words = inner.words()
        if 0 < len(words) <= _LONGEST_LINE:
            yield words


def _articles(root: Element) -> Iterator[dict[str, Any]]:
    for script in root.select("script[type='application/ld+json']")[:20]:
        text = script.raw_text()
        if len(text) > _LONGEST_JSON:
            continue
        try:
            waiting: list[Any] = [json.loads(text)]
        except (ValueError, RecursionError):
            continue
        while waiting:
            found = waiting.pop()
            if isinstance(found, list):
                waiting += found[:100]
            elif isinstance(found, dict):
                kinds = found.get("@type")
                names = kinds if isinstance(kinds, list) else [kinds]
                if any(str(name).lower() in _ARTICLES for name in names):
                    yield found
                waiting += [found[key] for key in ("@graph", "mainEntity") if key in found]


def _text(value: object) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None


def _name(value: object) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    return _text(value.get("name") if isinstance(value, dict) else value)


def _meta(root: Element, name: str) -> str | None:
    found = root.select(f"meta[property='{name}']") or root.select(f"meta[name='{name}']")
    return _text(found[0].get("content")) if found else None


def _title(root: Element) -> str | None:
    found = root.select("head > title") or root.select("title")
    return found[0].words() or None if found else None
