"""Whether a short line is a person's name. Being wrong costs a point in the scoring, so it is careful, not complete."""

from __future__ import annotations

import re

_TITLE = re.compile(
    r"\s*(?:นาย|นาง(?:สาว)?|น\.ส\.|ดร\.?|ผศ\.?|รศ\.?|ศ\.|อ\.|อาจารย์|ครู|คุณ|พระ|หมอ|พี่|น้อง|ลุง|ป้า|พ่อ|แม่|ผู้ใหญ่|กำนัน)"
)
_NO_NAME = re.compile(
    r"ครับ|คับ|ค่ะ|คะ$|นะ|สวัสดี|หวัดดี|ขอบ|ยินดี|กำลังใจ|ความ|การ|ที่|เป็น|ไม่|ได้|ให้|ของ|กับ|และ|แต่|แล้ว|จะ|ว่า|จาก|ด้วย|อยู่|เรา|ผม|ก็|ถ้า|เพื่อ|หรือ"
    r"|มาก|น้อย|เห็น|งาน|ชุมชน|พื้นที่|หน่วย|กองทุน|ประชุม|เวที|โครงการ|ตำบล|จังหวัด|ดีๆ|ๆ|[\d๐-๙?!:;,=+/\"“”•…]|\.\.|http|@"
)
_WORD = re.compile(r"[ก-ฮเ-ไ][ก-๎.]*(?:\([^()]*\))?|\([ก-ฮเ-ไ][ก-๎]*\)|[A-Za-z][\w.'-]*")
_LONGEST = 48
_LONGEST_WORD = 22
_MOST_WORDS = 4
_LONGEST_NICKNAME = 10


def is_full_name(text: str) -> bool:
    """Whether it reads like a name with a surname or a title: "มาลี ทองดี", "ดร.สมศักดิ์", "Beeman NU"."""
    text = text.strip()
    words = text.split()
    if not 0 < len(text) <= _LONGEST or len(words) > _MOST_WORDS or _NO_NAME.search(text):
        return False
    if not all(len(word) <= _LONGEST_WORD and _WORD.fullmatch(word) for word in words):
        return False
    return len(words) > 1 or bool(_TITLE.match(text))


def is_nickname(text: str) -> bool:
    """Whether it may be a short name alone, as people sign with: "รัตน์", "Nok", "(ต้อม)"."""
    text = text.strip().strip("()-~.").strip()
    return 0 < len(text) <= _LONGEST_NICKNAME and not _NO_NAME.search(text) and bool(_WORD.fullmatch(text))
