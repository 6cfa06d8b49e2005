"""Dates as people write them: what is understood, what is asked, what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmwiki.text.calendar_words import MONTHS_EN, MONTHS_TH, MONTHS_TH_SHORT
from kmwiki.text.dates import BANGKOK, DateReading, echo, find_dates, read_date, read_timestamp, show
from tests.make_texts import mixed_text

FEB_18 = date(2008, 2, 18)

ONE_DAY = """
18 กุมภาพันธ์ 2551|18 ก.พ. 2551|18 กพ. 51
18 กพ 51|18ก.พ.51|18 ก. พ. 2551|๑๘ กุมภาพันธ์ ๒๕๕๑
18\u00a0กุมภาพันธ์\u00a02551|วันจันทร์ที่ 18 กุมภาพันธ์ 2551|จันทร์ 18 ก.พ. 51
วันที่ 18 กุมภาพันธ์ พ.ศ. 2551|18 กุมภาพันธ์ พ.ศ.๒๕๕๑|วันที่ 18 เดือนกุมภาพันธ์ 2551
18 กุมภาพันธ์ ค.ศ. 2008|18 กุมภาพันธ์ 2008|18/2/2551|18/02/51|18/02/2008
18-2-51|18.2.2551|2008-02-18|2551-02-18|2008/02/18
February 18, 2008|Feb 18 2008|18 Feb 2008|Monday, 18 February 2008
18th February 2008|18 February 2551 BE|(18 กพ. 51)|เมื่อ 18 ก.พ. 51
ณ วันที่ ๑๘ ก.พ. ๕๑|18 กุมภา 51|18 กุมภาพันธ์ '51|18 กุมภาพันธ์ พุทธศักราช 2551|18 กุมภาพันธ์, 2551|  18 ก.พ.51.
"""
RANGES = [
    ("17-19 มิถุนายน 2551", "2008-06-17", "2008-06-19", "day"),
    ("17 – 19 มิ.ย. 51", "2008-06-17", "2008-06-19", "day"),
    ("ระหว่างวันที่ 17 ถึงวันที่ 19 มิถุนายน 2551", "2008-06-17", "2008-06-19", "day"),
    ("17 และ 18 มิถุนายน 2551", "2008-06-17", "2008-06-18", "day"),
    ("30 ม.ค. - 2 ก.พ. 51", "2008-01-30", "2008-02-02", "day"),
    ("30 ธ.ค. 2550 - 2 ม.ค. 2551", "2007-12-30", "2008-01-02", "day"),
    ("30 ธ.ค. - 2 ม.ค. 51", "2007-12-30", "2008-01-02", "day"),
    ("วันจันทร์ที่ 18 - วันพุธที่ 20 กุมภาพันธ์ 2551", "2008-02-18", "2008-02-20", "day"),
    ("17-19/6/2551", "2008-06-17", "2008-06-19", "day"),
    ("17/6/51-19/6/51", "2008-06-17", "2008-06-19", "day"),
    ("2008-02-18/2008-02-20", "2008-02-18", "2008-02-20", "day"),
    ("February 17-19, 2008", "2008-02-17", "2008-02-19", "day"),
    ("February 28 - March 2, 2008", "2008-02-28", "2008-03-02", "day"),
    ("กุมภาพันธ์ 2551", "2008-02-01", "2008-02-29", "month"),
    ("เดือน ก.พ. 51", "2008-02-01", "2008-02-29", "month"),
    ("สิ้นเดือนกันยายน 2551", "2008-09-01", "2008-09-30", "month"),
    ("มกราคม-มีนาคม 2551", "2008-01-01", "2008-03-31", "month"),
    ("ธันวาคม 2550 - มกราคม 2551", "2007-12-01", "2008-01-31", "month"),
    ("2008-02", "2008-02-01", "2008-02-29", "month"),
    ("ปีงบประมาณ 2551", "2007-10-01", "2008-09-30", "month"),
    ("ปี 2551", "2008-01-01", "2008-12-31", "year"),
    ("ปี 51", "2008-01-01", "2008-12-31", "year"),
    ("พ.ศ. ๒๕๕๑", "2008-01-01", "2008-12-31", "year"),
    ("ค.ศ. 2008", "2008-01-01", "2008-12-31", "year"),
    ("2551", "2008-01-01", "2008-12-31", "year"),
    ("ปี 2551-2553", "2008-01-01", "2010-12-31", "year"),
    ("2551-52", "2008-01-01", "2009-12-31", "year"),
    ("ค.ศ. 2008-2009", "2008-01-01", "2009-12-31", "year"),
]
REFUSED = """
31 ก.พ. 2551|29 ก.พ. 2550|32 ม.ค. 2551|0 ม.ค. 2551|18/13/2551|2008-13-01|2008-02-30|19-17 มิถุนายน 2551|18 กุมภาพันธ์ 1465
18 กุมภาพันธ์ 3008|18 กุมภาพันธ์ 251|วันที่ 6 มีนาคม|6 มีนาคม|มีนาคม|51|18|ไม่ใช่วันที่||5,12,19 มิ.ย. 51|วันนี้|1/2|1/2/3/4
18 กุมภาพันธ์ 2551 และอะไรสักอย่าง|พ.ศ. 400|2551-2550|13 โมง|18 ก.พ. 51 20 ก.พ. 51
"""


@pytest.mark.parametrize("written", [form for line in ONE_DAY.strip().splitlines() for form in line.split("|")])
def test_every_way_of_writing_a_day_is_one_reading(written: str) -> None:
    readings = read_date(written)
    assert [(reading.start, reading.end, reading.precision) for reading in readings] == [(FEB_18, FEB_18, "day")]
    assert readings[0].written == written.strip()


@pytest.mark.parametrize(("written", "start", "end", "precision"), RANGES)
def test_ranges_months_and_years_have_both_ends(written: str, start: str, end: str, precision: str) -> None:
    found = [(str(reading.start), str(reading.end), reading.precision) for reading in read_date(written)]
    assert found == [(start, end, precision)]


@pytest.mark.parametrize("written", [form for line in REFUSED.strip().splitlines() for form in line.split("|")])
def test_what_is_no_date_has_no_reading(written: str) -> None:
    assert read_date(written) == []


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("02/03/04", ["1961-03-02", "2004-03-02", "2002-03-04"]),
        ("18/2/08", ["1965-02-18", "2008-02-18"]),
        ("18 Feb 08", ["2008-02-18", "1965-02-18"]),
        ("5 และ 12 มิ.ย. 51", ["2008-06-05", "2008-06-12"]),
    ],
)
def test_what_can_mean_several_days_is_asked(written: str, days: list[str]) -> None:
    assert [str(reading.start) for reading in read_date(written)] == days


def test_a_weekday_decides_where_it_can() -> None:
    assert [str(reading.start) for reading in read_date("Mon 18 Feb 08")] == ["2008-02-18"]


def test_day_stands_before_month() -> None:
    assert [str(reading.start) for reading in read_date("3/4/51")] == ["2008-04-03"]
    assert [str(reading.start) for reading in read_date("3/4/2008")] == ["2008-04-03"]


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("19 กุมภาพันธ์ 2551 เวลา ๐๙.๓๐ น.", "09:30"),
        ("19 ก.พ. 51 09.30-16.30 น.", "09:30"),
        ("19 ก.พ. 51 เวลา 9 นาฬิกา", "09:00"),
        ("19 ก.พ. 51 9:05", "09:05"),
        ("2008-02-19T19:36", "19:36"),
        ("19 Feb 2008, 7:36 pm", "19:36"),
        ("19 ก.พ. 51", None),
    ],
)
def test_a_time_is_read_with_its_day(written: str, time: str | None) -> None:
    (reading,) = read_date(written)
    assert (str(reading.start), reading.time) == ("2008-02-19", time)


def test_the_calendar_of_the_writer_is_kept() -> None:
    assert [read_date(text)[0].calendar for text in ("18 ก.พ. 51", "18 ก.พ. 2008", "ค.ศ. 2008")] == ["be", "ce", "ce"]


@pytest.mark.parametrize("hint", [2551, 2008])
def test_a_day_without_year_needs_a_hint(hint: int) -> None:
    assert [str(reading.start) for reading in read_date("วันที่ 6 มีนาคม", year_hint=hint)] == ["2008-03-06"]
    assert find_dates("นัดวันที่ 6 มีนาคม") == []
    assert [str(each.reading.start) for each in find_dates("นัดวันที่ 6 มีนาคม", year_hint=hint)] == ["2008-03-06"]


def test_today_is_known_only_when_said() -> None:
    assert [str(reading.start) for reading in read_date("เมื่อวานนี้", today=date(2026, 1, 1))] == ["2025-12-31"]


def test_dates_are_found_in_running_text_where_they_stand() -> None:
    text = "😀วันนี้(18 กพ. 51)ประชุม แล้ว ๑๗-๑๙ มิ.ย. ๕๑ เวลา ๑๓.๐๐ น. จนปี ๒๕๕๒ และ 5/6/2553"
    found = find_dates(text)
    assert [text[each.start : each.end] for each in found] == [
        "18 กพ. 51",
        "๑๗-๑๙ มิ.ย. ๕๑ เวลา ๑๓.๐๐ น.",
        "ปี ๒๕๕๒",
        "5/6/2553",
    ]
    assert [each.reading.written for each in found] == [text[each.start : each.end] for each in found]
    assert [str(each.reading.start) for each in found] == ["2008-02-18", "2008-06-17", "2009-01-01", "2010-06-05"]
    assert found[1].reading.time == "13:00"


@pytest.mark.parametrize(
    "text",
    [
        "อายุ 60 ปี 51 คน",
        "เม.ย. 50 คน",
        "โทร 081-234-5678",
        "ราคา 18.2 บาท ข้อ 2.5/3/4",
        "มี 2551 คน",
        "2-3 เดือน",
        "รุ่น 1.2.3.4",
        "ปี 51 ราย",
    ],
)
def test_figures_of_other_things_are_no_dates(text: str) -> None:
    assert find_dates(text) == []


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("19 กุมภาพันธ์ 2008 19:36 น.", "2008-02-19T19:36:00+07:00"),
        ("๑๙ ก.พ. ๒๕๕๑ เวลา ๑๙.๓๖ น.", "2008-02-19T19:36:00+07:00"),
        ("2008-02-19T12:36:00+00:00", "2008-02-19T12:36:00+00:00"),
        ("2008-02-19 19:36", "2008-02-19T19:36:00+07:00"),
    ],
)
def test_timestamps_know_their_zone(written: str, moment: str) -> None:
    assert read_timestamp(written) == datetime.fromisoformat(moment)


def test_no_timestamp_without_a_time_or_for_a_range() -> None:
    assert read_timestamp("19 กุมภาพันธ์ 2551") is None
    assert read_timestamp("18-19 กุมภาพันธ์ 2551 เวลา 09.00 น.") is None
    assert read_timestamp("เมื่อไรก็ได้") is None
    assert BANGKOK.utcoffset(datetime.now(UTC)) == timedelta(hours=7)


@pytest.mark.parametrize(
    ("written", "thai", "english"),
    [
        ("18 กพ. 51", "18 กุมภาพันธ์ 2551", "18 February 2008"),
        ("17-19 มิ.ย. 51", "17-19 มิถุนายน 2551", "17-19 June 2008"),
        ("30 ม.ค.-2 ก.พ. 51", "30 มกราคม - 2 กุมภาพันธ์ 2551", "30 January - 2 February 2008"),
        ("30 ธ.ค.-2 ม.ค. 51", "30 ธันวาคม 2550 - 2 มกราคม 2551", "30 December 2007 - 2 January 2008"),
        ("ก.พ. 51", "กุมภาพันธ์ 2551", "February 2008"),
        ("ปี 51", "พ.ศ. 2551", "2008"),
        ("2551-2553", "พ.ศ. 2551-2553", "2008-2010"),
        ("18 ก.พ. 51 9:30", "18 กุมภาพันธ์ 2551 เวลา 09.30 น.", "18 February 2008, 09:30"),
    ],
)
def test_what_was_understood_is_said_back_in_both_eras(written: str, thai: str, english: str) -> None:
    (reading,) = read_date(written)
    assert (show(reading, "th"), show(reading, "en")) == (thai, english)
    assert echo(reading) == f"= {thai} / {english}"


def test_short_dates_have_short_months() -> None:
    assert show(FEB_18, "th", style="short") == "18 ก.พ. 2551"
    assert show(FEB_18, "en", style="short") == "18 Feb 2008"


@given(
    st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.sampled_from(["th", "en"]), st.sampled_from(["long", "short"])
)
@settings(max_examples=200, deadline=None)
def test_what_is_shown_is_read_back_as_the_same_day(day: date, locale: str, style: str) -> None:
    shown = show(day, locale, style="short" if style == "short" else "long")
    assert [(each.start, each.end) for each in read_date(shown)] == [(day, day)]


@given(st.dates(date(1957, 1, 1), date(2056, 12, 31)), st.integers(0, 20))
@settings(max_examples=200, deadline=None)
def test_543_is_never_added_or_taken_twice(day: date, days: int) -> None:
    end = day + timedelta(days=days)
    reading = DateReading(day, end, "day", "be", "")
    (again,) = read_date(show(reading, "th"))
    assert (again.start, again.end) == (day, end)


@given(mixed_text)
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_the_reader(text: str) -> None:
    for each in find_dates(text):
        assert text[each.start : each.end] == each.reading.written
        assert each.reading.start <= each.reading.end
    assert isinstance(read_date(text), list)


def test_every_month_is_known_by_its_names() -> None:
    for number in range(1, 13):
        for name in (MONTHS_TH[number - 1], MONTHS_TH_SHORT[number - 1], MONTHS_EN[number - 1]):
            assert [reading.start.month for reading in read_date(f"5 {name} 2551")] == [number]
