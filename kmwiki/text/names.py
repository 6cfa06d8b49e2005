"""People's names as they are matched and abbreviated; what was written is never changed."""

from __future__ import annotations

import re

# Written without a dot, spaced or glued to the name.
_PLAIN = (
    "ศาสตราจารย์|รองศาสตราจารย์|ผู้ช่วยศาสตราจารย์|อาจารย์|ด็อกเตอร์|เด็กชาย|เด็กหญิง|นางสาว|พระอาจารย์|พระครู|พระมหา|หลวงพ่อ|"
    "กำนัน|ผู้ใหญ่บ้าน|ผู้ใหญ่|คุณ|น้อง|ท่าน|นาย|นาง|พระ|พี่|พ่อ|แม่|ครู|ลุง|ป้า"
)
# Short ones are also the beginning of many names; they count only when a space follows.
_SPACED = "อา|ตา|น้า|ยาย|ปู่|ย่า|ศ"
# Written with a dot, or without it and a space.
_DOTTED = r"รศ|ผศ|ศ|ดร|อจ|อ|นส|น\.ส|นพ|พญ|ดช|ด\.ช|ดญ|ด\.ญ|ร\.ต|พ\.ต|ผญ|dr|mrs|mr|ms|prof"
# Words that begin like a title but are none.
_NO_TITLE = re.compile(
    "นายก|นายอำเภอ|นายทะเบียน|นายทุน|นายช่าง|คุณธรรม|คุณภาพ|คุณค่า|คุณสมบัติ|คุณวุฒิ|แม่ฮ่องสอน|แม่บ้าน|แม่น้ำ|แม่สอด|แม่ทะ|แม่พริก|"
    "พี่เลี้ยง|พ่อค้า|แม่ค้า|พ่อแม่|พ่อเมือง|ครูใหญ่|พระราช|พระนคร|พระประแดง|พระพุทธ|ท่านผู้"
)
_TITLE = re.compile(
    rf"(?:{_DOTTED})(?:\.\s*|\s+)|(?:{_SPACED})\s+|(?:{'|'.join(sorted(_PLAIN.split('|'), key=len, reverse=True))})\s*",
    re.IGNORECASE,
)
_BEGINS = re.compile(r"[ก-ฮเ-ไ]|[^\W\d_]")

_LEAD = "เ-ไ"
_VOWELLED = re.compile(f"[{_LEAD}]([ก-ฮ])|([ก-ฮ])(?=[่-๋]?[ะ-ูาำ็ๅ])")
_PAIRS = dict.fromkeys("กขคตปผพทจซสศ", "รลว") | {"ห": "งญนมยรลว"}


def strip_titles(name: str) -> str:
    """Drop the titles before a name, spaced or glued to it, for matching: ผศ.ดร.สมหญิง, คุณสมหญิง -> สมหญิง.

    A name that is nothing but a title, and a word that only begins like one (นายก, คุณธรรม), stay as they are.
    """
    rest = name.strip()
    while (match := _TITLE.match(rest)) and not _NO_TITLE.match(rest):
        shorter = rest[match.end() :]
        if len(shorter) < 2 or not _BEGINS.match(shorter):  # noqa: PLR2004 - a name has two characters
            break
        rest = shorter
    return rest


def _thai_initials(given: str) -> str:
    """Take the first consonant of the first two syllables, as far as signs show where a syllable begins."""
    found: list[str] = []
    for match in _VOWELLED.finditer(given):
        at = match.start(1) if match.group(1) else match.start(2)
        # The second of two consonants read together (คราม, หญิง) does not begin the syllable.
        is_second = match.group(2) and at > 0 and given[at] in _PAIRS.get(given[at - 1], "")
        found.append(given[at - 1] if is_second else given[at])
    consonants = re.findall("[ก-ฮ]", given)
    if consonants and (not found or found[0] != consonants[0]):
        found.insert(0, consonants[0])
    return "".join(found[:2]) if len(found) > 1 else "".join((found + consonants[1:])[:2])


def initials(name: str) -> str:
    """Give two letters (one if there is only one) for an avatar; titles and brackets do not count."""
    words = re.findall(r"[^\s()\[\]._,\-]+", strip_titles(name).split("@")[0])
    if not words:
        return "?"
    if re.match("[ก-ฮเ-ไ]", words[0]):
        return _thai_initials(words[0])
    letters = [word[0] for word in words[:2]] if len(words) > 1 else list(words[0][:2])
    return "".join(letters).upper()
