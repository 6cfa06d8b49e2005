"""Drawing quotes in other texts, when a page is made: for this reader, with the words and the news of this moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template

from kmwiki.quotes.live import draw_blocks, named_in
from kmwiki.quotes.queries import told
from kmwiki.text.clusters import clip
from kmwiki.web.context import caller
from kmwiki.web.links import site_address

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LONGEST_BLOCK = 1500
"""Code points of a quote that a block shows; its own page shows all of it."""

MOST_ON_PAGE = 200
"""Different quotes on one page, its comments included: each is read with the text that it comes from."""


def with_quotes(opened: Session, html: str) -> str:
    """Return safe HTML with a block behind every line that names a quote; HTML that names none comes back as it is."""
    return with_quotes_in(opened, {0: html})[0]


def with_quotes_in(opened: Session, texts: dict[int, str]) -> dict[int, str]:
    """Return several texts of a page, each as `with_quotes` does; what they name is read and followed together."""
    sites = ("", site_address())
    named = list(dict.fromkeys(number for html in texts.values() for number in named_in(html, sites)))[:MOST_ON_PAGE]
    if not named:
        return texts
    known = told(opened, caller(), named)

    def draw(quote_id: int) -> str:
        found = known.get(quote_id)
        words = clip(found.words, LONGEST_BLOCK) if found else ""
        return render_template("quotes/_block.html", told=found, words=words).strip()

    return {key: draw_blocks(html, draw, sites, named) for key, html in texts.items()}
