"""A saved search as an Atom feed (RFC 4287), for programs that carry a private key instead of a cookie."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request, url_for
from flask_babel import force_locale, gettext
from lxml import etree

from kmwiki.api.v1.errors import words
from kmwiki.db import session
from kmwiki.errors import Invalid
from kmwiki.search.engine import IndexBusy, IndexMissing
from kmwiki.search.matching import matcher
from kmwiki.search.queries import RETRY_SECONDS
from kmwiki.search.saved_queries import feed_reader
from kmwiki.sources.models import Source
from kmwiki.sources.veil import veil_for
from kmwiki.web.links import site_address

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from kmwiki.search.models import SavedSearch
    from kmwiki.search.schemas import HitOut

bp = Blueprint("feeds", __name__)
ATOM = "http://www.w3.org/2005/Atom"
MOST = 50
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""


@bp.get("/p/<slug>/searches/<int:search_id>/feed.atom")
def atom(slug: str, search_id: int) -> ResponseReturnValue:
    """Give the texts changed last that the search finds and the owner of the key may read now."""
    problem, hits, times = "", [], {}
    with session() as opened:
        reader, project, search = feed_reader(opened, slug, search_id, request.args.get("key", ""))
        with force_locale(reader.locale):
            try:
                hits = matcher(opened, reader, project, search.query).newest(MOST)
            except Invalid as error:
                problem = words(next(iter(error.fields.values()), error.message))
            except (IndexMissing, IndexBusy):
                waiting = gettext("The search index is being rebuilt")
                return Response(waiting, 503, {"Retry-After": str(RETRY_SECONDS)}, mimetype="text/plain")
        for hit in hits:
            times[hit.source_id] = opened.get_one(Source, hit.source_id).updated
        veil = veil_for(opened, reader, project.id)
        title = veil.text(f"{search.name} · {project.name}")
    feed = _head(search, title, problem, max([search.changed, *times.values()]), project.name)
    for hit in hits:
        _entry(feed, search, hit, times[hit.source_id])
    answer = Response(etree.tostring(feed, xml_declaration=True, encoding="utf-8"), mimetype="application/atom+xml")
    answer.last_modified = max([search.changed, *times.values()])
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.add_etag()
    return answer.make_conditional(request)


def _head(search: SavedSearch, title: str, problem: str, updated: datetime, author: str) -> etree._Element:
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    _add(feed, "id", _id(search))
    _add(feed, "title", title)
    if problem:
        _add(feed, "subtitle", problem)
    _add(feed, "updated", _time(updated))
    _add(_add(feed, "author", ""), "name", author)
    site = site_address()
    _add(feed, "link", "", rel="self", href=site + request.full_path, type="application/atom+xml")
    page = url_for("searches.open_one", slug=request.view_args["slug"], search_id=search.id)  # type: ignore[index]
    _add(feed, "link", "", rel="alternate", href=site + page, type="text/html")
    return feed


def _entry(feed: etree._Element, search: SavedSearch, hit: HitOut, updated: datetime) -> None:
    entry = _add(feed, "entry", "")
    _add(entry, "id", _id(search, hit.source_id))
    title = gettext("Comment on %(title)s", title=hit.title) if hit.type in {"comment", "memo"} else hit.title
    _add(entry, "title", title)
    _add(entry, "updated", _time(updated))
    _add(entry, "link", "", rel="alternate", href=site_address() + hit.url, type="text/html")
    _add(entry, "summary", _summary(hit), type="text")


def _summary(hit: HitOut) -> str:
    pieces: Sequence[str] = [
        ("…" if one.start else "") + one.text + ("…" if one.goes_on else "") for one in hit.snippets
    ]
    return "\n".join(pieces)


def _id(search: SavedSearch, source_id: int | None = None) -> str:
    """Return a name that stays, whatever the site's address becomes, and that no other instance gives."""
    told = f"kmwiki {search.created.isoformat()} {search.id} {source_id or ''}"
    return uuid.uuid5(uuid.NAMESPACE_URL, told).urn


def _add(parent: etree._Element, name: str, text: str, **attributes: str) -> etree._Element:
    made = etree.SubElement(parent, f"{{{ATOM}}}{name}")
    for key, value in attributes.items():
        made.set(key, FORBIDDEN.sub("", value))
    if text:
        made.text = FORBIDDEN.sub("", text)
    return made


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
