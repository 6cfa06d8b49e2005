"""The pages of coded passages: ask, open one in its note, step on, come back, keep the question, take a file."""

from __future__ import annotations

import re
from functools import partial
from html import unescape
from typing import TYPE_CHECKING

from kmwiki.jobs.worker import JobKind, Worker
from kmwiki.retrieval import exporting
from kmwiki.web import retrieval, retrieval_exports, retrieval_form, retrieval_trail
from kmwiki.web.i18n import translate
from tests.make_retrieval import make_field

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from flask.testing import FlaskClient

    from kmwiki.security.policy import Caller
    from tests.make import Make

OPENS = re.compile(r'href="([^"]*passages=[^"]*)"')


def links(text: str, pattern: str) -> list[str]:
    return [unescape(found) for found in re.findall(pattern, text)]


def test_from_the_question_to_a_passage_on_to_the_next_and_back(
    make: Make, signed_in: Callable[[Caller], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (retrieval, retrieval_trail):
        monkeypatch.setattr(module, "SIZE", 2)
    field = make_field(make)
    client = signed_in(field.coder)
    base = f"/p/{field.project.slug}/passages"
    assert "ยังไม่มีรหัส" in client.get(base).text
    field.code("ทุน")
    field.code("ศพ")
    field.note("ก", "ทุนหนึ่ง\n\nทุนสอง มีค่าทำศพ\n\nทุนสาม", places=["93"])
    field.comment("ค", "ก", "ทุนสี่ก็มีนะ")
    for quote, on in (("ทุนหนึ่ง", "ก"), ("ทุนสอง มี", "ก"), ("ทุนสาม", "ก"), ("ทุนสี่", "ค")):
        field.put("ทุน", quote, on)
    field.put("ศพ", "มีค่าทำศพ", "ก", memo="<i>คิด</i>")
    assert "ถามอะไรได้บ้าง" in client.get(base).text
    fund, burial = field.codes["ทุน"].id, field.codes["ศพ"].id
    sent = f"{base}?code={fund}&code=&op1=overlap&code1=&n1=1&unit1=paragraph&state=placed&state=changed&from="
    assert client.get(sent).headers["Location"] == f"{base}?code={fund}"
    first = client.get(f"{base}?code={fund}").text
    assert "ลงรหัส 4 ครั้ง" in first
    assert client.get(f"{base}?code={fund}&page=9").headers["Location"].endswith("page=2")
    second = client.get(f"{base}?code={fund}&page=2").text
    third = links(second, OPENS.pattern)[0]
    note = client.get(third.partition("#")[0]).text
    assert '<mark class="hit" id="hit">ทุนสาม</mark>' in note
    assert "3 จาก 4" in note
    (onward,) = links(note, r'rel="next" href="([^"]*)"')
    assert 'id="hit">ทุนสี่</mark>' in client.get(onward.partition("#")[0]).text  # in a comment
    (back,) = links(client.get(onward.partition("#")[0]).text, r'<a href="([^"]*passages[^"]*#p3)"')
    assert 'id="p3"' in client.get(back.partition("#")[0]).text
    gone = re.sub(r"coding=\d+", "coding=99999", third).partition("#")[0]
    assert "ไม่อยู่ในรายการแล้ว" in client.get(gone).text
    for nonsense in ("passages=code%3D404&coding=1", "passages=%00&at=x", "passages="):
        assert client.get(f"/p/{field.project.slug}/e/1?{nonsense}").status_code == 200
    shown = client.get(f"{base}?code={fund}&op1=and&code1={burial}&by=code").text
    assert '<span class="rest">ทุนสอง </span>' in shown
    assert "&lt;i&gt;คิด" in client.get(f"{base}?code={burial}").text
    assert "ไม่มีช่วงที่คุณอ่านได้" in client.get(f"{base}?code={burial}&op1=not&code1=any").text
    monkeypatch.setattr(retrieval_form, "MOST_CHOICES", 1)
    typed = client.get(f"{base}?code={fund}&op1=and&code1=any").text
    assert all(text in typed for text in ('<option value="ศพ">', 'list="every-code" value="ทุน"', 'value="ทุกรหัส"'))
    assert (
        client.get(f"{base}?code=ทุน&code1=ทุกรหัส&from=").headers["Location"].endswith(f"code={fund}&op1=and&code1=any")
    )
    for number in ("²", "g²", "9" * 5000):  # digits that are no number of ours
        assert client.get(base, query_string={"code": number}).status_code == 422
    monkeypatch.setattr(retrieval_form, "MOST_OFFERED", 1)
    assert "<datalist" not in client.get(base).text
    wrong = client.get(f"{base}?code={fund}&code1=404&op1=near&n1=x&from=zz")
    assert wrong.status_code == 422
    assert all(text in wrong.text for text in ('value="zz"', "“404”", "18 ก.พ. 2551", 'value="x"'))


def test_a_question_is_kept_and_its_file_fetched(
    make: Make, signed_in: Callable[[Caller], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    field = make_field(make)
    field.code("ทุน")
    field.note("ก", "ทุนหนึ่ง")
    field.put("ทุน", "ทุนหนึ่ง", "ก")
    client, other = signed_in(field.coder), signed_in(make.member(field.project))
    base = f"/p/{field.project.slug}/passages"
    asked = {"code": str(field.codes["ทุน"].id)}
    assert "ช่วงใต้รหัส “ทุน”" in client.get(f"{base}/saved/new", query_string=asked).text
    assert client.get(f"{base}/saved/new?code=404").status_code == 302
    assert client.post(f"{base}/saved", data=asked | {"name": " "}).status_code == 422
    assert client.post(f"{base}/saved", data=asked | {"name": "ทุน", "is_shared": "1"}).status_code == 303
    assert client.post(f"{base}/saved", data=asked | {"name": "ทุน"}).status_code == 409
    listed = other.get(f"{base}/saved").text
    (opens,) = links(listed, r'href="([^"]*/saved/\d+)"')
    assert other.get(opens).headers["Location"] == f"{base}?code={asked['code']}"
    assert other.get(f"{opens}/edit").status_code == 403
    assert other.post(f"{opens}/remove").status_code == 403
    assert 'value="ทุน"' in client.get(f"{opens}/edit").text
    assert client.post(f"{opens}/edit", data={"name": ""}).status_code == 422
    assert client.post(f"{opens}/edit", data={"name": "ทุนของเรา"}).status_code == 303
    assert other.get(opens).status_code == 404
    assert "ทุนของเรา" in client.get(base).text
    client.post(f"{opens}/remove")
    assert "นำกลับมาได้" in client.get(f"{base}/saved").text
    client.post(f"{base}/saved", data=asked | {"name": "ทุนของเรา"})
    assert "มีคำถามชื่อ" in client.post(f"{opens}/restore", follow_redirects=True).text
    made = client.post(f"{base}/export", data=asked | {"format": "csv"})
    assert "attachment" in made.headers["Content-Disposition"]
    assert "ทุนหนึ่ง" in made.text
    for sent in ({"format": "pdf"}, {"format": "csv", "code": "404"}):
        assert client.post(f"{base}/export", data=asked | sent).status_code == 303
    monkeypatch.setattr(retrieval_exports, "AT_ONCE", 0)
    where = client.post(f"{base}/export", data=asked | {"format": "docx"}).headers["Location"]
    assert "กำลังทำไฟล์" in client.get(where).text
    assert "HX-Refresh" not in client.get(where, headers={"HX-Request": "true"}).headers
    assert client.get(f"{where}/file").status_code == 404
    Worker({exporting.KIND: JobKind(partial(exporting.export_batch, translate=translate))}).drain()
    assert client.get(where, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert "ไฟล์พร้อมแล้ว" in client.get(where).text
    with client.get(f"{where}/file") as answer:
        assert answer.data.startswith(b"PK")
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert other.get(where).status_code == other.get(f"{where}/file").status_code == 404
    slug = make.project().slug
    assert client.get(where.replace(field.project.slug, slug)).status_code == 404
