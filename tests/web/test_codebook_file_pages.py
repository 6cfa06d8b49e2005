"""Pages on which a codebook goes out and comes in as a file, and the same through the API."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest

from kmwiki.coding.codebook.tree import live_codes
from kmwiki.db import session
from kmwiki.security.policy import Role
from tests.make_coding import make_desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from kmwiki.security.policy import Caller
    from tests.conftest import Api
    from tests.make import Make
    from tests.make_coding import Desk

QDC = (
    '<?xml version="1.0" encoding="UTF-8"?><CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="Other"><Codes>'
    '<Code guid="d097e6fd-7671-4d95-a8b6-7795fa4a72e1" name="กองทุน" isCodable="true" color="#ff0000">'
    "<Description>เงินก้อนของชุมชน</Description>"
    '<Code guid="d097e6fd-7671-4d95-a8b6-7795fa4a72e1" name="วน" isCodable="true"/></Code>'
    '<Code guid="" name="การออม" isCodable="false"/></Codes></CodeBook>'
)


@pytest.fixture
def desk(make: Make) -> Desk:
    """A project with an entry, a coder and a code."""
    return make_desk(make)


def names(desk: Desk) -> list[str]:
    """The codes that are there."""
    with session() as s:
        return [code.name_th for code in live_codes(s, desk.project.id)]


def send(client: FlaskClient, desk: Desk, data: bytes, name: str, **more: str) -> Any:
    """Send a file to be looked over."""
    form = {"file": (io.BytesIO(data), name), **more}
    return client.post(f"/p/{desk.project.slug}/codebook/import", data=form)


def rows_in(page: str) -> str:
    """What the page carries to its button."""
    found = re.search(r'name="rows" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_file_is_told_row_by_row_then_written_and_the_page_says_how_much(
    desk: Desk, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    client = signed_in(desk.coder)
    here = f"/p/{desk.project.slug}/codebook"
    assert "นำสมุดรหัสเข้า" in client.get(here).text
    page = send(client, desk, QDC.encode(), "ของเพื่อน.qdc").text
    assert "วนเป็นวง" in page
    assert "เงินก้อนของชุมชน" not in names(desk)
    assert names(desk) == ["การออม"]
    done = client.post(f"{here}/import/write", data={"rows": rows_in(page), "reason": "จากเพื่อน"}, follow_redirects=True)
    assert "เขียนแล้ว 2 รหัส" in done.text
    assert sorted(names(desk)) == ["กองทุน", "การออม"]
    history = client.get(f"{here}/history").text
    assert "จากเพื่อน" in history
    assert "นำเข้าจากไฟล์" in history
    again = send(client, desk, QDC.encode(), "ของเพื่อน.qdc").text
    assert 'name="rows"' not in again


def test_a_report_that_the_codebook_has_outrun_is_shown_anew(
    desk: Desk, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    client = signed_in(desk.coder)
    carried = rows_in(send(client, desk, QDC.encode(), "x.qdc").text)
    desk.more_code("ระหว่างนี้")
    address = f"/p/{desk.project.slug}/codebook/import/write"
    refused = client.post(address, data={"rows": carried, "reason": "เหตุผลที่พิมพ์ไว้"})
    assert refused.status_code == 409
    assert "เหตุผลที่พิมพ์ไว้" in refused.text
    assert "กองทุน" not in names(desk)
    assert client.post(address, data={"rows": rows_in(refused.text)}).status_code == 302
    assert "กองทุน" in names(desk)
    assert client.post(address, data={"rows": "nonsense"}).status_code == 422


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"", "", "เลือกไฟล์"),
        (b"x", "x.pdf", "ไม่ใช่สมุดรหัส"),
        ("<CodeBook>ออม</CodeBook>".encode("cp874"), "x.qdc", "รหัสอักขระ"),
    ],
)
def test_a_file_that_is_no_codebook_is_refused_in_thai(
    desk: Desk, signed_in: Callable[[Caller], FlaskClient], data: bytes, name: str, told: str
) -> None:
    answer = send(signed_in(desk.coder), desk, data, name)
    assert answer.status_code == 422
    assert told in answer.text


def test_the_codebook_leaves_as_a_file_for_every_member_and_an_empty_one_says_why_not(
    desk: Desk, make: Make, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    reader = make.member(desk.project, Role.READER)
    address = f"/p/{desk.project.slug}/codebook/export/"
    answer = signed_in(reader).get(f"{address}qdc")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith('-codebook.qdc"')
    assert "การออม" in answer.text
    assert signed_in(reader).get(f"{address}pdf").status_code == 404
    table = signed_in(desk.coder).get(f"{address}xlsx")
    assert str(table.mimetype).endswith("spreadsheetml.sheet")
    assert "เหมือนที่มีอยู่" in send(signed_in(desk.coder), desk, table.data, "แก้แล้ว.xlsx").text
    assert "เหมือนที่มีอยู่" in send(signed_in(desk.coder), desk, signed_in(reader).get(f"{address}csv").data, "x.csv").text
    empty = make.project()
    told = signed_in(make.member(empty)).get(f"/p/{empty.slug}/codebook/export/qdc", follow_redirects=True)
    assert "สมุดรหัสยังว่าง" in told.text


def test_other_programs_take_a_codebook_out_look_a_file_over_and_bring_it_in(
    desk: Desk, make: Make, api: Callable[[Caller | None], Api]
) -> None:
    mine, reader = api(desk.coder), api(make.member(desk.project, Role.READER))
    path = f"/projects/{desk.project.slug}/codebook"

    def send_it(who: Api, **form: str) -> tuple[int, Any]:
        return who.call("POST", path, data={"file": (io.BytesIO(QDC.encode()), "x.qdc"), **form})

    status, told = send_it(mine, dry_run="true")
    assert (status, told["written"], told["counts"]) == (200, False, {"new": 1, "loop": 1, "changed": 1})
    assert names(desk) == ["การออม"]
    status, told = send_it(mine, reason="จาก API")
    assert (status, told["written"]) == (200, True)
    assert [row["verdict"] for row in told["rows"]] == ["new", "loop", "changed"]
    assert told["rows"][2]["changes"] == [{"field": "is_codable", "old": True, "new": False}]
    assert send_it(reader)[0] == 403
    assert mine.call("POST", path, data={"x": "y"}, headers={"Content-Type": "multipart/form-data"})[0] == 422
    assert reader.get(f"{path}/qdc")[0] == 200
    assert reader.get(f"{path}/pdf")[0] == 422
