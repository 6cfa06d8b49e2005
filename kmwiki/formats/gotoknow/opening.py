"""The head of a page: its kind, title, author and times above the text, and the lead."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kmwiki.formats.gotoknow.labels import Labels, read_byline, read_labels
from kmwiki.formats.gotoknow.model import Found
from kmwiki.formats.gotoknow.names import is_full_name, is_nickname

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmwiki.formats.gotoknow.lines import Line

_QUESTION = re.compile(
    r"\s*(?:คำถาม|ถาม-ตอบ|ถามตอบ|กระทู้ถาม|[Qq]uestion)\s*(?:#?\s*[\d๐-๙]+)?\s*(?P<colon>[:：])?\s*(?P<title>.*)"
)
_JOURNAL = re.compile(
    r"\s*(?:อนุทิน|บันทึกประจำวัน|ไดอารี่|[Jj]ournal|[Dd]iary)\s*(?:#?\s*[\d๐-๙]+)?\s*(?P<colon>[:：])?\s*(?P<title>.*)"
)
_SENTENCE_END = re.compile(r"(?:ครับ|คับ|ค่ะ|คะ|จ้ะ|จ้า|\.{2,}|…)\W*$")
_GREETING = re.compile(r"\s*(?:สวัสดี|หวัดดี|กราบ|เรียน\s)")
_NOTEBOOK = re.compile(r"\s*(?:สมุดบันทึก|สมุด|บล็อก)\s*[:：]")
_LEAST_WITH_NOTEBOOK = 3  # seen lines: a name, a notebook, a title
_NOT_SEEN = re.compile(r"[\s\u200b\u2060\ufeff]+")
_LONGEST = {0: 80, 1: 120, 2: 250}  # code points of a title by the empty lines below it
_HEADER_TITLE = 200
_MOST_HEADER_LINES = 7
_LONG_LEAD = 20
HEADER_FIELDS = ("record_no", "written", "edited", "licence", "author", "tags", "views", "url", "province")
"""What a header or the data at the foot may say of a page."""

_SHORTEST_LEAD = 6


@dataclass(frozen=True, slots=True)
class Opening:
    """What stands above the text. `body_at` is the position of the first line of the body."""

    kind: str | None  # question | journal, if the page says so
    title: str | None
    lead: str | None
    lead_line: int | None
    labels: Labels
    body_at: int
    provenance: dict[str, Found] = field(default_factory=dict)
    doubted: tuple[int, int] | None = None
    """The first and last line of a header that has no labels and may be text."""

    @property
    def is_platform_s(self) -> bool:
        """Whether a lead stands below a title and two empty lines: nobody but the platform writes so."""
        title = self.provenance.get("title")
        return self.lead_line is not None and bool(title and title.lines and self.lead_line - title.lines[1] > 2)  # noqa: PLR2004


def read_opening(lines: Sequence[Line], foot: Labels) -> Opening:
    """Read the head of `lines`, which end where the text ends. `foot`: what the data at the foot of the page say."""
    seen = [at for at, line in enumerate(lines) if not line.is_blank]
    if not seen:
        return Opening(None, None, None, None, Labels(), len(lines))
    provenance: dict[str, Found] = {}
    above, skipped = _read_notebook(lines, seen)
    top = seen[skipped] if skipped else 0
    kind, title, used = _read_title(lines, seen[skipped:], is_post=foot.record_kind == "post", top=top)
    used += skipped
    if title is not None:
        no = lines[seen[used - 1]].no
        provenance["title"] = Found("text", (no, no))
    labels, count = _read_header(lines, seen[used:], has_time=foot.written is not None)
    doubted = None
    if count:
        header = (lines[seen[used]].no, lines[seen[used + count - 1]].no)
        doubted = header if _is_doubtful(labels, foot) else None
        found = Found("guess" if doubted else "text", header)
        provenance.update({name: found for name in HEADER_FIELDS if getattr(labels, name)})
    if skipped:
        doubted = (lines[seen[0]].no, lines[seen[skipped - 1]].no)
        provenance["author"] = Found("guess", (doubted[0], doubted[0]))
        labels = above.joined(labels)
    rest = seen[used + count :]
    author, lead_at = _read_lead(lines, rest)
    if author is not None:
        labels = labels.joined(Labels(author=author))
        provenance.setdefault("author", Found("guess", (lines[rest[0]].no, lines[rest[0]].no)))
    if lead_at is None:
        start = seen[used + count - 1] + 1 if used + count else 0
        return Opening(kind, title, None, None, labels, start, provenance, doubted)
    no = lines[lead_at].no
    provenance["lead"] = Found("text", (no, no))
    return Opening(kind, title, lines[lead_at].text.strip(), no, labels, lead_at + 1, provenance, doubted)


def _is_doubtful(labels: Labels, foot: Labels) -> bool:
    """Whether a header without labels may be text: the foot of the page tells another day."""
    if labels.is_strong or labels.written is None or foot.written is None:
        return False
    return labels.written.when.date() != foot.written.when.date()


def _read_notebook(lines: Sequence[Line], seen: Sequence[int]) -> tuple[Labels, int]:
    """Return the author above the title, with a notebook's line below, and how many seen lines they take."""
    if len(seen) < _LEAST_WITH_NOTEBOOK or seen[1] != seen[0] + 1:
        return Labels(), 0
    name, below = lines[seen[0]].text, read_labels(lines[seen[1]].text)
    if not is_full_name(name) or below is None or below.is_strong or not _NOTEBOOK.match(lines[seen[1]].text):
        return Labels(), 0
    return Labels(author=name.strip()).joined(below), 2


