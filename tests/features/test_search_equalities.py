"""What people write in many ways is found whichever way it is asked for; in `exact` only as it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmwiki.text.thai import fold
from tests.make_search import ask, drain, write

if TYPE_CHECKING:
    from tests.make import Make

EQUAL = (
    ("มี 40 คน", "มี ๔๐ คน", "มี40คน", "มี๔๐คน"),
    ("เงิน 3,000 บาท", "เงิน ๓๐๐๐บาท", "เงิน ฿3,000", "เงิน ฿3000", "เงิน ๓,๐๐๐.-"),
    ("ปี 2551 น้ำท่วม", "พ.ศ. ๒๕๕๑ น้ำท่วม", "ค.ศ. 2008 น้ำท่วม", "ปี51 น้ำท่วม", "พศ 2551 น้ำท่วม"),
    ("วันที่ 26 ก.พ. 50 ประชุม", "วันที่ 26ก.พ.50 ประชุม", "วันที่ ๒๖ กุมภาพันธ์ ๒๕๕๐ ประชุม", "26/2/2550 ประชุม วันที่"),
    ("26 ก. พ. 50 ตรวจ", "26 กพ 50 ตรวจ", "26 Feb 2007 ตรวจ", "2007-02-26 ตรวจ", "๒๖-๐๒-๒๕๕๐ ตรวจ"),
    ("17-19 มิถุนายน 2551 อบรม", "๑๗-๑๙ มิ.ย. ๒๕๕๑ อบรม", "17 - 19 มิ.ย. 51 อบรม"),
    ("กุมภาพันธ์ 2550 สรุป", "ก.พ. 50 สรุป", "กพ.50 สรุป", "February 2007 สรุป"),
    ("พมจ. มา", "พ.ม.จ. มา", "พมจ มา", "พ. ม. จ. มา", "สำนักงานพัฒนาสังคมและความมั่นคงของมนุษย์จังหวัด มา"),
    ("กทม. แล้ง", "กรุงเทพมหานคร แล้ง", "กรุงเทพฯ แล้ง"),
    ("สป.สช. จ่าย", "สปสช. จ่าย", "สปสช จ่าย"),
    ("ทำงาน น้ำใจ", "ทํางาน นํ้าใจ", "ทำงาน น้ํา" + "ใจ"),
    ("แม่บ้าน เล่า", "เเม่บ้าน เล่า"),
    ("สวัสดิการ พอ", "สวัส\u200bดิการ พอ", "สวัส\u00adดิการ พอ"),
    ("กลุ่ม ออม", "กลุ่ม\u00a0ออม", "กลุ่ม  ออม", "กลุ่ม\nออม"),
    ("ANDAMAN Fund", "andaman fund"),
    ("คุณสมหญิง พูด", "อ.สมหญิง พูด", "ผศ.ดร.สมหญิง พูด", "น.ส.สมหญิง พูด", "คุณ สมหญิง พูด", "สมหญิง พูด"),
    ("จ.พัทลุง ร้อน", "จังหวัดพัทลุง ร้อน", "จ. พัทลุง ร้อน"),
    ("ของ ต่างๆ", "ของ ต่าง ๆ", "ของ ต่าง\u200b ๆ"),
    ("ร้อยละ 57.5 %", "ร้อยละ ๕๗.๕%"),
    ("ยิ้ม 👍🏽 กัน",),
    ("บ้าน 👨\u200d👩\u200d👧 นี้",),
    ("ดู https://example.org/a?b=1 เถิด", "ดู HTTPS://Example.org/a?b=1 เถิด"),
    ("แล้ว 13,000 ต้น",),
    ("แล้ว 3,000,000 ต้น",),
)


def test_every_writing_finds_every_other_and_nothing_else(make: Make) -> None:
    project = make.project("village")
    writer = make.member(project)
    written = {write(writer, project, text, title="~").id: text for some in EQUAL for text in some}
    drain()
    for some in EQUAL:
        for text in some:
            hits = ask(writer, project, text, mode="all").hits
            assert {written[hit.entry_id or 0] for hit in hits} == set(some), text
            assert all(any(one.marks for one in hit.snippets) for hit in hits), text
    # A sum of money is no part of a greater one.
    assert {written[hit.entry_id or 0] for hit in ask(writer, project, "3,000บาท").hits} == set(EQUAL[1])
    for query in {piece for text in written.values() for piece in (text, *text.split())}:
        found = {hit.entry_id for hit in ask(writer, project, query, mode="exact").hits}
        assert found == {key for key, text in written.items() if fold(query).strip() in fold(text)}, query


def test_a_piece_of_a_text_is_found_though_its_first_dot_looks_like_that_of_an_abbreviation(make: Make) -> None:
    project = make.project("village")
    writer = make.member(project)
    write(writer, project, "ขอบคุณครับผม. แล้วพบกัน", title="~")
    drain()
    for query in ("ผม. แล้ว", "ครับผม. แล้ว", "ม. แ", "ผม.", "ม."):
        assert ask(writer, project, query, mode="exact").total == 1, query
        assert ask(writer, project, f"“{query}”").total == 1, query
