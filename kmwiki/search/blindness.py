"""What the index answers to somebody who codes blind: on the texts of their open rounds only their own codes are there.

The index holds every code that counts, whoever put it there. For the few texts that a caller is coding blind it is
overruled here: filters, counts and the codes told of a hit take what the database lets this caller know.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from kmwiki.coding.codebook.tree import live_codes
from kmwiki.coding.models import Coding
from kmwiki.coding.schemas import VOICES
from kmwiki.coding.seen import COUNTED, blind_roots, seen_by
from kmwiki.search.engine import AllOf, AnyOf, Column, Keys, Without
from kmwiki.search.kept import Kept
from kmwiki.sources.models import Source

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.search.engine import Ask, Match, Node, Page, SearchEngine, Slice
    from kmwiki.security.policy import Caller

_ROOTS: Kept[Sequence[int]] = Kept(256)
GATHERED = "="
"""Before a value that is counted by its condition instead of by the column."""


@dataclass(frozen=True, slots=True)
class Blindness:
    """The texts that somebody is coding blind, by their keys, and what they may know of the codings there.

    `known`: column -> text -> values. `values`: column -> all values that it can have.
    """

    texts: frozenset[str]
    known: Mapping[str, Mapping[str, frozenset[str]]]
    values: Mapping[str, Collection[str]]

    def node(self, node: Node) -> Node:
        """Return a condition that holds for the texts coded blind only by what may be known of them."""
        if isinstance(node, AllOf | AnyOf):
            return type(node)(tuple(self.node(one) for one in node.nodes))
        if isinstance(node, Without):
            return Without(self.node(node.node))
        if not isinstance(node, Column) or node.name not in self.known:
            return node
        own = [key for key, found in self.known[node.name].items() if not node.values or found & node.values]
        return AnyOf((AllOf((node, Without(Keys(self.texts)))), Keys(frozenset(own))))

    def slice(self, wanted: Slice) -> Slice:
        """Return what is to be asked of the engine in place of `wanted`."""
        filters = {name: self.node(node) for name, node in wanted.filters.items()}
        gathered = dict(wanted.gathered)
        for name in self.known.keys() & set(wanted.counts):
            nodes: dict[str, Node] = {value: Column(name, frozenset({value})) for value in self.values[name]}
            nodes |= gathered.get(name, {})
            gathered[name] = {f"{GATHERED}{value}": self.node(node) for value, node in nodes.items()}
        return replace(wanted, filters=filters, gathered=gathered)

    def page(self, page: Page) -> Page:
        """Return the answer with what may be known of the texts coded blind."""
        counts = dict(page.counts)
        for name in self.known.keys() & counts.keys():
            counts[name] = {
                value.removeprefix(GATHERED): count
                for value, count in counts[name].items()
                if value.startswith(GATHERED)
            }
        return page._replace(matches=[self._match(match) for match in page.matches], counts=counts)

    def _match(self, match: Match) -> Match:
        if match.key not in self.texts:
            return match
        own = {name: tuple(sorted(known.get(match.key, ()))) for name, known in self.known.items()}
        return match._replace(columns={name: values for name, values in {**match.columns, **own}.items() if values})


def ask_engine(
    session: Session, caller: Caller, project_id: int, *, engine: SearchEngine, ask: Ask, wanted: Slice
) -> Page:
    """Ask the engine on behalf of a caller: the one way to an answer that tells of codes."""
    blind = blindness_of(session, caller, project_id)
    if blind is None:
        return engine.page(ask, wanted)
    match, within, whole = (node and blind.node(node) for node in (ask.match, ask.within, ask.whole))
    return blind.page(engine.page(replace(ask, match=match, within=within, whole=whole), blind.slice(wanted)))


def blindness_of(session: Session, caller: Caller, project_id: int) -> Blindness | None:
    """Return what is hidden from a caller in a project; None for whoever codes nothing blind there now."""
    user_id = caller.user_id
    if user_id is None:
        return None
    roots = _ROOTS.of(user_id, lambda asked: asked.scalars(blind_roots(user_id)).all())
    if not roots:
        return None
    texts = session.scalars(
        select(Source.id).where(Source.project_id == project_id, or_(Source.id.in_(roots), Source.root_id.in_(roots)))
    )
    rows = session.execute(
        select(Coding.source_id, Coding.code_id, Coding.voice).where(
            Coding.root_id.in_(roots), COUNTED, seen_by(caller), or_(Coding.state != "lost", Coding.state.is_(None))
        )
    )
    codes: dict[str, set[str]] = defaultdict(set)
    voices: dict[str, set[str]] = defaultdict(set)
    for source_id, code_id, voice in rows:
        codes[f"source:{source_id}"].add(str(code_id))
        if voice is not None:
            voices[f"source:{source_id}"].add(voice)
    known = {"code": codes, "voice": voices}
    return Blindness(
        frozenset(f"source:{source_id}" for source_id in texts),
        {name: {key: frozenset(values) for key, values in found.items()} for name, found in known.items()},
        {"code": [str(code.id) for code in live_codes(session, project_id)], "voice": VOICES},
    )