def _read_title(
    lines: Sequence[Line], seen: Sequence[int], *, is_post: bool, top: int
) -> tuple[str | None, str | None, int]:
    """Return the kind, the title, and how many of the seen lines they take; a post's title tells no kind."""
    first = lines[seen[0]].text
    for kind, pattern in () if is_post else (("question", _QUESTION), ("journal", _JOURNAL)):
        found = pattern.fullmatch(first)
        if kind == "journal" and read_labels(first):
            return kind, None, 0
        if found is None or (found["title"] and not found["colon"]):
            continue
        if found["title"]:
            return kind, found["title"].strip(), 1
        if len(seen) > 1 and not _is_header_line(lines[seen[1]].text) and _is_title(lines, seen, 1, top=0):
            return kind, lines[seen[1]].text.strip(), 2
        return kind, first.strip(), 1
    if _is_header_line(first):
        return None, None, 0
    return (None, first.strip(), 1) if _is_title(lines, seen, 0, top=top) else (None, None, 0)


def _is_title(lines: Sequence[Line], seen: Sequence[int], index: int, *, top: int) -> bool:
    """Whether a seen line reads like a title; `top` is where the first one may stand without empty lines below."""
    text = lines[seen[index]].text
    if text[:1].isspace() or _GREETING.match(text):
        return False
    if index + 1 >= len(seen):
        return len(text) <= _LONGEST[1]
    following = [lines[at].text for at in seen[index + 1 : index + 3]]
    if _is_header_line(following[0]) or (
        _is_name(following[0]) and len(following) > 1 and _is_header_line(following[1])
    ):
        return len(text) <= _HEADER_TITLE
    empty = min(seen[index + 1] - seen[index] - 1, 2)
    if len(text) > _LONGEST[empty] or (index == 0 and seen[0] > top and empty < 2):  # noqa: PLR2004 - the platform leaves two
        return False
    return empty == 2 or (not _SENTENCE_END.search(text) and (empty == 1 or len(following[0]) > 1.5 * len(text)))  # noqa: PLR2004


def _is_header_line(text: str) -> bool:
    labels = read_labels(text)
    return labels.is_strong or labels.province is not None if labels else read_byline(text) is not None


def _is_name(text: str) -> bool:
    return is_full_name(text) or is_nickname(text)


def _read_header(lines: Sequence[Line], seen: Sequence[int], *, has_time: bool) -> tuple[Labels, int]:
    """Return what the header says and how many lines it takes; nothing unless a time or a record number is in it."""
    labels, count = Labels(), 0
    for index, at in enumerate(seen[:_MOST_HEADER_LINES]):
        text = lines[at].text
        found = read_labels(text) or (None if has_time and labels.author is None else read_byline(text))
        if (
            found is None
            and labels.author is None
            and index + 1 < len(seen)
            and _names_author(lines, seen[index:], has_time=has_time)
        ):
            found = Labels(author=text.strip())
        if found is None:
            break
        labels, count = labels.joined(found), index + 1
    is_header = labels.is_anchor or (has_time and labels.is_strong)
    return (labels, count) if is_header else (Labels(), 0)


def _names_author(lines: Sequence[Line], seen: Sequence[int], *, has_time: bool) -> bool:
    """Whether the first line is the author's name: labels or a time stand below it.

    Where the foot tells the time already, a date may be the text's: then it takes a full name with the date alone
    right below it.
    """
    text, below = lines[seen[0]].text, lines[seen[1]].text
    if not _is_name(text):
        return False
    if read_labels(below) is not None:
        return True
    time = read_byline(below)
    if time is None or not has_time:
        return time is not None
    return time.author is None and is_full_name(text) and seen[1] == seen[0] + 1


def _read_lead(lines: Sequence[Line], seen: Sequence[int]) -> tuple[str | None, int | None]:
    """Return the author that stands right above the lead, if one does, and the position of the lead."""
    if not seen:
        return None, None
    if _stands_again(lines, seen[0]):
        return None, seen[0]
    is_pair = len(seen) > 1 and seen[1] == seen[0] + 1 and _is_name(lines[seen[0]].text)
    if is_pair and _stands_again(lines, seen[1]):
        return lines[seen[0]].text.strip(), seen[1]
    return None, None


def _stands_again(lines: Sequence[Line], at: int) -> bool:
    """Whether a line, white space removed, stands again below; a short one only as a line or a phrase of its own."""
    words = _NOT_SEEN.sub("", lines[at].text)
    below = "\n".join(line.text for line in lines[at + 1 :])
    if len(words) >= _LONG_LEAD:
        return words in _NOT_SEEN.sub("", below)
    phrase = re.escape(lines[at].text.strip())
    return len(words) >= _SHORTEST_LEAD and re.search(rf"(?<!\S){phrase}(?!\S)", below) is not None
