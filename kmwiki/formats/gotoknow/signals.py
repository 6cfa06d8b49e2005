"""What a line of the comments tells about where one comment ends and the next begins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kmwiki.formats.gotoknow.labels import read_byline, read_labels
from kmwiki.formats.gotoknow.names import is_full_name, is_nickname

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmwiki.formats.gotoknow.lines import Line
    from kmwiki.formats.gotoknow.moments import Moment

_END = r"\W*$"
_POLITE = r"(?:นะ|น่ะ|จ้า|จ้ะ|จ๊ะ|ครับ|คับ|ค่ะ|คะ|ฮะ|ผม|เจ้าค่ะ)"
_GREETING = re.compile(
    r"(?:กราบ)?(?:สวัสดี|หวัดดี|ดีครับ|ดีค่ะ)|กราบ(?:เรียน|นมัสการ)|นมัสการ|เจริญพร|เรียน\s*(?:คุณ|อาจารย์|อ\.|ท่าน|ผู้|พี่|ดร)"
    r"|ถึง\s*(?:คุณ|อาจารย์|อ\.|พี่|น้อง)|(?:[Hh]ello|HELLO|[Hh]i|[Dd]ear|[Gg]ood (?:morning|day|evening))\b"
)
_VISIT = re.compile(
    r"(?:ตาม|แวะ|แอบ|เพิ่ง|ขอ|ได้)?(?:เข้า)?มา(?:เยี่ยม|อ่าน|ชม|ทักทาย|ทัก|เชียร์|ให้กำลังใจ|ส่งกำลังใจ|ร่วม|ติดตาม|เรียนรู้|หาความรู้|เก็บ|รับ|ดู|ขอบคุณ|แลกเปลี่ยน|บอก|ตอบ)"
    r"|(?:ขอ)?(?:เป็น|ส่ง|ให้)กำลังใจ|ชื่นชม|เห็นด้วย|ยินดีด้วย|ขอชม|อ่านแล้ว|ได้อ่าน|ขออนุญาต|ขอร่วม|ขอแสดงความ|ขอตอบ|ตอบคุณ"
)
_REACTION = re.compile(
    r"(?:ดี(?:จัง|มาก|ใจ)|น่า(?:สนใจ|ทึ่ง|ชื่นชม|ติดตาม)|เยี่ยม|สุดยอด|ชอบ|ประทับใจ|สนุก|โอ้|แหม|ว้าว|ใช่(?:เลย|แล้ว)|จริงด้วย|ถูกต้อง|ยอดเยี่ยม)"
    r"|(?:อยาก|ขอ)(?:ทราบ|รู้|เห็น|ถาม|เรียนถาม|เสนอ|เพิ่มเติม|เสริม|แลกเปลี่ยน|ฝาก)|มีคำถาม|สงสัย|(?:ผม|ดิฉัน|หนู|กระผม|ตัวเอง)(?!ๆ)"
)
_CALL = re.compile(
    r"@?\s*(?:คุณ|น้อง|พี่|อาจารย์|อ\.|ท่าน|ครู|ดร\.|ลุง|ป้า|น้า|หมอ|พ่อ|แม่|หลวงพี่).{1,24}?\s*(?:ครับ(?:ผม)?|คับ|คะ|ค่ะ|ขา|จ๊ะ|จ้า|จ้ะ)\W*$"
)
_THANKS = re.compile(r"(?:ต้อง)?(?:ขอ)?(?:กราบ)?(?:ขอบ(?:พระ)?คุณ|ขอบใจ)|[Tt]hank")
_ADDRESS = re.compile(
    r"@?\s*(?:คุณ|น้อง|พี่|อาจารย์|อ\.|ท่าน|ครู|ดร\.|ลุง|ป้า|น้า|หมอ|พ่อ|หลวงพี่|พระ)(?!เป็น|ที่|ทั้ง|ๆ|ว่า|คิด|เห็น|ก็|ขอ|จะ|เอง|อยาก|เคย|ไม่|ได้|มี)\s*\S"
)
_CLOSING = re.compile(
    rf"^(?:ขอบ(?:พระ)?คุณ|ขอบใจ)(?:มาก)*(?:ๆ)?\s*(?:{_POLITE})*{_END}"
    rf"|^(?:ขอบ(?:พระ)?คุณ|ขอคำแนะนำ|รบกวน).{{0,24}}(?:ด้วย|ล่วงหน้า)(?:{_POLITE})*{_END}"
    r"|ด้วยความ(?:เคารพ|นับถือ|ปรารถนาดี|รัก|ระลึกถึง|ขอบคุณ).{0,30}$|ขอแสดงความนับถือ"
    rf"|(?:โชคดี|พบกันใหม่|แล้วพบกัน|แล้วเจอกัน|สาธุ|ด้วยรัก).{{0,16}}$|[Tt]hanks?(?: you)?{_END}"
)
_ENCOURAGE = re.compile(rf"(?:กำลังใจ|เชียร์|ติดตาม|สู้ๆ|สู้ ๆ).{{0,24}}{_POLITE}{_END}|สู้\s?ๆ{_END}")
_POLITE_END = re.compile(rf"{_POLITE}{_END}")
_GOES_ON = re.compile(
    r"(?:แต่|และ|ดังนั้น|ฉะนั้น|เพราะ|ซึ่ง|ก็|จึง|นอกจาก|จากนั้น|ส่วน|อย่างไรก็|อีก|รวมทั้ง|หรือ|โดย|อันนี้|ทั้งนี้|\.\.|\(|-|–|[\d๐-๙]+[.)])"
)
_OPEN_END = re.compile(r"(?:[:：]|คือ|ดังนี้|เช่น|ได้แก่|ว่า|ดังกล่าว)\s*$")
_BULLET = re.compile(r"\s*[•●▪◦*·]\s*")
_MARKER = re.compile(r"\s*(?:ความ(?:คิด)?เห็น|คำตอบ|ข้อคิดเห็น)?(?:ที่|#)\s*(?P<number>\d{1,4})\s*[:.)]?(?:\s|$)")
_MALE = re.compile(r"ครับ|คับ(?![กขค])|(?<![ก-ฮ])กระผม|(?:^|\s)ผม(?=[ก-๙])")
_FEMALE = re.compile(r"ค่ะ|(?<!ล)คะ(?!แนน|น้า|เน|นอง|ยั้น|มำ|ลี)|ดิฉัน|เจ้าค่ะ")
_BOTH = re.compile(r"ครับ\s*[/,]\s*ค่?ะ|ค่?ะ\s*[/,]\s*ครับ")
_INDENT = 3
_LONGEST_ADDRESS = 24
_LOOKED_AT = 200  # code points at either end of a line that tell how it begins and ends
SHORT = 40
"""A line up to so many code points is short: a greeting alone, an address, a word of thanks."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line that can be seen, with what it tells. Gaps count the lines that cannot be seen before it."""

    line: Line
    empty_before: int
    has_blank_paragraph: bool
    text: str
    is_greeting: bool
    is_bare_greeting: bool
    """A greeting and whom it speaks to, nothing more: the comment goes on below."""
    is_visit: bool
    is_thanks: bool
    is_call: bool
    is_reaction: bool
    is_address: bool
    is_closing: bool
    is_encouraging: bool
    ends_politely: bool
    goes_on: bool
    stays_open: bool
    is_bullet: bool
    is_indented: bool
    is_full_name: bool
    is_nickname: bool
    marker: int | None
    gender: Literal["m", "f", ""]
    byline: tuple[str | None, Moment] | None

    @property
    def is_short(self) -> bool:
        """Whether the line is short."""
        return len(self.text) <= SHORT


