"""Three-way merge by words: what two people made of the same text, proposed as one.

Changes of different places are both taken. Where both changed the same words differently, the proposal keeps both,
theirs first, and says that a person must look; nothing that anyone typed is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from kmwiki.text.sequences import opcodes
from kmwiki.text.words import segmenter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Kind = Literal["same", "mine", "theirs", "both", "conflict"]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the merge: who changed it, and how it stands in each of the three texts.

    `both` is the same change made twice; `conflict` two different ones.
    """

    kind: Kind
    base: str
    mine: str
    theirs: str

    @property
    def text(self) -> str:
        """What the proposal has here."""
        if self.kind != "conflict":
            return self.theirs if self.kind == "theirs" else self.mine
        gap = "\n" if self.theirs and self.mine and "\n" in self.base + self.theirs + self.mine else " "
        is_parted = not self.theirs or not self.mine or self.theirs[-1].isspace() or self.mine[0].isspace()
        return self.theirs + ("" if is_parted else gap) + self.mine


@dataclass(frozen=True, slots=True)
class Merged:
    """The proposed text, whether a person must choose somewhere, and the stretches that it is made of."""

    text: str
    has_conflict: bool
    parts: tuple[Part, ...] = ()


class _Change(NamedTuple):
    start: int
    end: int
    new: str


def merge(base: str, mine: str, theirs: str) -> Merged:
    """Merge two descendants of `base`. With only one of them changed, the result is that one exactly."""
    words = [word.text for word in segmenter().words(base)]
    parts = tuple(_parts(words, _changes(words, mine), _changes(words, theirs)))
    has_conflict = any(part.kind == "conflict" for part in parts)
    return Merged("".join(part.text for part in parts), has_conflict, parts)


def _changes(words: Sequence[str], text: str) -> list[_Change]:
    news = [word.text for word in segmenter().words(text)]
    return [
        _Change(op.a_start, op.a_end, "".join(news[op.b_start : op.b_end]))
        for op in opcodes(words, news)
        if not op.is_same
    ]


def _parts(words: Sequence[str], mine: list[_Change], theirs: list[_Change]) -> Iterator[Part]:
    at = 0
    for start, end, ours, others in _groups(mine, theirs):
        if start > at:
            yield _part(words[at:start])
        base = "".join(words[start:end])
        yield _told(base, _applied(words, start, end, ours), _applied(words, start, end, others))
        at = end
    if at < len(words):
        yield _part(words[at:])


def _part(words: Sequence[str]) -> Part:
    text = "".join(words)
    return Part("same", text, text, text)


def _groups(mine: list[_Change], theirs: list[_Change]) -> Iterator[tuple[int, int, list[_Change], list[_Change]]]:
    """Gather changes that overlap or touch, from both sides, with the range of the base that they cover."""
    tagged = sorted(
        [(change, True) for change in mine] + [(change, False) for change in theirs],
        key=lambda pair: (pair[0].start, pair[0].end),
    )
    group: list[tuple[_Change, bool]] = []
    end = -1
    for change, is_mine in tagged:
        if group and change.start > end:
            yield _group(group, end)
            group = []
            end = -1
        group.append((change, is_mine))
        end = max(end, change.end)
    if group:
        yield _group(group, end)


def _group(group: list[tuple[_Change, bool]], end: int) -> tuple[int, int, list[_Change], list[_Change]]:
    ours = [change for change, is_mine in group if is_mine]
    others = [change for change, is_mine in group if not is_mine]
    return group[0][0].start, end, ours, others


def _applied(words: Sequence[str], start: int, end: int, changes: list[_Change]) -> str:
    """Write the base's words of a range with one side's changes in them."""
    texts: list[str] = []
    for change in changes:
        texts += [*words[start : change.start], change.new]
        start = change.end
    return "".join([*texts, *words[start:end]])


def _told(base: str, mine: str, theirs: str) -> Part:
    kind: Kind = "conflict"
    if mine == theirs:
        kind = "both"
    elif theirs == base:
        kind = "mine"
    elif mine == base:
        kind = "theirs"
    return Part(kind, base, mine, theirs)
