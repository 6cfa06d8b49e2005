"""The fields that a query can name, in English and Thai, and the words for their values."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA

from kmwiki.text.thai import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST_LIKE, LONG = 4, 7
"""Names of fields from so many characters on can have one slip, or two."""
PARTS = frozenset({"title", "lead", "body"})
"""Fields whose value is looked for in that part of the text; the others narrow."""

_NAMES = {
    "title": "titles ชื่อ ชื่อเรื่อง หัวเรื่อง",
    "lead": "เกริ่นนำ คำโปรย เกริ่น",
    "body": "text เนื้อหา เนื้อความ",
    "code": "codes coded รหัส",
    "author": "authors by ผู้เขียน คนเขียน",
    "province": "provinces จังหวัด",
    "district": "districts amphoe อำเภอ",
    "place": "places สถานที่ พื้นที่",
    "kind": "kinds ชนิด ประเภท",
    "tag": "tags ป้าย แท็ก",
    "voice": "voices เสียง ผู้พูด",
    "in": "type ใน",
    "date": "dates วันที่ เมื่อ ช่วง",
    "year": "years ปี",
    "has": "มี",
}


def _known(names: Mapping[str, str]) -> Mapping[str, str]:
    """Turn name -> its other names, parted by blanks, into folded name -> name."""
    return MappingProxyType(
        {fold(alias): name for name, aliases in names.items() for alias in (name, *aliases.split())}
    )


FIELDS = _known(_NAMES)
"""Folded name -> the field's English name."""
TYPES = _known(
    {
        "entry": "entries note notes บันทึก",
        "comment": "comments ความเห็น ความคิดเห็น",
        "memo": "memos ข้อคิด ความคิด บันทึกช่วยจำ",
        "code": "codes รหัส",
        "actor": "actors ผู้เกี่ยวข้อง",
    }
)
HAS = _known(
    {
        "codes": "code coding codings รหัส",
        "comments": "comment ความเห็น ความคิดเห็น",
        "attachments": "attachment file files ไฟล์ ไฟล์แนบ เอกสารแนบ",
        "place": "places province สถานที่ พื้นที่ จังหวัด",
        "date": "dates วันที่",
    }
)
VOICES = _known(
    {
        "informant": "informants ผู้ให้ข้อมูล ชาวบ้าน",
        "author": "authors ผู้เขียน",
        "commenter": "commenters ผู้ร่วมแลกเปลี่ยน ผู้ให้ความเห็น",
        "document": "documents เอกสาร",
    }
)
KIND_NAMES = _known(
    {
        "meeting": "meetings ประชุม การประชุม",
        "aar": "ถอดบทเรียน",
        "reflection": "reflections สะท้อนคิด",
        "interview": "interviews สัมภาษณ์",
        "fieldnote": "fieldnotes บันทึกภาคสนาม ภาคสนาม",
        "page": "pages หน้าความรู้ วิกิ",
    }
)
"""The kinds of entries by the names that people write; `entries.kinds` has their labels."""


def field_like(name: str) -> str | None:
    """Return the name of a field that was nearly written, or None; a field's own name is no slip."""
    wanted = fold(name)
    if wanted in FIELDS or len(wanted) < LEAST_LIKE:
        return None
    found = process.extractOne(wanted, list(FIELDS), scorer=OSA.distance, score_cutoff=1 if len(wanted) < LONG else 2)
    return found[0] if found else None


def field_of(name: str) -> str | None:
    """Return the field that somebody means by a name, or None."""
    return FIELDS.get(fold(name))
