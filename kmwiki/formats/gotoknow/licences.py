"""Licence phrases of the platform to the usual short names. An empty one is "not stated", never "free"."""

from __future__ import annotations

import re

_CC = re.compile(r"(?<![A-Za-z])CC[ :-]*(?P<parts>BY(?:[ -](?:NC|ND|SA))*|0)(?![A-Za-z])", re.IGNORECASE)
_PARTS = (
    ("NC", ("ไม่ใช้เพื่อการค้า", "ไม่ใช่เพื่อการค้า", "noncommercial")),
    ("ND", ("ไม่ดัดแปลง", "ไม่แก้ไขดัดแปลง", "ห้ามดัดแปลง", "noderiv")),
    ("SA", ("อนุญาตแบบเดียวกัน", "อนุญาตในแบบเดียวกัน", "sharealike")),
)
_BY = ("แสดงที่มา", "ยอมรับสิทธิของผู้สร้าง", "attribution")
_RESERVED = ("สงวนสิทธิ", "สงวนลิขสิทธิ", "allrightsreserved")
_PUBLIC = ("สาธารณสมบัติ", "สมบัติสาธารณะ", "publicdomain")
ALL_RIGHTS_RESERVED = "All rights reserved"


def read_licence(words: str) -> str | None:
    """Return "CC BY-NC-SA" and its like, "CC0", "All rights reserved", or the words themselves; None for no words."""
    words = words.strip(" \t\xa0:|·")
    if not words:
        return None
    short = _CC.search(words)
    if short is not None:
        parts = short["parts"].upper().replace(" ", "-")
        return "CC0" if parts == "0" else f"CC {parts}"
    squeezed = re.sub(r"[\s\-–—]+", "", words).lower()
    if any(phrase in squeezed for phrase in _BY):
        found = [name for name, phrases in _PARTS if any(phrase in squeezed for phrase in phrases)]
        return "-".join(["CC BY", *found])
    if any(phrase in squeezed for phrase in _RESERVED):
        return ALL_RIGHTS_RESERVED
    if "cc0" in squeezed or any(phrase in squeezed for phrase in _PUBLIC):
        return "CC0"
    return words
