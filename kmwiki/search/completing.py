"""Help while a query is being typed: titles, codes, people and places that the reader may know of.

Each kind is asked where it is quickest and where rights hold: titles of the index under the same rights as a search,
people and places of the notes that the reader may read. A word in somebody's private note is offered to nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.coding.codebook.tree import live_codes
from kmwiki.entries.models import Entry
from kmwiki.entries.queries import path_of
from kmwiki.search import index
from kmwiki.search.dictionary import key_of
from kmwiki.search.engine import Ask, Column, Has, IndexBusy, IndexMissing, Slice
from kmwiki.search.facets import place_name
from kmwiki.search.rights import readable
from kmwiki.sources.veil import veil_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.search.engine import Node, SearchEngine
    from kmwiki.security.policy import Caller

MOST = {"title": 5, "code": 4, "person": 3, "place": 3}
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to take: `kind` is title, code, person or place.

    `query` is what stands in the box when it is taken; a title and a code lead to `url` instead.
    """

    kind: str
    text: str
    query: str
    url: str = ""


def complete(session: Session, caller: Caller, project: Project, typed: str, *, locale: str = "th") -> list[Offer]:
    """Return what somebody who reads this project may mean by what they have typed so far; nothing without an index."""
    wanted = key_of(typed[:LONGEST])
    if not wanted:
        return []
    found = [*_codes(session, caller, project, wanted, locale)]
    try:
        asked = _Asked(index.engine(), project.id, readable(caller, project.id))
        found = [*_titles(session, caller, project, asked, wanted), *found]
        found += _people(asked, wanted)
        found += _places(asked, wanted, locale)
    except (IndexMissing, IndexBusy):
        pass  # the search itself says what is wrong; the box stays a box
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """The engine, asked about what the caller may read."""

    engine: SearchEngine
    project_id: int
    rights: Node

    def titles(self, wanted: str) -> list[int]:
        """Return the entries in whose title the text stands, best first."""
        match = Has(wanted, part="title")
        ask = Ask(self.project_id, match, groups=((match,),), within=self.rights)
        entries = Slice(size=MOST["title"], filters={"type": Column("type", frozenset({"entry"}))})
        return [int(one.columns["entry"][0]) for one in self.engine.page(ask, entries).matches]

    def values(self, column: str) -> dict[str, int]:
        """Return the values of a column with the number of texts that have each."""
        ask = Ask(self.project_id, Column(column), within=self.rights)
        return self.engine.page(ask, Slice(size=0, counts=(column,))).counts[column]


def _titles(session: Session, caller: Caller, project: Project, asked: _Asked, wanted: str) -> Iterator[Offer]:
    ids = asked.titles(wanted)
    rows = {row.id: row for row in session.scalars(select(Entry).where(Entry.id.in_(ids)))} if ids else {}
    veil = veil_for(session, caller, project.id)
    for entry_id in ids:
        if entry_id in rows:
            title = veil.text(rows[entry_id].title)
            yield Offer("title", title, title, path_of(project.slug, rows[entry_id]))


def _codes(session: Session, caller: Caller, project: Project, wanted: str, locale: str) -> list[Offer]:
    veil = veil_for(session, caller, project.id)
    named = [
        (names, Offer("code", name, f"code:{quoted(shown[0])}", f"/p/{project.slug}/codebook/{code.id}"))
        for code in live_codes(session, project.id)
        for shown in [[veil.text(one) for one in (code.name_th, code.name_en, *code.aliases)]]
        for names in [[key_of(one) for one in shown]]
        for name in [(shown[1] or shown[0]) if locale == "en" else shown[0]]
        if any(wanted in one for one in names)
    ]
    named.sort(key=lambda pair: not any(one.startswith(wanted) for one in pair[0]))
    return [offer for _, offer in named[: MOST["code"]]]


def _people(asked: _Asked, wanted: str) -> list[Offer]:
    names = _best(asked.values("author").items(), wanted, MOST["person"])
    return [Offer("person", name, f"author:{quoted(name)}") for name in names]


def _places(asked: _Asked, wanted: str, locale: str) -> list[Offer]:
    named = {code: place_name(code, locale) for code in asked.values("place")}
    other = {code: place_name(code, "th" if locale == "en" else "en") for code in named}
    found = [code for code, name in named.items() if wanted in key_of(name) or wanted in key_of(other[code])]
    found.sort(key=lambda code: (not key_of(named[code]).startswith(wanted), len(code), code))
    fields = {2: "province", 4: "district", 6: "place"}
    return [
        Offer("place", named[code], f"{fields.get(len(code), 'place')}:{quoted(named[code])}")
        for code in found[: MOST["place"]]
    ]


def _best(counted: Iterable[tuple[str, int]], wanted: str, most: int) -> list[str]:
    """Return the values that hold a text, those that begin with it first, then the most frequent."""
    found = [(not key_of(name).startswith(wanted), -count, name) for name, count in counted if wanted in key_of(name)]
    return [name for _, _, name in sorted(found)[:most]]


def quoted(value: str) -> str:
    """Write a value so that a query reads it as one."""
    bare = "".join("" if char in '"“”„«»' else char for char in value)
    return f'"{bare}"' if any(char in " ,():" for char in bare) or bare != value else bare
