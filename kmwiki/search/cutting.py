"""By which words of its dictionary each project's texts were cut, and what another dictionary cuts otherwise.

A word decides where a text is cut only if it stands in it. So when a dictionary changes, only those texts are indexed
anew in which a word stands that came or went; of how few or many words, the index tells by itself. The words are
written on the index as a label; projects without words of their own are cut by the product's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.db import session as reading
from kmwiki.search import index
from kmwiki.search.dictionary import dictionary, segmenters
from kmwiki.search.documents import build, outlines
from kmwiki.search.engine import AnyOf, Ask, Has, Slice, Without
from kmwiki.search.models import DictionaryTerm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from kmwiki.search.engine import Labels, SearchEngine, Sink

LABEL = "words"
BULK = 400
"""So many texts are read at a time; up to so many are indexed in one commit, more of them beside the index in force."""
MOST_SOUGHT = 300
"""Of more words that came or went it is not asked where they stand: all texts of the project are indexed anew."""
EVERYTHING = 10_000_000
Cuts = dict[int, tuple[str, ...]]


def cuts_now(session: Session) -> Cuts:
    """Return the words of all projects that have some of their own."""
    projects = session.scalars(select(DictionaryTerm.project_id).distinct().order_by(DictionaryTerm.project_id)).all()
    return {project_id: dictionary(session, project_id).words for project_id in projects}


def label_of(cuts: Mapping[int, Sequence[str]], others: Labels | None = None) -> Labels:
    """Return the labels of an index that was cut by these words."""
    return {**(others or {}), LABEL: {str(project_id): list(words) for project_id, words in cuts.items()}}


def cuts_of(labels: Labels) -> Cuts:
    """Return the words by which an index was cut."""
    found = labels.get(LABEL)
    if not isinstance(found, dict):
        return {}
    return {
        int(project_id): tuple(map(str, words))
        for project_id, words in found.items()
        if project_id.isdigit() and isinstance(words, list)
    }


def changed_words(session: Session, project_id: int, cuts: Cuts) -> set[str]:
    """Return the words of a project that came or went since its texts were cut by `cuts`."""
    product = dictionary(session, NO_PROJECT).words
    return set(cuts.get(project_id, product)) ^ set(dictionary(session, project_id).words)


NO_PROJECT = 0
"""No project has this number: its dictionary is the product's."""


def cut_otherwise(engine: SearchEngine, project_id: int, words: Iterable[str]) -> list[str]:
    """Return the keys of a project's texts that these words may cut otherwise."""
    sought = sorted(words)
    if not sought:
        return []
    match = AnyOf(tuple(Has(word) for word in sought)) if len(sought) <= MOST_SOUGHT else Without(AnyOf(()))
    return [one.key for one in engine.page(Ask(project_id, match), Slice(size=EVERYTHING)).matches]


def stale_by_words(session: Session, engine: SearchEngine) -> list[str]:
    """Return the keys of all texts that the dictionaries cut otherwise now than the index does."""
    cuts = cuts_of(engine.labels())
    projects = {*cuts, *cuts_now(session)}
    return [
        key
        for project_id in sorted(projects)
        for key in cut_otherwise(engine, project_id, changed_words(session, project_id, cuts))
    ]


def follow(project_id: int, tell: Callable[[int, int], object], settle: Callable[[Sink], object]) -> int:
    """Index anew what the dictionary of a project cuts otherwise now. Return how many texts that was.

    Few of them are one commit; many are put into a copy of the index, which then takes its place. IndexMissing;
    IndexStale where the whole index has to be made anew; IndexBusy.
    """
    engine = index.engine()
    engine.check()
    cuts = cuts_of(engine.labels())
    with reading() as session:
        changed = changed_words(session, project_id, cuts)
        now = dictionary(session, project_id).words
    keys = cut_otherwise(engine, project_id, changed)
    if not changed:
        return 0
    tell(0, len(keys))
    if len(keys) <= BULK:
        with reading() as session:
            found = outlines(session, keys)
            engine.put(
                list(build(session, found.values(), segmenters(session))),
                labels=label_of({**cuts, project_id: now}, engine.labels()),
            )
        tell(len(keys), len(keys))
        return len(keys)

    def fill(sink: Sink) -> Iterator[tuple[int, int]]:
        for start in range(0, len(keys), BULK):
            with reading() as opened:
                found = outlines(opened, keys[start : start + BULK])
                sink.put(list(build(opened, found.values(), segmenters(opened))))
            yield min(start + BULK, len(keys)), len(keys)
        sink.label(label_of({**cuts, project_id: now}, engine.labels()))

    for done, total in engine.rebuild(fill, settle, is_on_top=True):
        tell(done, total)
    return len(keys)
