"""Who leaves a project or is taken out: their work stays under their name, what is theirs alone waits for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmwiki.comments import service as comments
from kmwiki.db import transaction
from kmwiki.security.policy import Role
from kmwiki.sources.models import Source
from tests.make_coding import make_desk
from tests.make_entries import make_entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from kmwiki.security.policy import Caller
    from tests.conftest import Api
    from tests.make import Make


@pytest.mark.parametrize("way", ["leave", "remove"])
def test_work_stays_with_its_name_and_drafts_wait(
    make: Make, signed_in: Callable[[Caller], FlaskClient], api: Callable[[Caller], Api], way: str
) -> None:
    desk = make_desk(make)
    project = desk.project
    owner = make.member(project, Role.OWNER)
    user = make.user("ใบบัว ริมคลอง", email="bua@example.org")
    member = make.member(project, Role.RESEARCHER, user=user)
    note = make_entry(project, member, title="เรื่องที่เขียนไว้", status="published")
    draft = make_entry(project, member, title="ร่างในใจ", status="draft")
    desk.add("กองทุนของเรา", by=member)
    with transaction() as opened:
        comments.add_comment(opened, member, opened.get_one(Source, desk.source_id), body="ความเห็นของใบบัว")
    theirs, ours, token = signed_in(member), signed_in(owner), api(member)
    base = f"/p/{project.slug}"
    assert theirs.get(f"{base}/e/{draft.number}").status_code == 200
    assert token.get(f"/projects/{project.slug}")[0] == 200

    door = f"{base}/members/leave" if way == "leave" else f"{base}/members/{user.id}/remove"
    assert (theirs if way == "leave" else ours).post(door).status_code == 303
    for number in (note.number, draft.number):
        assert theirs.get(f"{base}/e/{number}").status_code == 404
    assert token.get(f"/projects/{project.slug}")[0] == 404
    assert token.get(f"/sources/{desk.source_id}/codings")[0] == 404
    assert theirs.get("/me").status_code == 200  # the account itself is as it was
    page = ours.get(f"{base}/e/{note.number}").get_data(as_text=True)
    assert "เรื่องที่เขียนไว้" in page
    assert "ใบบัว ริมคลอง" in page
    coded = api(owner).get(f"/sources/{desk.source_id}/codings")[1]["items"]
    assert "ใบบัว ริมคลอง" in str(coded)
    desk_page = ours.get(f"{base}/e/{desk.entry.number}").get_data(as_text=True)
    assert "ความเห็นของใบบัว" in desk_page
    assert ours.get(f"{base}/e/{draft.number}").status_code == 404

    make.member(project, Role.READER, user=user)
    assert theirs.get(f"{base}/e/{draft.number}").status_code == 200
