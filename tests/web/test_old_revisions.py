"""What a public note was before it was public stays with the project: its history is for members alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmwiki.comments import service as comments
from kmwiki.comments.schemas import PassageIn
from kmwiki.db import transaction
from kmwiki.entries.access import entry_for
from kmwiki.entries.schemas import EntryPatch
from kmwiki.entries.service import save_entry
from kmwiki.security.policy import Role
from kmwiki.sources.models import Source
from tests.make_entries import make_entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from kmwiki.accounts.models import Project
    from kmwiki.entries.models import Entry
    from kmwiki.security.policy import Caller
    from tests.conftest import Api
    from tests.make import Make

SECRET = "ความลับของป้าสมมุติ"
PAGES = ("/p/demo/e/1/history", "/p/demo/e/1/history/1", "/p/demo/e/1/history/2", "/p/demo/e/1/history/2?against=1")


@pytest.fixture
def project(make: Make) -> Project:
    return make.project("demo")


@pytest.fixture
def author(make: Make, project: Project) -> Caller:
    return make.member(project, Role.RESEARCHER, user=make.user("ใบข้าว"))


@pytest.fixture
def entry(author: Caller, project: Project) -> Entry:
    """A private draft with a secret, rewritten and then made public."""
    made = make_entry(project, author, title=SECRET, body=f"{SECRET}อยู่ตรงนี้", status="draft", visibility="private")
    with transaction() as session:
        change = EntryPatch(
            title="เรื่องสาธารณะ",
            body="ไม่มีอะไรปิดบัง",
            reason="เหตุผลภายใน",
            status="published",
            visibility="public",
        )
        save_entry(session, author, entry_for(session, author, made.id), change, base_no=1)
    return made


def rewritten_comment(author: Caller, entry: Entry) -> int:
    """Write a comment that names the secret, then take it out again; return its source."""
    with transaction() as session:
        source = session.get_one(Source, entry.source_id)
        comment = comments.add_comment(session, author, source, body=SECRET)
        session.flush()
        comments.edit_comment(session, author, comment, body="แก้แล้ว", base_no=1)
        return comment.source_id


def open_to(person: str, make: Make, project: Project) -> Caller | None:
    """Return a visitor (None), an owner of another project, or a reader of this one."""
    if person == "visitor":
        return None
    return make.member(project, Role.READER) if person == "reader" else make.member(make.project(), Role.OWNER)


@pytest.mark.parametrize("person", ["visitor", "outsider"])
def test_who_is_no_member_reads_only_the_head_page(
    client: FlaskClient,
    signed_in: Callable[[Caller], FlaskClient],
    make: Make,
    project: Project,
    entry: Entry,
    person: str,
) -> None:
    del entry
    caller = open_to(person, make, project)
    page = signed_in(caller) if caller else client
    shown = page.get("/p/demo/e/1")
    text = shown.get_data(as_text=True)
    assert shown.status_code == 200
    assert "ไม่มีอะไรปิดบัง" in text
    assert SECRET not in text
    assert "/history" not in text
    for path in PAGES:
        answer = page.get(path)
        assert answer.status_code == 404, path
        for word in (SECRET, "ใบข้าว", "เหตุผลภายใน", "ไม่มีอะไรปิดบัง"):
            assert word not in answer.get_data(as_text=True), path


def test_a_reader_of_the_project_sees_the_whole_history(
    signed_in: Callable[[Caller], FlaskClient], make: Make, project: Project, entry: Entry
) -> None:
    del entry
    page = signed_in(make.member(project, Role.READER))
    assert 'href="/p/demo/e/1/history"' in page.get("/p/demo/e/1").get_data(as_text=True)
    assert "เหตุผลภายใน" in page.get("/p/demo/e/1/history").get_data(as_text=True)
    assert SECRET in page.get("/p/demo/e/1/history/1").get_data(as_text=True)


def test_a_member_of_another_project_gets_no_old_revision_over_the_api(
    api: Callable[[Caller | None], Api], make: Make, project: Project, author: Caller, entry: Entry
) -> None:
    said = rewritten_comment(author, entry)
    outside, inside = api(open_to("outsider", make, project)), api(open_to("reader", make, project))
    assert outside.get(f"/entries/{entry.id}")[1]["body"] == "ไม่มีอะไรปิดบัง"
    old = (
        f"/entries/{entry.id}/revisions/1",
        f"/sources/{entry.source_id}/text?revision=1",
        f"/sources/{said}/text?revision=1",
    )
    for path in (*old, f"/entries/{entry.id}/revisions", f"/entries/{entry.id}/revisions/2"):
        status, answer = outside.get(path)
        assert (status, SECRET in str(answer)) == (404, False), path
        assert inside.get(path)[0] == 200, path
    for path in old:
        assert SECRET in str(inside.get(path)[1]), path
    for query in ("", "?revision=2"):
        assert outside.get(f"/sources/{entry.source_id}/text{query}")[1]["text"] == "ไม่มีอะไรปิดบัง"


def test_a_comment_shows_the_words_it_is_about_only_as_far_as_its_reader_may_see_them(
    client: FlaskClient, api: Callable[[Caller | None], Api], make: Make, project: Project, author: Caller, entry: Entry
) -> None:
    with transaction() as session:
        source = session.get_one(Source, entry.source_id)
        for on, end in ((1, len(SECRET)), (2, len("ไม่มีอะไร"))):
            passage = PassageIn(start=0, end=end, revision=on)
            comments.add_comment(session, author, source, body="ตรงนี้", passage=passage)
    shown = client.get("/p/demo/e/1").get_data(as_text=True)
    assert (SECRET in shown, "<blockquote" in shown) == (False, True)
    outside, inside = api(open_to("outsider", make, project)), api(open_to("reader", make, project))
    path = f"/entries/{entry.id}/comments"
    theirs, ours = ([each["passage"] for each in one.get(path)[1]["items"]] for one in (outside, inside))
    assert theirs == [None, ours[1]]
    assert ours[0]["quote"] == SECRET


def test_the_form_tells_that_a_public_note_shows_its_comments(
    signed_in: Callable[[Caller], FlaskClient], author: Caller, project: Project
) -> None:
    entry = make_entry(project, author)
    page = signed_in(author)
    assert "ก็จะเห็นความเห็น" not in page.get("/p/demo/e/1/edit").get_data(as_text=True)
    rewritten_comment(author, entry)
    assert "ก็จะเห็นความเห็น 1 ข้อ" in page.get("/p/demo/e/1/edit").get_data(as_text=True)
