"""The seam between search and whatever keeps the index.

An engine knows nothing of Thai, of people's rights or of the query language: it is handed folded texts with the places
where words begin and end, and asked for texts that satisfy a tree of plain conditions, ranked. `tests/contracts` holds
every engine to the same answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

PART = "\n"
"""What stands between title, lead, body and fields in a document's text; folding leaves no line end inside a part."""


class IndexMissing(Exception):  # noqa: N818 - named after what happened
    """There is no index, or it cannot be read, or it was made by another version: it has to be made anew."""


class IndexStale(Exception):  # noqa: N818
    """The index can be searched, but was made with other words or another dictionary: it should be made anew beside."""


class IndexBusy(Exception):  # noqa: N818
    """Another process is writing; try again later."""


@dataclass(frozen=True, slots=True)
class Document:
    """One text as an engine keeps it. Offsets are code points of `text`."""

    key: str
    """What it is: `source:7`, `code:3`."""
    project_id: int
    version: str
    """Changes whenever anything of the document does; compared by `search check`."""
    text: str
    """Folded parts, joined by PART."""
    edges: bytes
    """A bit for each offset, lowest first: set where a word begins or ends."""
    title_end: int
    lead_end: int
    words: Mapping[str, float]
    """Folded words and how much each weighs here."""
    trigrams: Mapping[str, float]
    facts: frozenset[str]
    """What the text says in whatever writing: `date:2008-02-18`, `year:2008`."""
    columns: Mapping[str, tuple[str, ...]]
    """What it is filtered, counted and sorted by."""


@dataclass(frozen=True, slots=True)
class Has:
    """The folded text holds this string; `part` narrows to `title`, `lead` or `body` (all that follows the lead)."""

    text: str
    starts_word: bool = False
    part: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """The document carries this fact."""

    name: str


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every condition holds; an empty one always does."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one condition holds; an empty one never does."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """The condition does not hold."""

    node: Node


@dataclass(frozen=True, slots=True)
class Near:
    """A string of each side stands there, apart from each other, with at most `within` words between, either first.

    What counts as a word is a piece between two edges that holds a letter or digit.
    """

    left: tuple[Has, ...]
    right: tuple[Has, ...]
    within: int


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the document holds one of the values; without values, any at all."""

    name: str
    values: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Span:
    """A column's values, which are in order, touch the range; an empty end is open. No value touches nothing."""

    name: str
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class Keys:
    """The document is one of these: what only the database can tell."""

    keys: frozenset[str]


Labels = Mapping[str, Any]
"""What JSON can hold."""
Node = Has | Fact | AllOf | AnyOf | Without | Near | Column | Span | Keys
Leaf = Has | Fact


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to an engine about one project.

    With `match` the answer is exactly the texts that satisfy it. Without it, every text in which one of `words` or of
    the chosen trigrams stands. `groups` and `boosts` only rank: each group is one word with its equals. Beside all that
    only texts that satisfy `within` are answered, and only they count when it is weighed how rare a word is.
    """

    project_id: int
    match: Node | None = None
    groups: tuple[tuple[Leaf, ...], ...] = ()
    boosts: tuple[Has, ...] = ()
    words: tuple[tuple[str, float], ...] = ()
    trigrams: tuple[str, ...] = ()
    most_trigrams: int = 24
    """Only so many of the rarest trigrams are looked up; the others cost much and tell little."""
    within: Node | None = None
    whole: Node | None = None
    """What has to hold for `Match.is_whole`; without it, every group must stand there as whole words."""
    shares: tuple[tuple[Column, float], ...] = ()
    """Scores of texts that satisfy a condition are multiplied by its number."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Which of the texts that answer are given, and what is counted.

    `filters` narrow the answer, each under the name of what it narrows by; all must hold. A column in `counts` is
    counted over the texts that every filter lets through but the one of that name.
    """

    start: int = 0
    size: int = 20
    filters: Mapping[str, Node] = field(default_factory=dict)
    counts: tuple[str, ...] = ()
    gathered: Mapping[str, Mapping[str, Node]] = field(default_factory=dict)
    """Column -> value -> condition: the value's count becomes that of the texts that satisfy it, each text once."""
    distinct: str = ""
    """A column of which different values are counted."""
    order: str = ""
    """The column to sort by, texts without it last; without a name by score."""
    is_descending: bool = False


class Page(NamedTuple):
    """The texts asked for out of all that answer, in order."""

    total: int
    distinct: int
    matches: list[Match]
    counts: dict[str, dict[str, int]]
    """Column -> value -> number of texts."""


class Match(NamedTuple):
    """A text that was found. `is_whole`: every group stands there as whole words.

    A tuple, since a common word makes tens of thousands of them.
    """

    key: str
    score: float
    is_whole: bool
    columns: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """What an engine tells about itself."""

    name: str
    documents: int
    size: int
    """Bytes on disk (0 in memory)."""
    parts: int = 1
    """Into how many segments the index is split."""
    details: Mapping[str, object] = field(default_factory=dict)


class Sink(Protocol):
    """Where a rebuild puts documents: an index that nobody searches yet."""

    def put(self, documents: Iterable[Document], dropped: Iterable[str] = ()) -> None:
        """Take in documents and drop others."""
        ...

    def versions(self) -> dict[str, str]:
        """Return the version of every document taken in so far."""
        ...

    def label(self, labels: Labels) -> None:
        """Write on the new index what `SearchEngine.labels` will tell of it."""
        ...


class SearchEngine(Protocol):
    """An index. Every call may raise IndexMissing; those that write may raise IndexBusy."""

    def put(self, documents: Iterable[Document], dropped: Iterable[str] = (), *, labels: Labels | None = None) -> None:
        """Take in the documents, replacing those of the same key, and drop others: all of it at once, or nothing.

        Labels are written afterwards: who is killed in between has the documents with the labels of before.
        """
        ...

    def drop(self, keys: Iterable[str]) -> None:
        """Forget the documents of these keys; unknown keys are no error."""
        ...

    def find(self, ask: Ask) -> list[Match]:
        """Return every text that answers, whole words first, best first, then by key (numbers in it by size)."""
        ...

    def page(self, ask: Ask, wanted: Slice) -> Page:
        """Return some of the texts that answer, in the order of `find` or by a column, and counts over all of them."""
        ...

    def versions(self) -> dict[str, str]:
        """Return the version of every document by its key."""
        ...

    def vocabulary(self, project_id: int) -> Mapping[str, int]:
        """Return the words of a project's texts and in how many of them each stands."""
        ...

    def labels(self) -> Labels:
        """Return what was last written on this index; it means nothing to the engine. Empty on a new one."""
        ...

    def rebuild(
        self,
        fill: Callable[[Sink], Iterator[tuple[int, int]]],
        settle: Callable[[Sink], object],
        *,
        is_on_top: bool = False,
    ) -> Iterator[tuple[int, int]]:
        """Fill a new index beside the old one by `fill`, then put it in the old one's place.

        The new one is empty at first; `is_on_top` begins it with all that the old one holds, labels included.
        Yields (done, total) as `fill` does, so that the caller can tell how far it is; search and writing go on in the
        old index meanwhile. `settle` catches up at the end, while nobody else can write, so that nothing is lost.
        """
        ...

    def check(self) -> None:
        """Raise IndexMissing if the index cannot be searched, IndexStale if it should be made anew."""
        ...

    def status(self) -> EngineStatus:
        """Tell how large it is."""
        ...

    def optimize(self) -> None:
        """Join what many small writes left behind. Slow; meant for the night."""
        ...

    def close(self) -> None:
        """Let go of files and memory; the next call opens them again."""
        ...
