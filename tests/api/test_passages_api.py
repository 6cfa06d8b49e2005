"""Coded passages over the API and from the command line: the same question, the same answer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner

from kmwiki.cli.export import export
from kmwiki.errors import Invalid
from kmwiki.jobs.worker import JobKind, Worker
from kmwiki.retrieval import exporting
from kmwiki.web.i18n import translate
from tests.make_retrieval import make_field

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask

    from tests.make import Make


def test_passages_over_the_api(make: Make, api: Callable[[Any], Any]) -> None:
    field = make_field(make)
    field.code("ทุน")
    field.code("ศพ")
    field.note("ก", "ทุนหนึ่ง มีค่าทำศพ\n\nทุนสอง", places=["93", "9301"], event_date="ก.พ. 2551")
    for code, quote in (("ทุน", "ทุนหนึ่ง มี"), ("ทุน", "ทุนสอง"), ("ศพ", "มีค่าทำศพ")):
        field.put(code, quote, "ก")
    caller = api(field.coder)
    base = f"/projects/{field.project.slug}"
    status, told = caller.get(f"{base}/passages?code=ทุน&op1=and&code1=ศพ&by=place")
    assert status == 200
    (one,) = told["items"]
    assert (one["quote"], one["whole"], one["words"]) == ("มี", "ทุนหนึ่ง มี", [{"start": 9, "end": 11}])
    assert told["groups"] == [{"key": "93", "name": "พัทลุง", "count": 1, "at": 0}]
    assert told["understood"][0] == "ช่วงใต้รหัส “ทุน”"
    assert told["query"] == {
        "code": [str(one["code_id"])],
        "op1": ["and"],
        "code1": told["query"]["code1"],
        "by": ["place"],
    }
    _, page = caller.get(f"{base}/passages?size=2")
    assert (len(page["items"]), page["total"]) == (2, 3)
    _, rest = caller.get(f"{base}/passages?size=2&cursor={page['next']}")
    assert (len(rest["items"]), rest["next"]) == (1, None)
    for wrong in ("code=404", "codes=1", "op9=and&code9=ทุน", "op1=x&code1=ทุน", "from=zz", "size=5000", "cursor=!!"):
        assert caller.get(f"{base}/passages?{wrong}")[0] == 422, wrong
    answer = caller.client.get(f"/api/v1{base}/exports/html?code=ศพ", headers=caller.headers)
    assert "มีค่าทำศพ" in answer.text
    assert caller.get(f"{base}/exports/pdf")[0] == 422
    status, job = caller.post(f"{base}/passages/exports?code=ทุน", {"format": "xlsx"})
    assert status == 202
    assert caller.get(f"{base}/passages/exports/{job['id']}/file")[0] == 404
    Worker({exporting.KIND: JobKind(partial(exporting.export_batch, translate=translate))}).drain()
    assert caller.get(f"{base}/passages/exports/{job['id']}")[1]["state"] == "done"
    got = caller.client.get(f"/api/v1{base}/passages/exports/{job['id']}/file", headers=caller.headers)
    assert got.data.startswith(b"PK")
    assert api(make.member(field.project)).get(f"{base}/passages/exports/{job['id']}")[0] == 404
    elsewhere = make.project().slug
    make.member(field.project)
    assert caller.get(f"/projects/{elsewhere}/passages/exports/{job['id']}")[0] == 404
    status, kept = caller.post(f"{base}/retrievals", {"name": "ทุน", "query": {"code": "ทุน"}, "shared": True})
    assert (status, kept["is_own"]) == (201, True)
    where = f"{base}/retrievals/{kept['id']}"
    assert caller.patch(where, {"name": "ทุนเรา"})[1]["query"] == kept["query"]
    assert caller.get(f"{base}/retrievals")[1]["items"][0]["name"] == "ทุนเรา"
    assert caller.get(where)[0] == 200
    assert caller.delete(where)[0] == 204
    assert caller.post(f"{where}/restore")[1]["name"] == "ทุนเรา"
    assert caller.post(f"{base}/retrievals", {"name": "ก", "query": {"code": "404"}})[0] == 422


def test_passages_from_the_command_line(make: Make, app: Flask, tmp_path: Path) -> None:
    field = make_field(make)
    field.code("ทุน")
    field.note("ก", "ทุนหนึ่ง")
    field.put("ทุน", "ทุนหนึ่ง", "ก")
    field.note("ลับ", "ทุนลับ", visibility="private")
    field.put("ทุน", "ทุนลับ", "ลับ")
    out = tmp_path / "a.csv"
    run = partial(CliRunner().invoke, export)
    with app.app_context():
        done = run([field.project.slug, "--output", str(out), "--query", "?code=any&page=2"])
        assert (done.exit_code, done.stderr) == (0, "1 codings, 1 notes.\n")
        assert "ถ้อยคำ" in out.read_text(encoding="utf-8-sig")
        assert "ทุนลับ" not in out.read_text(encoding="utf-8-sig")
        mine = run(
            [
                field.project.slug,
                "--format",
                "html",
                "--output",
                str(out),
                "--as",
                field.coder.email,
                "--language",
                "en",
            ]
        )
        assert mine.exit_code == 0
        assert "Coded passages" in out.read_text()
        assert "ทุนลับ" in out.read_text()
        named = run([field.project.slug, "--output", str(out), "--query", "ทุน"])
        assert named.stderr.startswith("1 codings")
        for wrong in (["--query", "codes=1"], ["--query", "code=404"], ["--output", str(tmp_path / "no" / "a.csv")]):
            refused = run([field.project.slug, "--output", str(out), *wrong])
            assert isinstance(refused.exception, Invalid)
