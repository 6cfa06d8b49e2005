"""Addresses in a page: which page it is, links made whole, and none that could act."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

if TYPE_CHECKING:
    from kmwiki.formats.html.tree import Element

_WEB = ("http://", "https://")
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_IGNORED = re.compile("[\x00-\x20\x7f]")  # browsers pass over these wherever they stand in a scheme
_TROUBLE = re.compile(r"""[\s<>"'`\\()\[\]|\x00-\x1f\x7f]""")
LONGEST = 2000
"""Characters of an address that is kept."""


def page_address(root: Element) -> str | None:
    """Return the address of the page itself, as far as it tells: canonical, og:url, or where it was saved from."""
    for css, attribute in (("link[rel~='canonical']", "href"), ("meta[property='og:url']", "content")):
        for found in root.select(css):
            address = found.get(attribute).strip()
            if is_web(address):
                return address
    saved = root.saved_from()
    return saved if saved and is_web(saved) else None


def base_address(root: Element, page: str | None) -> str | None:
    """Return the address against which relative links stand: `<base>`, else the page's own."""
    for found in root.select("base[href]"):
        address = urljoin(page or "", found.get("href").strip())
        if is_web(address):
            return address
    return page


def is_web(address: str) -> bool:
    """Whether an address is a whole one of the web."""
    if not address.lower().startswith(_WEB) or len(address) > LONGEST:
        return False
    try:
        return bool(urlsplit(address).hostname)
    except ValueError:
        return False


def scheme_of(address: str) -> str:
    """Return the scheme as a browser would understand it, in lower case; empty for a relative address."""
    found = _SCHEME.match(_IGNORED.sub("", address))
    return found[1].lower() if found else ""


def whole(address: str, base: str | None) -> str | None:
    """Return a link's address made whole and safe to write, or None for one that leads nowhere or could act."""
    address = address.strip("\x00\t\n\r\f ")
    scheme = scheme_of(address)
    if scheme in {"mailto", "tel"}:
        return tamed(address)
    if scheme not in {"", "http", "https"} or not address or address.startswith("#"):
        return None
    try:
        joined = urljoin(base, address) if base else address
    except ValueError:
        return None
    return tamed(joined) if is_web(joined) else None


def tamed(address: str) -> str:
    """Write with percent signs what would end a link in Markdown."""
    return _TROUBLE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), address)[:LONGEST]


def file_path(address: str) -> str | None:
    """Return the path of a file beside the page, its percent signs read, or None for an address of the web."""
    address = address.strip()
    if scheme_of(address) not in {"", "file"} or address.startswith(("//", "#")) or not address:
        return None
    path = unquote(address.split("#")[0].split("?")[0] or address)
    return path.replace("\\", "/").removeprefix("./")
