"""The platform's labels (record number, times, licence ...) in a line; they often run together without a space."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from kmwiki.formats.gotoknow.licences import read_licence
from kmwiki.formats.gotoknow.moments import DIGITS, Moment, find_moment

if TYPE_CHECKING:
    from collections.abc import Callable

RecordKind = Literal["post", "journal", "question"]

_LABEL = re.compile(
    r"(?P<record>(?:หมายเลข|เลขที่|รหัส)(?:บันทึก|อนุทิน|คำถาม)\s*[:：]?|อนุทิน\s*(?:เลขที่\s*|#\s*)(?=[\d๐-๙]))"
    r"|(?P<written>(?:เขียน|สร้าง|ถาม|บันทึก|โพสต์|เผยแพร่|ตีพิมพ์)เมื่อ\s*[:：]?|วันที่(?:เขียน|บันทึก|สร้าง|เผยแพร่)\s*[:：]"
    r"|(?:เขียน|สร้าง|เมื่อ)\s*[:：])"
    r"|(?P<edited>แก้ไข(?:ล่าสุด)?เมื่อ\s*[:：]?|ปรับปรุง(?:ล่าสุด)?เมื่อ\s*[:：]?|แก้ไข(?:ล่าสุด)?\s*[:：])"
    r"|(?P<licence>สัญญาอนุญาต\s*[:：])"
    r"|(?P<views>จำนวน(?:ที่|ผู้|ครั้งที่|การ|คน)(?:อ่าน|เข้าชม|เข้าอ่าน)\s*[:：]?|(?:อ่าน|เข้าชม|ผู้ชม|เปิดอ่าน)\s*[:：])"
    r"|(?P<tags>(?:คำสำคัญ|ป้ายกำกับ|แท็ก(?:ส์)?|แท็ค|คีย์เวิร์ด)\s*(?:\(\s*[Tt]ags?\s*\))?\s*[:：]|[Tt]ags?\s*[:：])"
    r"|(?P<author>(?:เขียน|ถาม|บันทึก|โพสต์)โดย\s*[:：]?|(?:ผู้เขียน|ผู้ถาม|ผู้บันทึก|เจ้าของบันทึก|ชื่อผู้เขียน|โดย)\s*[:：]|โดย(?=\s))"
    r"|(?P<url>(?:ที่อยู่|ลิงก์|URL)\s*[:：])"
    r"|(?P<province>จังหวัด\s*[:：])"
    r"|(?P<furniture>(?:หมวดหมู่(?:บันทึก)?|สมุดบันทึก|บล็อก|ดอกไม้|ให้กำลังใจ|ผู้ให้กำลังใจ|ขนาด|จำนวนความเห็น|ความเห็น|ความคิดเห็น)\s*[:：])"
)
_BULLETS = " \t\xa0|•·*-"
_AROUND_TIME = re.compile(
    r"\(\s*[^()]{0,30}\)|วัน(?:อาทิตย์|จันทร์|อังคาร|พุธ|พฤหัสบดี?|ศุกร์|เสาร์)(?:ที่)?|ที่|เวลา|น\.|(?:อา|พฤ|จ|อ|พ|ศ|ส)\.|[\s@,|·.:-]"
)
_MOST_AROUND_TIME = 6
_LONGEST_LINE = 2000
_LONGEST_NAME = 60
_LONGEST_PROVINCE = 40
_LONGEST_LICENCE = 160
_LONGEST_FURNITURE = 200
_LONGEST_BYLINE = 40
_LONGEST_BYLINE_AND_TIME = 160
_MOST_SPACES = 3
_SAYS_WRITTEN = re.compile(r"(?:(?:เขียน|สร้าง|ถาม|ตอบ|บันทึก|โพสต์)?เมื่อ|วันที่)?\s*[:：]?\s*(?:วัน[ก-๙]+ที่)?\s*$")
_NOT_IN_A_NAME = re.compile(r"ประชุม|เวที|วันที่|วันนี้|เมื่อ|ครับ|ค่ะ|ที่|และ|การ|จะ|ได้|ให้|ของ|กับ|เป็น|ไม่|ว่า|[\d?!,:;()\"“”]")
_TAG_SIGN = re.compile(r"#")


@dataclass(frozen=True, slots=True)
class Labels:
    """What the labels of one or more lines say; None where they say nothing."""

    record_no: int | None = None
    record_kind: RecordKind | None = None
    """What the record number counts: each kind of page has numbers of its own."""
    written: Moment | None = None
    edited: Moment | None = None
    licence: str | None = None
    views: int | None = None
    tags: tuple[str, ...] = ()
    author: str | None = None
    url: str | None = None
    province: str | None = None
    is_strong: bool = False
    """Whether a label among them is hardly ever written by a person at the end of a text."""

    @property
    def is_anchor(self) -> bool:
        """Whether they can only be the platform's: a record number or a time of writing."""
        return self.record_no is not None or self.written is not None

    def joined(self, other: Labels) -> Labels:
        """Return both; what stands in self wins. A record number and its kind stay together."""
        names = (name for name in self.__slots__ if not getattr(self, name))
        if self.record_no is not None:
            names = (name for name in names if name != "record_kind")
        return replace(self, **{name: getattr(other, name) for name in names})


