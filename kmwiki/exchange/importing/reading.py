"""Bytes to a draft of an entry with its comments: decoded, parsed, guessed. No database is asked."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from kmwiki.entries.schemas import EntryIn, Origin
from kmwiki.errors import Invalid, Message, say
from kmwiki.exchange.importing.files import Nothing
from kmwiki.exchange.importing.guessing import guess_day, guess_kind, title_from
from kmwiki.exchange.importing.markdown import MOST_TAGS, TAG_LONGEST, describe_by, read_markdown
from kmwiki.exchange.importing.pages import is_html, read_html
from kmwiki.formats.decoding import Decoded, decode
from kmwiki.formats.gotoknow import Found, Page, parse
from kmwiki.formats.gotoknow_html import own_layouts
from kmwiki.places.queries import choose, guess_province, resolve
from kmwiki.text.personal import find_personal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmwiki.exchange.importing.files import Beside
    from kmwiki.exchange.importing.images import Attached
    from kmwiki.exchange.importing.model import Options
    from kmwiki.formats.gotoknow import PageComment
    from kmwiki.formats.gotoknow_html import Layout

LONGEST_TEXT = 4_000_000
"""Code points of one file; a page and all its comments are far below."""

_MARKDOWN = frozenset({".md", ".markdown"})
_POST_ADDRESS = "https://www.gotoknow.org/posts/{}"


@dataclass(frozen=True, slots=True)
class Draft:
    """A file as it would come in. `key` finds what an earlier import made of it."""

    name: str
    data: bytes
    sha256: str
    encoding: str
    key: str
    entry: EntryIn
    comments: Sequence[PageComment]
    provenance: dict[str, Any]
    warnings: list[Message] = field(default_factory=list)
    text: str = ""
    """The text in which the lines of provenance and comments count; empty: the decoded file."""
    attached: Sequence[Attached] = ()
    """The images beside the page that its text shows."""

    @property
    def confidence(self) -> float | None:
        """How sure the least sure cut between comments is; None without comments."""
        return min((comment.confidence for comment in self.comments), default=None)

    @property
    def comment_format(self) -> str:
        """What the comments are written in: Markdown as soon as one of them is."""
        return "markdown" if any(comment.body_format == "markdown" for comment in self.comments) else "plain"

    @property
    def has_record(self) -> bool:
        """Whether the page names its record: then its key stays when its text changes."""
        return self.key.startswith("gotoknow:")

    def found(self) -> dict[str, Any]:
        """Return what was read or guessed, for people to look over."""
        origin = self.entry.origin or Origin()
        return {
            "kind": self.entry.kind,
            "province": self.entry.places[0] if self.entry.places else None,
            "event_date": self.entry.event_date,
            "written": origin.written.isoformat() if origin.written else None,
            "layout": origin.layout,
            "record_no": origin.record_no,
            "licence": origin.licence,
            "encoding": self.encoding,
            "personal": self.personal(),
        }

    def personal(self) -> dict[str, int]:
        """Return how many telephone numbers, e-mails and citizens' numbers stand in the page, by their kind."""
        page = self.entry
        texts = (page.title, page.lead, page.body, *(comment.text for comment in self.comments))
        return dict(Counter(each.kind for text in texts for each in find_personal(text)))


def read_draft(
    name: str,
    data: bytes,
    options: Options,
    *,
    layouts: Sequence[Layout] | None = None,
    beside: Beside | None = None,
    max_mb: int = 60,
) -> Draft:
    """Read a file. Invalid if it is empty, no text, or far too long; an unknown page is read as plain text.

    `layouts` say where the parts of HTML pages stand, `beside` finds the images of one, none above `max_mb` megabytes.
    """
    if is_html(name, data, options):
        own = own_layouts() if layouts is None else layouts
        read = read_html(data, options, own, beside=beside or Nothing(), max_mb=max_mb)
        draft = _draft(name, data, read.decoded, read.page, options)
        draft.entry.body, draft.entry.body_format = read.body, read.body_format
        return replace(draft, text=read.text, attached=read.attached)
    decoded = decode(data, options.encoding)
    if len(decoded.text) > LONGEST_TEXT:
        raise Invalid(
            say(
                "The text has %(size)s million characters; at most 4 million fit in one file. Cut it into several.",
                size=len(decoded.text) // 1_000_000,
            )
        )
    wants_markdown = options.format == "markdown" or (
        options.format == "auto" and PurePath(name).suffix.lower() in _MARKDOWN
    )
    if wants_markdown:
        page, front = read_markdown(decoded.text)
        draft = _draft(name, data, decoded, page, options)
        draft.entry.body_format = "markdown"
        draft.warnings.extend(describe_by(front, draft.entry, draft.provenance, options))
        return draft
    page = _read_plain(decoded.text) if options.format == "plain" else parse(decoded.text)
    draft = _draft(name, data, decoded, page, options)
    draft.entry.body_format = "plain"
    return draft


