"""The import pages: choose, look over, import; the job page that shows how far it is."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from kmwiki.accounts.models import Project
from kmwiki.db import session, transaction
from kmwiki.entries.models import Entry
from kmwiki.exchange.importing.job import KIND, import_batch
from kmwiki.jobs import service
from kmwiki.jobs.models import Job
from kmwiki.jobs.worker import JobKind, Worker

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from kmwiki.config import Settings
    from kmwiki.security.policy import Caller
    from tests.make import Make

TEXT = (
    "เวทีบ้านควน\n\n\nคุยกันเรื่องน้ำ จังหวัดพัทลุง\n\nหมายเลขบันทึก: 7เขียนเมื่อ 3 มีนาคม 2009 08:05 น. ()\n\nความเห็น (1)\n\nมาอ่านค่ะ\n"
)


@pytest.fixture
def researcher(make: Make) -> Caller:
    return make.member(make.project("p"))


@pytest.fixture
def client(signed_in: Callable[[Caller], FlaskClient], researcher: Caller) -> FlaskClient:
    return signed_in(researcher)


def send(client: FlaskClient, files: dict[str, bytes], **fields: str) -> TestResponse:
    data = {"file": [(io.BytesIO(content), name) for name, content in files.items()], **fields}
    return client.post("/p/p/import", data=data, content_type="multipart/form-data")


def work() -> None:
    Worker({KIND: JobKind(import_batch)}).drain()


def entries() -> int:
    with session() as opened:
        return opened.scalar(select(func.count()).select_from(Entry)) or 0


def test_files_are_looked_over_first_and_come_in_when_told_so(client: FlaskClient, settings: Settings) -> None:
    files = {"a.txt": TEXT.encode(), "รูป.txt": b"\x89PNG\r\n\x1a\n", "โน้ต.txt": "จดไว้\n\nเรื่องเดียว".encode("tis-620")}
    sent = send(client, files)
    assert sent.status_code == 303
    waiting = client.get(sent.location).get_data(as_text=True)
    assert 'role="status"' in waiting
    assert "hx-get" in waiting
    work()
    looked = client.get(sent.location).get_data(as_text=True)
    for words in ("เวทีบ้านควน", "ยังไม่มีอะไรเข้าโครงการ", "พัทลุง", "รูปภาพ (PNG)", "TIS-620", "นำเข้า 2 ไฟล์"):
        assert words in looked
    assert entries() == 0
    started = client.post(f"/p/p/import/{sent.location.rpartition('/')[2]}")
    assert started.status_code == 303
    work()
    done = client.get(started.location).get_data(as_text=True)
    assert "/p/p/e/1" in done
    assert "นำเข้าแล้ว" in done
    assert entries() == 2
    assert not any((settings.instance / "uploads").iterdir())


def test_importing_twice_what_was_looked_over_is_one_job(client: FlaskClient) -> None:
    sent = send(client, {"a.txt": TEXT.encode()})
    work()
    number = sent.location.rpartition("/")[2]
    assert client.post(f"/p/p/import/{number}").location == client.post(f"/p/p/import/{number}").location


def test_the_bar_moves_by_asking_and_the_page_is_drawn_anew_at_the_end(client: FlaskClient) -> None:
    sent = send(client, {"a.txt": TEXT.encode()})
    part = client.get(sent.location, headers={"HX-Request": "true"})
    assert "<html" not in part.get_data(as_text=True)
    assert "HX-Refresh" not in part.headers
    with transaction() as opened:
        service.report_progress(opened, int(sent.location.rpartition("/")[2]), done=1, total=4)
    assert "1 จาก 4 ไฟล์" in client.get(sent.location, headers={"HX-Request": "true"}).get_data(as_text=True)
    work()
    assert client.get(sent.location, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_a_form_without_a_file_or_with_a_wrong_place_is_drawn_again(client: FlaskClient) -> None:
    nothing = client.post("/p/p/import", data={}, content_type="multipart/form-data")
    assert nothing.status_code == 422
    assert "เลือกไฟล์อย่างน้อยหนึ่งไฟล์" in nothing.get_data(as_text=True)
    wrong = send(client, {"a.txt": TEXT.encode()}, province="แอตแลนติสใหญ่")
    assert wrong.status_code == 422
    assert 'value="แอตแลนติสใหญ่"' in wrong.get_data(as_text=True)


def test_names_never_become_paths_and_are_shown_harmless(
    client: FlaskClient, settings: Settings, tmp_path: Path
) -> None:
    sent = send(client, {"../../evil<b>.txt": TEXT.encode(), "C:\\x\\\u202egnp.txt": TEXT.encode()})
    work()
    shown = client.get(sent.location).get_data(as_text=True)
    assert "evil&lt;b&gt;.txt" in shown
    assert "evil<b>" not in shown
    assert "\u202e" not in shown
    assert not list(tmp_path.rglob("*evil*"))
    assert all(path.is_relative_to(settings.instance) for path in settings.instance.rglob("*"))


def test_files_gone_from_the_disk_end_the_job_with_a_sentence(client: FlaskClient, settings: Settings) -> None:
    sent = send(client, {"a.txt": TEXT.encode()})
    for folder in (settings.instance / "uploads").iterdir():
        (folder / "names.json").unlink()
    work()
    shown = client.get(sent.location)
    assert shown.status_code == 200
    assert "การนำเข้าหยุดลง" in shown.get_data(as_text=True)


def test_what_was_imported_cannot_be_started_from_another_project(
    client: FlaskClient, make: Make, researcher: Caller, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    sent = send(client, {"a.txt": TEXT.encode()})
    work()
    job = sent.location.rpartition("/")[2]
    stranger = make.member(make.project("q"))
    assert signed_in(stranger).post(f"/p/q/import/{job}").status_code == 404
    both = signed_in(make.member(make.project("r"), user=None))
    assert both.get(f"/p/r/jobs/{job}").status_code == 404
    assert researcher.user_id is not None


def test_what_somebody_else_looked_over_is_neither_shown_nor_started(
    client: FlaskClient, make: Make, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    sent = send(client, {"a.txt": TEXT.encode()})
    work()
    with session() as opened:
        project = opened.scalars(select(Project)).one()
    other = signed_in(make.member(project, "owner"))
    assert other.get(sent.location).status_code == 404
    assert other.post(f"/p/p/import/{sent.location.rpartition('/')[2]}").status_code == 404
    assert client.get(sent.location).status_code == 200


def test_a_job_that_was_no_look_cannot_be_confirmed(client: FlaskClient) -> None:
    sent = send(client, {"a.txt": TEXT.encode()})
    work()
    started = client.post(f"/p/p/import/{sent.location.rpartition('/')[2]}").location.rpartition("/")[2]
    assert client.post(f"/p/p/import/{started}").status_code == 422


def test_old_uploads_are_swept(client: FlaskClient, settings: Settings) -> None:
    import os  # noqa: PLC0415
    import time  # noqa: PLC0415

    old = settings.instance / "uploads" / ("0" * 32)
    old.mkdir(parents=True)
    long_ago = time.time() - 30 * 86_400
    os.utime(old, (long_ago, long_ago))
    send(client, {"a.txt": TEXT.encode()})
    assert not old.exists()
    with session() as opened:
        assert opened.scalar(select(func.count()).select_from(Job)) == 1
