"""The page of what a project has cleared, and whose words stay plain on pages and in answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmwiki.comments import service as comments
from kmwiki.db import transaction
from kmwiki.security.policy import Role
from kmwiki.sources.models import Cleared, Source
from kmwiki.text.personal import BLOCK
from tests.make_search import write

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from kmwiki.security.policy import Caller
    from tests.conftest import Api
    from tests.make import Make

PHONE = "02-555-0142"


def test_a_number_is_cleared_shown_and_masked_again(make: Make, signed_in: Callable[[Caller], FlaskClient]) -> None:
    project = make.project()
    writer, reader = make.member(project), make.member(project, Role.READER)
    entry = write(writer, project, f"สำนักงาน {PHONE}", title=f"โทร {PHONE}")
    page, note = f"/p/{project.slug}/settings/personal", f"/p/{project.slug}/e/{entry.number}"
    client, other = signed_in(writer), signed_in(reader)
    assert "ยังไม่ได้เปิดอะไร" in client.get(page).text
    assert "ข้อมูลส่วนบุคคล 1 แห่ง" in client.get(note).text
    hidden = other.get(note, follow_redirects=True).text
    assert PHONE not in hidden
    assert 'title="ข้อมูลส่วนบุคคลถูกปิดไว้"' in hidden
    assert "ข้อมูลส่วนบุคคล 1 แห่ง" not in hidden
    assert other.get(page).status_code == 403
    refused = client.post(page, data={"text": "ไม่ใช่", "reason": "ก"})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text
    assert client.post(page, data={"text": PHONE, "reason": "สำนักงาน"}, follow_redirects=True).text.count(PHONE) >= 2
    assert PHONE in other.get(note, follow_redirects=True).text
    with transaction() as session:
        cleared_id = session.query(Cleared).one().id
    assert "ปิดแล้วอีกครั้ง" in client.post(f"{page}/{cleared_id}/mask", follow_redirects=True).text
    assert PHONE not in other.get(note, follow_redirects=True).text
    assert client.post(f"{page}/{cleared_id}/mask").status_code == 404


def test_commenters_see_their_own_words_and_nobody_elses(
    make: Make, signed_in: Callable[[Caller], FlaskClient], api: Callable[[Caller | None], Api]
) -> None:
    project = make.project()
    writer, commenter = make.member(project), make.member(project, Role.COMMENTER)
    entry = write(writer, project, "ประชุม")
    with transaction() as session:
        source = session.get_one(Source, entry.source_id)
        mine = comments.add_comment(session, commenter, source, body="ของผม 081-555-0142")
        theirs = comments.add_comment(session, writer, source, body="ของเขา 081-555-0199")
        session.flush()
        ids = mine.id, theirs.id
    page = signed_in(commenter).get(f"/p/{project.slug}/e/{entry.number}", follow_redirects=True).text
    assert "081-555-0142" in page
    assert "081-555-0199" not in page
    bodies = [api(commenter).get(f"/comments/{each}")[1]["body"] for each in ids]
    assert bodies == ["ของผม 081-555-0142", f"ของเขา {BLOCK * 12}"]
    assert api(writer).get(f"/comments/{ids[1]}")[1]["body"] == "ของเขา 081-555-0199"