def _read_plain(text: str) -> Page:
    return Page("plain", None, None, None, text.strip("\n"), None)


def _draft(name: str, data: bytes, decoded: Decoded, page: Page, options: Options) -> Draft:
    digest = hashlib.sha256(data).hexdigest()
    fallback = PurePath(name).stem or name
    if page.record_no is not None:
        fallback = f"GotoKnow {page.record_no}"
    title = " ".join((page.title or title_from(page.body, fallback)).split())
    provenance = {field_name: found.as_json() for field_name, found in page.provenance.items()}
    if page.title is None:
        provenance["title"] = Found("guess", None).as_json()
    entry = _describe(page, title, options, provenance)
    entry.origin = _origin(page, digest, provenance)
    warnings = list(page.warnings)
    if page.province is not None and resolve(page.province) is None:
        warnings.append(say("“%(text)s” is no province or place that is known here.", text=page.province))
    if decoded.is_guess:
        warnings.append(say("The encoding was guessed to be %(encoding)s.", encoding=decoded.encoding.upper()))
    return Draft(
        name, data, digest, decoded.encoding, _key(page, decoded.text), entry, page.comments, provenance, warnings
    )


def _describe(page: Page, title: str, options: Options, provenance: dict[str, Any]) -> EntryIn:
    guess, person = {"from": "guess", "lines": None}, {"from": "person", "lines": None}
    written = page.written.when.date() if page.written else None
    day = guess_day(title, page.body, written)
    place = choose(options.province, field="province") if options.province else None
    named = provenance.pop("province", None)
    if place is None and page.province is not None and (place := resolve(page.province)) is not None:
        provenance["places"] = named
    elif place is None:
        place = guess_province(f"{title}\n{page.lead or ''}\n{page.body}")
        provenance.update({"places": guess} if place else {})
    else:
        provenance["places"] = person
    if (author := provenance.pop("author", None)) is not None:
        provenance["authors"] = author
    provenance["kind"] = person if options.kind else guess
    provenance.update({"event_date": guess} if day else {})
    return EntryIn(
        kind=options.kind or guess_kind(title),
        title=title,
        lead=page.lead or "",
        body=page.body,
        event_date=day.written if day else None,
        event_choice=day.start.isoformat() if day else None,
        places=[place.code] if place else [],
        tags=[" ".join(tag.split()) for tag in page.tags if len(tag) <= TAG_LONGEST][:MOST_TAGS],
        authors=[" ".join(page.author.split())] if page.author else [],
        status="published",
        visibility="team",
    )


def _origin(page: Page, digest: str, provenance: dict[str, Any]) -> Origin:
    address = page.url
    if address is None and page.record_no is not None and page.layout in {"post", "header"}:
        address = _POST_ADDRESS.format(page.record_no)
        provenance["url"] = {"from": "guess", "lines": None}
    return Origin(
        system="gotoknow" if page.is_known else "file",
        layout=page.layout,
        record_no=page.record_no,
        url=address,
        written=page.written.when if page.written else None,
        edited=page.edited.when if page.edited else None,
        licence=page.licence,
        sha256=digest,
    )


def _key(page: Page, text: str) -> str:
    """Return the key by which a second import finds the first: the record, else the words themselves.

    Journals and questions count their records apart from posts.
    """
    if page.record_no is None:
        return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"
    kind = f"{page.layout}:" if page.layout in {"journal", "question"} else ""
    return f"gotoknow:{kind}{page.record_no}"
