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
_NOT_SEEN = re.compile(r"[\s\u200b\u2060\ufeff]+")
_LONGEST = {0: 80, 1: 120, 2: 250}  # code points of a title by the empty lines below it
_HEADER_TITLE = 200
_MOST_HEADER_LINES = 7
_LONG_LEAD = 20
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

    @property
    def is_platform_s(self) -> bool:
        """Whether a lead stands below a title and two empty lines: nobody but the platform writes so."""
        title = self.provenance.get("title")
        return self.lead_line is not None and bool(title and title.lines and self.lead_line - title.lines[1] > 2)  # noqa: PLR2004


def read_opening(lines: Sequence[Line], *, has_time: bool) -> Opening:
    """Read the head of `lines`, which end where the text ends. `has_time`: the foot of the page tells the time."""
    seen = [at for at, line in enumerate(lines) if not line.is_blank]
    if not seen:
        return Opening(None, None, None, None, Labels(), len(lines))
    provenance: dict[str, Found] = {}
    kind, title, used = _read_title(lines, seen)
    if title is not None:
        no = lines[seen[used - 1]].no
        provenance["title"] = Found("text", (no, no))
    labels, count = _read_header(lines, seen[used:], has_time=has_time)
    if count:
        header = (lines[seen[used]].no, lines[seen[used + count - 1]].no)
        provenance.update({name: Found("text", header) for name in ("author", "written") if getattr(labels, name)})
    rest = seen[used + count :]
    author, lead_at = _read_lead(lines, rest)
    if author is not None:
        labels = labels.joined(Labels(author=author))
        provenance.setdefault("author", Found("guess", (lines[rest[0]].no, lines[rest[0]].no)))
    if lead_at is None:
        start = seen[used + count - 1] + 1 if used + count else 0
        return Opening(kind, title, None, None, labels, start, provenance)
    no = lines[lead_at].no
    provenance["lead"] = Found("text", (no, no))
    return Opening(kind, title, lines[lead_at].text.strip(), no, labels, lead_at + 1, provenance)


def _read_title(lines: Sequence[Line], seen: Sequence[int]) -> tuple[str | None, str | None, int]:
    """Return the kind, the title, and how many of the seen lines they take."""
    first = lines[seen[0]].text
    for kind, pattern in (("question", _QUESTION), ("journal", _JOURNAL)):
        found = pattern.fullmatch(first)
        if kind == "journal" and read_labels(first):
            return kind, None, 0
        if found is None or (found["title"] and not found["colon"]):
            continue
        if found["title"]:
            return kind, found["title"].strip(), 1
        if len(seen) > 1 and not _is_header_line(lines[seen[1]].text) and _is_title(lines, seen, 1):
            return kind, lines[seen[1]].text.strip(), 2
        return kind, first.strip(), 1
    if _is_header_line(first):
        return None, None, 0
    return (None, first.strip(), 1) if _is_title(lines, seen, 0) else (None, None, 0)


def _is_title(lines: Sequence[Line], seen: Sequence[int], index: int) -> bool:
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
    if len(text) > _LONGEST[empty] or (index == 0 and seen[0] > 0 and empty < 2):  # noqa: PLR2004 - the platform leaves two
        return False
    return empty == 2 or (not _SENTENCE_END.search(text) and (empty == 1 or len(following[0]) > 1.5 * len(text)))  # noqa: PLR2004


def _is_header_line(text: str) -> bool:
    labels = read_labels(text)
    return labels is not None and labels.is_strong if labels else read_byline(text) is not None


def _is_name(text: str) -> bool:
    return is_full_name(text) or is_nickname(text)


def _read_header(lines: Sequence[Line], seen: Sequence[int], *, has_time: bool) -> tuple[Labels, int]:
    """Return what the header says and how many lines it takes; nothing unless a time or a record number is in it."""
    labels, count = Labels(), 0
    for index, at in enumerate(seen[:_MOST_HEADER_LINES]):
        text = lines[at].text
        found = read_labels(text) or (None if has_time else read_byline(text))
        if found is None and labels.author is None and _is_name(text) and index + 1 < len(seen):
            below = lines[seen[index + 1]].text
            found = Labels(author=text.strip()) if read_labels(below) or (not has_time and read_byline(below)) else None
        if found is None:
            break
        labels, count = labels.joined(found), index + 1
    return (labels, count) if labels.is_anchor else (Labels(), 0)


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