def read_items(lines: Sequence[Line]) -> list[Item]:
    """Read the lines of the comments that can be seen."""
    items: list[Item] = []
    empty, has_paragraph = 0, False
    for line in lines:
        if line.is_blank:
            empty += 1
            has_paragraph = has_paragraph or line.text != ""
            continue
        items.append(_read(line, empty, has_paragraph=has_paragraph))
        empty, has_paragraph = 0, False
    return items


def _read(line: Line, empty: int, *, has_paragraph: bool) -> Item:
    text = line.text.strip()
    is_bullet = bool(_BULLET.match(line.text))
    said = _BULLET.sub("", text, count=1) if is_bullet else text
    head, tail = said[:_LOOKED_AT], said[-_LOOKED_AT:]
    marker = _MARKER.match(text)
    return Item(
        line=line,
        empty_before=empty,
        has_blank_paragraph=has_paragraph,
        text=text,
        is_greeting=bool(_GREETING.match(head)),
        is_bare_greeting=len(said) <= _LOOKED_AT and _is_bare_greeting(said),
        is_visit=bool(_VISIT.match(head)),
        is_thanks=bool(_THANKS.match(head)),
        is_call=len(said) <= SHORT and bool(_CALL.match(said)),
        is_reaction=bool(_REACTION.match(head)),
        is_address=bool(_ADDRESS.match(head)),
        is_closing=bool(_CLOSING.search(tail)),
        is_encouraging=bool(_ENCOURAGE.search(tail)),
        ends_politely=bool(_POLITE_END.search(tail)),
        goes_on=bool(_GOES_ON.match(head)),
        stays_open=bool(_OPEN_END.search(tail)),
        is_bullet=is_bullet,
        is_indented=not is_bullet and len(line.text) - len(line.text.lstrip()) >= _INDENT,
        is_full_name=is_full_name(text),
        is_nickname=is_nickname(text),
        marker=int(marker["number"]) if marker else None,
        gender=_gender(text),
        byline=_byline(text),
    )


def _is_bare_greeting(text: str) -> bool:
    greeting = _GREETING.match(text)
    if greeting is None:
        return False
    rest = re.sub(rf"^\W*{_POLITE}*\W*|\W*{_POLITE}*\W*$", "", text[greeting.end() :])
    is_address = bool(
        _ADDRESS.match(rest) or _ADDRESS.match(text[greeting.start() :].removeprefix("เรียน").removeprefix("ถึง"))
    )
    return not rest or is_nickname(rest) or is_full_name(rest) or (is_address and len(rest) <= _LONGEST_ADDRESS)


def _gender(text: str) -> Literal["m", "f", ""]:
    text = _BOTH.sub("", text)
    male, female = len(_MALE.findall(text)), len(_FEMALE.findall(text))
    if male == female:
        return ""
    return "m" if male > female else "f"


def _byline(text: str) -> tuple[str | None, Moment] | None:
    found = read_labels(text) or read_byline(text)
    return (found.author, found.written) if found is not None and found.written is not None else None
