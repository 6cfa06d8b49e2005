"""An HTML file as a page: which files are HTML, which layouts hold, and its text with the images beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal

from kmwiki.errors import Invalid, Message, say
from kmwiki.exchange.importing.files import HTML
from kmwiki.exchange.importing.images import Images
from kmwiki.formats.gotoknow_html import own_layouts, read_layouts, read_page
from kmwiki.formats.html.charset import decode_html
from kmwiki.sources.texts import rendered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmwiki.config import Settings
    from kmwiki.exchange.importing.files import Beside
    from kmwiki.exchange.importing.images import Attached
    from kmwiki.exchange.importing.model import Options
    from kmwiki.formats.decoding import Decoded
    from kmwiki.formats.gotoknow import Page
    from kmwiki.formats.gotoknow_html import Layout

LAYOUTS_FILE = "gotoknow.toml"
"""The file in the instance that says where the parts of pages stand, before what the program brings."""

LONGEST_HTML = 20_000_000
"""Code points of an HTML file; most of them are never text."""

_FORMATS = frozenset({"gotoknow-html", "html"})
_DOCUMENT = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*+-->\s*+)*+<(?:!doctype\s+html|html[\s>])", re.IGNORECASE | re.DOTALL
)
_HEAD = 2048


@dataclass(frozen=True, slots=True)
class HtmlReading:
    """An HTML file as read: `page` with its body as plain text, `body` as it is kept, and what it shows."""

    decoded: Decoded
    page: Page
    body: str
    body_format: Literal["markdown", "plain"]
    text: str
    attached: Sequence[Attached]


def is_html(name: str, data: bytes, options: Options) -> bool:
    """Whether a file is to be read as HTML: said so, or by its name, or because it begins as a page does."""
    if options.format != "auto":
        return options.format in _FORMATS
    return (
        PurePath(name).suffix.lower() in HTML or _DOCUMENT.match(data[:_HEAD].removeprefix(b"\xef\xbb\xbf")) is not None
    )


def layouts_for(settings: Settings, slug: str) -> Sequence[Layout]:
    """Return the layouts that hold in a project: the instance's own, then the program's that they do not replace.

    Invalid, naming file and line, if the instance's file is wrong.
    """
    path = settings.instance / LAYOUTS_FILE
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return own_layouts()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(say("%(file)s cannot be read. It must be a text file in UTF-8.", file=path)) from error
    theirs = [each for each in read_layouts(text, str(path)) if not each.projects or slug in each.projects]
    names = {each.name for each in theirs}
    return [*theirs, *(each for each in own_layouts() if each.name not in names)]


def read_html(data: bytes, options: Options, layouts: Sequence[Layout], *, beside: Beside, max_mb: int) -> HtmlReading:
    """Read an HTML file. Invalid if it is empty, no text, nested absurdly deep or far too long."""
    decoded = decode_html(data, options.encoding)
    if len(decoded.text) > LONGEST_HTML:
        raise Invalid(
            say(
                "The page has %(size)s million characters; at most %(most)s million are read. Save it without what is "
                "embedded in it.",
                size=len(decoded.text) // 1_000_000,
                most=LONGEST_HTML // 1_000_000,
            )
        )
    images = Images(beside, max_mb)
    found = read_page(decoded.text, layouts, images.place, is_site=options.format != "html")
    body, warnings = found.page.body, list[Message](found.page.warnings)
    is_tangled = rendered(body, "markdown").is_fallback
    if is_tangled:
        warnings.append(say("The text is too tangled to keep its lists, tables and links; its words were kept."))
    page = replace(found.page, body=found.plain, warnings=tuple(warnings))
    return HtmlReading(
        decoded,
        page,
        found.plain if is_tangled else body,
        "plain" if is_tangled else "markdown",
        found.text,
        list(images.found.values()),
    )
