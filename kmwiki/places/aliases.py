"""Other names of places, as people write them, and the words that say of what level a place is."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Level = Literal["province", "district", "tambon"]

PROVINCE_ALIASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "10": ("กทม", "กทม.", "กรุงเทพ", "กรุงเทพฯ", "บางกอก", "Bangkok Metropolis", "Krung Thep", "BKK"),
        "11": ("ปากน้ำ", "เมืองปากน้ำ"),
        "12": ("เมืองนนท์",),
        "14": ("อยุธยา", "กรุงเก่า", "พระนครศรีฯ", "Ayutthaya"),
        "24": ("แปดริ้ว",),
        "30": ("โคราช", "Korat", "Khorat"),
        "31": ("เมืองแปะ",),
        "34": ("อุบล", "อุบลฯ", "Ubon"),
        "39": ("หนองบัว", "เมืองลุ่มภู"),
        "41": ("อุดร", "อุดรฯ", "Udon"),
        "50": ("เจียงใหม่",),
        "57": ("เจียงฮาย",),
        "58": ("สามหมอก",),
        "60": ("ปากน้ำโพ",),
        "63": ("เมืองตาก",),
        "65": ("สองแคว", "พิดโลก"),
        "67": ("เพชรบูรณ์ฯ",),
        "71": ("เมืองกาญจน์", "กาญจน์"),
        "72": ("สุพรรณ", "สุพรรณฯ"),
        "73": ("เมืองปฐม",),
        "76": ("เพชร", "เมืองเพชร", "Phetburi"),
        "77": ("ประจวบ", "ประจวบฯ"),
        "80": ("นคร", "นครศรีฯ", "นครศรี", "เมืองคอน", "คอน", "นครศรีธรรมราชฯ", "Nakhon Si"),
        "84": ("สุราษฎร์", "สุราษฎร์ฯ", "สุราด", "เมืองร้อยเกาะ", "Surat"),
        "90": ("สงขลาฯ",),
        "93": ("เมืองลุง", "เมืองพัทลุง", "Pattalung", "Patthalung"),
        "94": ("ตานี", "ปัตตานีฯ"),
        "96": ("นราธิวาสฯ", "นรา"),
    }
)
"""Other names of a province, by its code. `เมืองพัทลุง` is first the name of a district; see `queries`."""

IN_RUNNING_TEXT: Mapping[str, str] = MappingProxyType(
    {
        "กทม.": "10",
        "กทม": "10",
        "กรุงเทพฯ": "10",
        "กรุงเทพ": "10",
        "อยุธยา": "14",
        "แปดริ้ว": "24",
        "โคราช": "30",
        "อุบลฯ": "34",
        "อุดรฯ": "41",
        "ปากน้ำโพ": "60",
        "เมืองกาญจน์": "71",
        "สุพรรณฯ": "72",
        "ประจวบฯ": "77",
        "เมืองคอน": "80",
        "นครศรีฯ": "80",
        "สุราษฎร์ฯ": "84",
        "เมืองลุง": "93",
    }
)
"""Aliases that mean the province wherever they stand in a sentence."""

COMMON_WORDS = frozenset({"ตาก", "เลย", "น่าน", "แพร่", "ตราด", "กระบี่", "ระนอง", "สตูล", "ยะลา", "ตรัง"})
"""Names of provinces that are everyday words or parts of them: they count only after a word such as จังหวัด."""

NOT_THE_PROVINCE = ("สุโขทัยธรรมาธิราช", "เชียงใหม่เอฟซี", "ธนาคารกรุงเทพ", "สงขลานครินทร์", "เพชรบุรีตัดใหม่")
"""Names of other things that hold a province's name."""

PREFIXES: tuple[tuple[str, Level], ...] = (
    (r"จังหวัด|จว\.|จ\.|changwat\b|province of\b", "province"),
    (r"กิ่งอำเภอ|กิ่ง\s?อ\.|อำเภอ|อ\.|เขต|amphoe\b|amphur\b|khet\b|district of\b", "district"),
    (r"ตำบล|ต\.|แขวง|tambon\b|tambol\b|khwaeng\b", "tambon"),
)
"""Words in front of a name that tell its level."""

SUFFIXES: tuple[tuple[str, Level], ...] = (
    (r"sub-?\s?district$", "tambon"),
    (r"district$", "district"),
    (r"province$", "province"),
)
"""English words behind a name that tell its level."""

BREAK_BEFORE = re.compile(
    r"(?=จังหวัด|กิ่งอำเภอ|(?<!กิ่ง)อำเภอ|(?<!สาม)ตำบล|แขวง|(?<=[\u0e00-\u0e7f])(?<!กิ่ง)[จอต]\.)|(?=\bจว\.)"
)
"""Where a written place falls into parts though nothing separates them, as in `ต.ท่าข้ามอ.เมือง`."""
