"""Sources: revisions, the bin, and original files kept byte for byte."""

from __future__ import annotations

import errno
import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from kmwiki.db import session as reading
from kmwiki.db import transaction
from kmwiki.errors import Conflict, Invalid, NotFound, Unavailable
from kmwiki.security.policy import Caller, Role
from kmwiki.sources import queries, service
from kmwiki.sources.models import Source
from kmwiki.sources.texts import MAX_BODY_BYTES, check_body, prepare, rendered

if TYPE_CHECKING:
    from pathlib import Path

    from kmwiki.accounts.models import Project
    from tests.make import Make


@pytest.fixture
def project(make: Make) -> Project:
    return make.project()


@pytest.fixture
def caller(make: Make, project: Project) -> Caller:
    return make.member(project, Role.RESEARCHER)


def make_source(caller: Caller, project: Project, body: str = "ก", *, root: Source | None = None) -> Source:
    with transaction() as session:
        return service.create_source(
            session, caller, project_id=project.id, kind="memo", body=body, root=root, author_id=caller.user_id
        )


def test_a_source_is_its_own_root_unless_it_hangs_on_one(caller: Caller, project: Project) -> None:
    root = make_source(caller, project)
    assert root.root_id == root.id
    assert make_source(caller, project, root=root).root_id == root.id


def test_a_revision_holds_the_reading_text_and_its_hash(caller: Caller, project: Project) -> None:
    source = make_source(caller, project, "## หัวข้อ\n\nย่อหน้า **หนา**")
    with reading() as session:
        head = queries.revision(session, source)
    assert head.reading_text == rendered(head.body, "markdown").reading_text
    assert head.sha256 == hashlib.sha256(head.reading_text.encode()).hexdigest()
    assert [block["tag"] for block in head.blocks] == ["h2", "p"]
    assert "data-start" in head.html


def test_revisions_are_added_to_the_head_alone(caller: Caller, project: Project) -> None:
    source = make_source(caller, project)
    with transaction() as session:
        found = session.get_one(Source, source.id)
        added = service.add_revision(session, caller, found, base_no=1, body="ข", body_format="plain")
        assert (added.no, added.meta) == (2, {})
        with pytest.raises(Conflict) as stale:
            service.add_revision(session, caller, found, base_no=99, body="ค", body_format="plain")
        assert stale.value.details["revision"] == 2
        with pytest.raises(Invalid):
            service.add_revision(session, caller, found, base_no=2, body="ค", body_format="html")
        with pytest.raises(KeyError):
            service.revision_of(session, found, 9)
        with pytest.raises(NotFound):
            queries.revision(session, found, 9)


def test_a_body_may_have_two_megabytes_and_no_more() -> None:
    check_body("ก" * (MAX_BODY_BYTES // 3), "plain")
    with pytest.raises(Invalid, match="2 MB"):
        check_body("ก" * (MAX_BODY_BYTES // 3 + 1), "plain")
    prepare(None, None)
    with pytest.raises(Invalid):
        prepare("ก\x00", None)


def test_rendering_ahead_is_not_done_twice() -> None:
    prepare("ข้อความที่ยังไม่มีใครเคยวาด", "plain")
    before = rendered.cache_info().hits
    rendered("ข้อความที่ยังไม่มีใครเคยวาด", "plain")
    assert rendered.cache_info().hits == before + 1


def test_an_original_is_kept_byte_for_byte_and_once(caller: Caller, project: Project, tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf\xa1\r\n\x00"
    with transaction() as session:
        first = service.keep_original(session, caller, project_id=project.id, name="ก.txt", data=data, folder=tmp_path)
        again = service.keep_original(session, caller, project_id=project.id, name="ข.txt", data=data, folder=tmp_path)
        assert (first.id, first.name, first.size) == (again.id, "ก.txt", len(data))
    kept = tmp_path / first.sha256[:2] / first.sha256
    assert kept.read_bytes() == data
    kept.write_bytes(b"half")
    with transaction() as session:
        service.keep_original(session, caller, project_id=project.id, name="ก.txt", data=data, folder=tmp_path)
    assert kept.read_bytes() == data
    assert [path.name for path in kept.parent.iterdir()] == [first.sha256]


def test_an_original_that_cannot_be_written_leaves_nothing_behind(
    caller: Caller, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", descriptor)

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(Unavailable, match="No space"), transaction() as session:
        service.keep_original(session, caller, project_id=project.id, name="ก.txt", data=b"x", folder=tmp_path / "kept")
    assert [path for path in (tmp_path / "kept").rglob("*") if path.is_file()] == []
