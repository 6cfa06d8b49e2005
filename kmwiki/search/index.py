"""The search engine that this process uses, bound at start as the database is."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from kmwiki.errors import Invalid, say
from kmwiki.search import dictionary, equals
from kmwiki.search.memory_engine import MemoryEngine
from kmwiki.search.whoosh_engine import WhooshEngine
from kmwiki.text import personal, words

if TYPE_CHECKING:
    from kmwiki.config import Settings
    from kmwiki.search.engine import SearchEngine

SCHEMA = "4"
"""Raise it when what is stored in the index changes its shape: older ones are then made anew."""
OUTLINES = "2"
"""Raise it when versions of documents are told in another way: older indexes are searched until they are made anew."""


class _Bound:
    engine: SearchEngine | None = None


def stamp() -> dict[str, str]:
    """Return what an index made by this program is marked with."""
    product = hashlib.sha256(dictionary.product_text().encode()).hexdigest()[:12]
    return {
        "schema": SCHEMA,
        "dictionary": product,
        "segmenter": words.VERSION,
        "facts": equals.VERSION,
        "outlines": OUTLINES,
        "personal": personal.VERSION,
    }


def bind(settings: Settings) -> SearchEngine:
    """Use the engine of this instance from now on. Invalid if KMWIKI_SEARCH_URL names none that we have."""
    release()
    scheme = settings.search_url.partition(":")[0]
    if scheme == "whoosh":
        _Bound.engine = WhooshEngine(settings.index_dir, stamp())
    elif scheme == "memory":
        _Bound.engine = MemoryEngine()
    else:
        message = say("KMWIKI_SEARCH_URL must begin with whoosh: or memory:, not %(url)s.", url=settings.search_url)
        raise Invalid(message)
    return _Bound.engine


def release() -> None:
    """Close the engine in use, if there is one."""
    if _Bound.engine is not None:
        _Bound.engine.close()
    _Bound.engine = None


def engine() -> SearchEngine:
    """Return the engine in use. RuntimeError before `bind`."""
    if _Bound.engine is None:
        raise RuntimeError("no search engine is bound; create_app() or bind() comes first")
    return _Bound.engine
