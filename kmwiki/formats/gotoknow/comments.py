"""The comments of a page: by their own lines of name and time where the page has them, else by scored cuts."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from kmwiki.formats.gotoknow.cutting import Cuts, cut
from kmwiki.formats.gotoknow.model import PageComment
from kmwiki.formats.gotoknow.signals import read_items

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kmwiki.formats.gotoknow.lines import Line
    from kmwiki.formats.gotoknow.moments import Moment
    from kmwiki.formats.gotoknow.signals import Item

_NAME_AND_TIME = 20.0  # score of a break; a greeting's is 5
_NAME_ALONE = 6.0
_BY_LINES = 0.97  # sureness of cuts made where names with times stand
_MAY_BE_SEVERAL = 0.4  # of a comment in which further ones seem to start
_TOO_FEW = 0.2  # of every comment, where the page holds fewer texts than its heading says


def read_comments(lines: Sequence[Line], count: int | None, *, is_last_glued: bool = False) -> tuple[PageComment, ...]:
    """Cut the lines below the heading into `count` comments (None: not known; too many: as many as there are lines).

    `is_last_glued`: the footer follows without an empty line.
    """
    items = read_items(lines)
    if not items or count == 0:
        return ()
    heads = _heads(items)
    cuts = _cut_at_bylines(items, count)
    if cuts is None:
        wanted = None if heads and count is not None and count >= len(items) else count
        cuts = cut(items, wanted, is_last_glued=is_last_glued, known=_known_breaks(items, heads))
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
        author, written = _attribution(run, are_named=bool(heads))
        is_doubtful = any(start < at < end for at in cuts.inner)
        sure = min(before, after, _MAY_BE_SEVERAL if is_doubtful else 1.0)
        lines_of_it = (run[0].line.no, run[-1].line.no)
        comments.append(PageComment(lines_of_it, text, author, written, round(sure, 3), is_doubtful))
    return tuple(comments)


def _cut_at_bylines(items: Sequence[Item], count: int | None) -> Cuts | None:
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
    return Cuts(tuple(starts), (1.0, *(_BY_LINES for _ in starts[1:])))


def _heads(items: Sequence[Item]) -> dict[int, int]:
    """Return where a name with a time opens a comment: the position of the name, and of the time.

    Where the first comment is opened so, all are; elsewhere an empty line must stand above and text right below.
    """
    heads: dict[int, int] = {}
    for at, item in enumerate(items[:-1]):
        if item.byline is None:
            continue
        has_name_above = at > 0 and _is_name_of(items[at - 1], item)
        head = at - 1 if has_name_above else at
        if not has_name_above and item.byline[0] is None:
            continue
        if head == 0 or 0 in heads or (items[head].empty_before and not items[at + 1].empty_before):
            heads[head] = at
    return heads


def _known_breaks(items: Sequence[Item], heads: Mapping[int, int]) -> dict[int, float]:
    """Return what the opening lines add to the scores: a break above them, none below.

    Among comments that have them, a name alone above a text opens one, too.
    """
    known: dict[int, float] = {}
    for at, (before, after) in enumerate(pairwise(items)):
        if heads and before.empty_before and not after.empty_before and (before.is_full_name or before.is_nickname):
            known.update({at: _NAME_ALONE, at + 1: -_NAME_ALONE})
    for head, time in heads.items():
        known[head] = _NAME_AND_TIME
        known.update(dict.fromkeys(range(head + 1, time + 2), -_NAME_AND_TIME))
    return known


def _is_name_of(item: Item, byline: Item) -> bool:
    return byline.byline is not None and byline.byline[0] is None and (item.is_full_name or item.is_nickname)


def _attribution(run: Sequence[Item], *, are_named: bool) -> tuple[str | None, Moment | None]:
    """Return the name and time that stand alone at either end. A greeting names whom it speaks to: never its author.

    `are_named`: the page's comments open with their names, so a short one is a name, too.
    """
    for at, item in enumerate(run):
        if item.byline is not None and (at <= 1 or at == len(run) - 1):
            name, written = item.byline
            near = [run[at - 1]] if at else []
            named = next((one.text for one in near if one.is_full_name or one.is_nickname), None)
            return name or named, written
    if len(run) > 1 and (run[0].is_full_name or (are_named and run[0].is_nickname)):
        return run[0].text, None
    if len(run) > 1 and run[-1].is_full_name and (run[-2].is_closing or run[-2].ends_politely):
        return run[-1].text, None
    return None, None
