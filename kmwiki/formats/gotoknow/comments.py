"""The comments of a page: by their own lines of name and time where the page has them, else by scored cuts."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from kmwiki.formats.gotoknow.cutting import cut
from kmwiki.formats.gotoknow.model import PageComment
from kmwiki.formats.gotoknow.signals import read_items

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmwiki.formats.gotoknow.lines import Line
    from kmwiki.formats.gotoknow.moments import Moment
    from kmwiki.formats.gotoknow.signals import Item

_BY_LINES = 0.97  # sureness of cuts made where names with times stand
_TOO_FEW = 0.2  # of every comment, where the page holds fewer texts than its heading says


def read_comments(lines: Sequence[Line], count: int | None, *, is_last_glued: bool = False) -> tuple[PageComment, ...]:
    """Cut the lines below the heading into `count` comments (None: not known; too many: as many as there are lines).

    `is_last_glued`: the footer follows without an empty line.
    """
    items = read_items(lines)
    if not items or count == 0:
        return ()
    by_lines = _cut_at_bylines(items, count)
    if by_lines is not None:
        starts, sureness = by_lines
    else:
        cuts = cut(items, count, is_last_glued=is_last_glued)
        starts, sureness = list(cuts.starts), list(cuts.sureness)
    if count is not None and len(starts) < count:
        sureness = [_TOO_FEW] * len(sureness)
    ends = [*starts[1:], len(items)]
    sure_ends = [*sureness[1:], 1.0 if len(starts) == count or count is None else _TOO_FEW]
    at_line = {line: at for at, line in enumerate(lines)}
    comments = []
    for start, end, before, after in zip(starts, ends, sureness, sure_ends, strict=True):
        run = items[start:end]
        first, last = at_line[run[0].line], at_line[run[-1].line]
        text = "\n".join(line.text for line in lines[first : last + 1]).strip()
        author, written = _attribution(run)
        comments.append(
            PageComment((run[0].line.no, run[-1].line.no), text, author, written, round(min(before, after), 3))
        )
    return tuple(comments)


def _cut_at_bylines(items: Sequence[Item], count: int | None) -> tuple[list[int], list[float]] | None:
    """Cut where lines of name and time stand: above each comment or below it. None when they do not fit the number."""
    bylines = [at for at, item in enumerate(items) if item.byline is not None]
    if not bylines or (count is not None and len(bylines) != count) or (count is None and len(bylines) < 2):  # noqa: PLR2004
        return None
    heads = [at - 1 if at and _is_name_of(items[at - 1], items[at]) else at for at in bylines]
    if heads[0] == 0 and bylines[-1] < len(items) - 1:
        starts = heads
    elif bylines[-1] == len(items) - 1 and bylines[0] > 0:
        starts = [0, *(at + 1 for at in bylines[:-1])]
    else:
        return None
    if any(after <= before for before, after in pairwise(starts)):
        return None
    return starts, [1.0, *(_BY_LINES for _ in starts[1:])]


def _is_name_of(item: Item, byline: Item) -> bool:
    return byline.byline is not None and byline.byline[0] is None and (item.is_full_name or item.is_nickname)


def _attribution(run: Sequence[Item]) -> tuple[str | None, Moment | None]:
    """Return the name and time that stand alone in a comment. A greeting names whom it speaks to: never its author."""
    for at, item in enumerate(run):
        if item.byline is not None:
            name, written = item.byline
            near = [run[at - 1]] if at else []
            named = next((one.text for one in near if one.is_full_name or one.is_nickname), None)
            return name or named, written
    if len(run) > 1 and run[0].is_full_name:
        return run[0].text, None
    if len(run) > 1 and run[-1].is_full_name and (run[-2].is_closing or run[-2].ends_politely):
        return run[-1].text, None
    return None, None
