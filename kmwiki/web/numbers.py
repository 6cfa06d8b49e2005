"""Numbers in addresses and forms: whoever typed them, no more of them is taken than the database can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.routing import IntegerConverter

from kmwiki.db import LARGEST_INTEGER

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

LONGEST = len(str(LARGEST_INTEGER))
LAST_PAGE = 999_999


class StorableInteger(IntegerConverter):
    """The `int` of every route. A number that no row can have leads nowhere: 404.

    The pattern counts the digits: a number refused after it has matched would get 405 where other methods are known.
    """

    regex = r"\d{1,18}"


def number_in(given: MultiDict[str, str], name: str, *, least: int = 0) -> int | None:
    """Return the number that an address or a form holds under that name.

    None without one, for what is no number in ASCII digits, below `least` or beyond what the database can hold.
    """
    text = given.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST):
        return None
    return int(text) if least <= int(text) <= LARGEST_INTEGER else None


def page_in(given: MultiDict[str, str], name: str = "page") -> int:
    """Return which page of a list is asked for: from 1, the first for what is no page."""
    page = number_in(given, name, least=1)
    return page if page is not None and page <= LAST_PAGE else 1
