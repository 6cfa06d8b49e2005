"""Imports over the API: files in, a job out, its result the command's JSON."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from kmwiki.accounts.models import Project
from kmwiki.db import session
from kmwiki.exchange.importing import undo_job
from kmwiki.exchange.importing.job import KIND, import_batch
from kmwiki.jobs.worker import JobKind, Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmwiki.security.policy import Caller
    from tests.conftest import Api
    from tests.make import Make

TEXT = "เวทีบ้านควน\n\n\nคุยกันเรื่องน้ำ\n\nหมายเลขบันทึก: 7เขียนเมื่อ 3 มีนาคม 2009 08:05 น. ()\n\nความเห็น (1)\n\nมาอ่านค่ะ\n"


@pytest.fixture
def mine(api: Callable[[Caller | None], Api], make: Make) -> Api:
    return api(make.member(make.project("p")))


def form(*files: tuple[str, bytes], **fields: str) -> dict[str, Any]:
    data = {"file": [(io.BytesIO(content), name) for name, content in files], **fields}
    return {"data": data, "content_type": "multipart/form-data"}


def work() -> None:
    Worker({KIND: JobKind(import_batch), undo_job.KIND: JobKind(undo_job.undo_batch)}).drain()


def test_files_become_a_job_whose_result_is_the_command_s(mine: Api) -> None:
    status, job = mine.post("/projects/p/imports", **form(("a.txt", TEXT.encode()), ("z.zip", b"PK\x03\x04")))
    assert (status, job["state"], job["kind"]) == (202, "queued", "import")
    work()
    status, job = mine.get(f"/jobs/{job['id']}")
    assert (status, job["state"]) == (200, "done")
    result = job["result"]
    assert (result["created"], result["failed"]) == (1, 1)
    first, second = result["items"]
    assert (first["path"], first["status"], first["number"], first["comments"]) == ("a.txt", "created", 1, 1)
    assert second["status"] == "failed"
    assert "zip" in second["warnings"][0]
    assert mine.get(f"/entries/{first['entry_id']}")[1]["origin"]["record_no"] == 7


def test_a_dry_run_writes_nothing(mine: Api) -> None:
    _, job = mine.post("/projects/p/imports", **form(("a.txt", TEXT.encode()), dry_run="true"))
    assert job["is_dry_run"]
    work()
    assert mine.get(f"/jobs/{job['id']}")[1]["result"]["created"] == 1
    assert mine.get("/projects/p/entries")[1]["total"] == 0


def test_bad_requests_say_which_field_is_wrong(mine: Api) -> None:
    status, problem = mine.post("/projects/p/imports", **form())
    assert (status, problem["errors"][0]["field"]) == (422, "file")
    for name, value in (("kind", "poem"), ("province", "แอตแลนติสใหญ่"), ("format", "docx")):
        status, problem = mine.post("/projects/p/imports", **form(("a.txt", b"x"), **{name: value}))
        assert status == 422
        assert problem["errors"][0]["field"] == name


def test_a_job_of_another_project_does_not_exist(mine: Api, api: Callable[[Caller | None], Api], make: Make) -> None:
    _, job = mine.post("/projects/p/imports", **form(("a.txt", TEXT.encode())))
    assert api(make.member(make.project())).get(f"/jobs/{job['id']}")[0] == 404
    assert mine.get("/jobs/999999")[0] == 404


def test_a_job_is_seen_by_who_asked_for_it_alone(mine: Api, api: Callable[[Caller | None], Api], make: Make) -> None:
    _, job = mine.post("/projects/p/imports", **form(("private.txt", TEXT.encode()), dry_run="true"))
    with session() as opened:
        project = opened.scalars(select(Project).where(Project.slug == "p")).one()
    for other in (make.member(project, "owner"), make.caller(make.user(is_admin=True))):
        assert api(other).get(f"/jobs/{job['id']}")[0] == 404
    assert mine.get(f"/jobs/{job['id']}")[0] == 200


def test_the_same_idempotency_key_is_one_job(mine: Api) -> None:
    headers = {"Idempotency-Key": "k1"}
    _, first = mine.post("/projects/p/imports", headers=headers, **form(("a.txt", TEXT.encode())))
    _, second = mine.post("/projects/p/imports", headers=headers, **form(("a.txt", TEXT.encode())))
    assert first["id"] == second["id"]


def test_imports_are_listed_undone_and_done_again(mine: Api) -> None:
    for name in ("a.txt", "b.txt"):
        mine.post("/projects/p/imports", **form((name, TEXT.replace("7", str(ord(name[0]))).encode())))
    work()
    status, page = mine.get("/projects/p/imports?size=1")
    assert (status, page["total"], page["items"][0]["state"], page["items"][0]["new"]) == (200, 2, "done", 1)
    assert page["items"][0]["channel"] == "api"
    _, rest = mine.get(f"/projects/p/imports?size=1&cursor={page['next']}")
    assert [batch["id"] for batch in (*page["items"], *rest["items"])] == [2, 1]
    assert rest["next"] is None
    status, job = mine.post("/projects/p/imports/2/undo", {})
    assert (status, job["kind"]) == (202, "undo_import")
    assert mine.post("/projects/p/imports/2/undo", {})[1]["id"] == job["id"]
    work()
    _, job = mine.get(f"/jobs/{job['id']}")
    assert (job["state"], job["result"]["undone"]) == ("done", 1)
    assert mine.get("/projects/p/imports")[1]["items"][0]["state"] == "undone"
    assert mine.get("/projects/p/entries")[1]["total"] == 1
    mine.post("/projects/p/imports/2/redo")
    work()
    assert mine.get("/projects/p/entries")[1]["total"] == 2
    _, job = mine.post("/projects/p/imports/2/redo")
    work()
    _, job = mine.get(f"/jobs/{job['id']}")
    assert job["state"] == "failed"
    assert mine.post("/projects/p/imports/9/undo", {})[0] == 404