def read_labels(line: str) -> Labels | None:
    """Read a line made of labels and their values only; None for any other line, so that no text is taken for one."""
    if len(line) > _LONGEST_LINE:
        return None
    text = line.strip(_BULLETS)
    if _LABEL.match(text) is None:
        return None
    found = list(_LABEL.finditer(text))
    labels = Labels(is_strong=any(_is_strong(match) for match in found))
    ends = [*(match.start() for match in found[1:]), len(text)]
    for match, end in zip(found, ends, strict=True):
        kind = match.lastgroup or ""
        is_good, meant = _READERS[kind](text[match.end() : end].strip(" \t\xa0|·"))
        if not is_good:
            return None
        if meant and kind != "furniture":
            value: dict[str, Any] = {_FIELDS.get(kind, kind): meant}
            labels = replace(labels, **value)
        if kind == "record":
            labels = replace(labels, record_kind=_kind_of(match[0]))
    return _with_time_of_author(labels)


def _kind_of(label: str) -> RecordKind:
    if "อนุทิน" in label:
        return "journal"
    return "question" if "คำถาม" in label else "post"


def _is_strong(label: re.Match[str]) -> bool:
    if label.lastgroup == "author":
        return label[0].strip() != "โดย"
    return label.lastgroup not in {"furniture", "url", "province"}


def read_byline(line: str) -> Labels | None:
    """Read a line that is a time alone, or a name and a time ("สมหญิง ใจงาม 3 มี.ค. 2551 10:20"); None for any other."""
    if len(line) > _LONGEST_BYLINE_AND_TIME:
        return None
    text = line.strip(_BULLETS)
    found = find_moment(text)
    if found is None:
        return None
    moment, start, end = found
    name = _SAYS_WRITTEN.sub("", text[:start]).strip(_BULLETS + "@,-–()")
    is_name = len(name) <= _LONGEST_BYLINE and name.count(" ") <= _MOST_SPACES and not _NOT_IN_A_NAME.search(name)
    if not is_name or len(_AROUND_TIME.sub("", text[end:])) > _MOST_AROUND_TIME:
        return None
    return Labels(written=moment, author=re.sub("^โดย\\s*", "", name) or None)


def _with_time_of_author(labels: Labels) -> Labels:
    found = find_moment(labels.author) if labels.author and labels.written is None else None
    if found is None or labels.author is None:
        return labels
    moment, start, _ = found
    return replace(
        labels, written=moment, author=_SAYS_WRITTEN.sub("", labels.author[:start]).strip(_BULLETS + "@,-–()") or None
    )


def _read_number(value: str) -> tuple[bool, int | None]:
    plain = re.sub(r"^#|,|\s*(?:ครั้ง|คน)$", "", value.translate(DIGITS).strip(" ()"))
    if not plain:
        return True, None
    return (True, int(plain)) if plain.isascii() and plain.isdigit() and len(plain) < 12 else (False, None)  # noqa: PLR2004


def _read_time(value: str) -> tuple[bool, Moment | None]:
    found = find_moment(value)
    if found is None:
        return not _AROUND_TIME.sub("", value), None
    moment, start, end = found
    around = _AROUND_TIME.sub("", value[:start] + value[end:])
    return len(around) <= _MOST_AROUND_TIME, moment


def _read_licence(value: str) -> tuple[bool, str | None]:
    return len(value) <= _LONGEST_LICENCE, read_licence(value)


def _read_tags(value: str) -> tuple[bool, tuple[str, ...]]:
    if _TAG_SIGN.search(value):
        parts = value.split("#")
    else:
        parts = re.split(r"[,;|，、]" if re.search(r"[,;|，、]", value) else r"\s+", value)
    tags = (part.strip(" \t\xa0,;|") for part in parts)
    return True, tuple(dict.fromkeys(tag for tag in tags if tag))


def _read_name(value: str) -> tuple[bool, str]:
    return 0 < len(value) <= _LONGEST_NAME, value


def _read_url(value: str) -> tuple[bool, str]:
    return value.startswith(("http://", "https://")) and " " not in value, value


def _read_province(value: str) -> tuple[bool, str]:
    return 0 < len(value) <= _LONGEST_PROVINCE, value


def _read_furniture(value: str) -> tuple[bool, None]:
    return len(value) <= _LONGEST_FURNITURE, None


_READERS: dict[str, Callable[[str], tuple[bool, Any]]] = {
    "record": _read_number,
    "written": _read_time,
    "edited": _read_time,
    "licence": _read_licence,
    "views": _read_number,
    "tags": _read_tags,
    "author": _read_name,
    "url": _read_url,
    "province": _read_province,
    "furniture": _read_furniture,
}
_FIELDS = {"record": "record_no"}
