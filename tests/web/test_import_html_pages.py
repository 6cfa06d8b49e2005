"""A saved page and its folder, sent from the browser or over the API, with whatever paths browsers send."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

from kmwiki.db import session
from kmwiki.exchange.importing.files import AmongSent, InFolder, parts_of_pages, sent
from kmwiki.jobs.worker import Worker
from kmwiki.main import job_kinds
from kmwiki.sources.models import Attachment
from tests import make_html

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask.testing import FlaskClient

    from kmwiki.security.policy import Caller
    from tests.conftest import Api
    from tests.make import Make


def test_a_folder_chosen_in_the_browser_comes_in_as_a_page_with_its_image(
    make: Make, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    caller = make.member(make.project("ours"))
    client = signed_in(caller)
    html = make_html.posts_page().replace("page_files/", "./%E0%B9%80%E0%B8%A7%E0%B8%97%E0%B8%B5_files/")
    sent_files = [
        (BytesIO(html.encode()), "บ้าน/เวที.html"),
        (BytesIO(make_html.png()), "บ้าน/เวที_files/stage.png"),
        (BytesIO(b"p {}"), "บ้าน/เวที_files/style.css"),
        (BytesIO(b"<p>frame"), "บ้าน/เวที_files/saved_resource.html"),
        (BytesIO(b"x"), "บ้าน/.DS_Store"),
    ]
    looked = client.post("/p/ours/import", data={"folder": sent_files})
    Worker(job_kinds()).drain()
    report = client.get(looked.headers["Location"]).text
    assert make_html.TITLE in report
    assert "saved_resource" not in report
    started = client.post("/p/ours/import/" + looked.headers["Location"].rpartition("/")[2])
    Worker(job_kinds()).drain()
    assert started.status_code == 303
    page = client.get("/p/ours/e/1").text
    assert 'src="/p/ours/e/1/files/stage.png"' in page
    assert "ชอบเรื่อง<strong>ออม</strong>ค่ะ" in page
    assert client.get("/p/ours/e/1/files/stage.png", buffered=True).data == make_html.png()
    review = client.get("/p/ours/e/1/review").text
    lines = dict(re.findall(r'<li id="L(\d+)"[^>]*data-fields="([^"]+)"', review))
    told = {name: int(number) for number, names in lines.items() for name in names.split()}
    assert {"title", "lead", "authors", "written", "licence", "record_no"} <= set(told)
    said = re.search(rf'<li id="L{told["authors"]}".*?</li>', review, re.DOTALL)
    assert said is not None
    assert "สมชาย เก็บเรื่อง" in said[0]
    assert "&lt;html" not in review


def test_a_page_and_a_loose_image_come_over_the_api_and_one_image_of_two_names_is_one_file(
    make: Make, api: Callable[[Caller | None], Api]
) -> None:
    call = api(make.member(make.project("ours")))
    images = ("page_files/a.png", "page_files/b.png", "../../etc/passwd", "C:\\x\\c.png")
    body = f"<p>ก {''.join(f'<img src={each}>' for each in images)}</p>"
    files = [
        (BytesIO(make_html.posts_page(body=body).encode("cp874", "xmlcharrefreplace")), "page.html"),
        (BytesIO(make_html.png()), "a.png"),
        (BytesIO(make_html.png()), "b.png"),
    ]
    status, job = call.post("/projects/ours/imports", data={"file": files, "format": "gotoknow-html"})
    assert status == 202
    Worker(job_kinds()).drain()
    result = call.get(f"/jobs/{job['id']}")[1]["result"]
    assert [item["status"] for item in result["items"]] == ["created"]
    with session() as opened:
        assert [each.name for each in opened.query(Attachment)] == ["a.png"]
    entry = call.get(f"/entries/{result['items'][0]['entry_id']}")[1]
    assert entry["body"].count("![") == 2
    assert "[passwd](attachment:passwd)" in entry["body"]


def test_a_page_finds_only_what_lies_below_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(make_html.png())
    folder = tmp_path / "saved"
    (folder / "p_files").mkdir(parents=True)
    (folder / "p_files" / "a.png").write_bytes(make_html.png())
    (folder / "out.png").symlink_to(tmp_path / "secret.png")
    beside = InFolder(folder)
    assert beside.find("p_files/a.png") == (folder / "p_files" / "a.png").resolve()
    assert beside.find("/elsewhere/p_files/a.png") is not None
    for path in ("../secret.png", "/etc/passwd", "out.png", "p_files", "a\0b", "x" * 5000, f"{tmp_path}/secret.png"):
        assert beside.find(path) is None, path


def test_which_files_belong_to_a_page_is_told_by_the_name_of_their_folder(tmp_path: Path) -> None:
    names = [
        "a.html",
        "a_files/x.png",
        "a_files/in/y.html",
        "a.html_files/z.css",
        "a_ไฟล์/w.png",
        "ab/b.txt",
        "a-notes/c.txt",
    ]
    assert parts_of_pages(names) == {"a_files/x.png", "a_files/in/y.html", "a.html_files/z.css", "a_ไฟล์/w.png"}
    taken = sent({name: tmp_path / str(number) for number, name in enumerate([*names, "loose.jpg"])})
    assert [each.label for each in taken] == ["a.html", "ab/b.txt", "a-notes/c.txt"]
    among = AmongSent("", {"d/x.png": tmp_path / "1", "e/x.png": tmp_path / "2", "y.png": tmp_path / "3"})
    assert (among.find("../x.png"), among.find("q/y.png"), among.find("e/x.png")) == (
        None,
        tmp_path / "3",
        tmp_path / "2",
    )
