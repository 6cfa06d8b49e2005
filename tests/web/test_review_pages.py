"""The review list as pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.make_coding import BODY, make_desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from kmwiki.security.policy import Caller
    from tests.make import Make
    from tests.make_coding import Desk

TOP, MIDDLE, LAST = BODY.split("\n\n")


@pytest.fixture
def desk(make: Make) -> Desk:
    """A project with an entry, a coder and a code."""
    return make_desk(make)


@pytest.fixture
def page(desk: Desk, signed_in: Callable[[Caller], FlaskClient]) -> FlaskClient:
    """The coder's browser."""
    return signed_in(desk.coder)


def plain(html: str) -> str:
    """The page's words without its tags."""
    return re.sub(r"<[^>]+>", "", html)


def test_nothing_waits_at_first(desk: Desk, page: FlaskClient) -> None:
    assert page.get(f"/p/{desk.project.slug}/review").status_code == 200


def test_a_changed_coding_shows_both_texts_and_is_accepted(desk: Desk, page: FlaskClient) -> None:
    coding = desk.add("จ่ายค่าทำศพไปสามราย คนจึงสมัครเพิ่ม")
    desk.save(BODY.replace("สามราย", "แปดรายในปีเดียว"))
    shown = page.get(f"/p/{desk.project.slug}/review?mine=1").get_data(as_text=True)
    assert "จ่ายค่าทำศพไปสามราย คนจึงสมัครเพิ่ม" in plain(shown)
    assert "จ่ายค่าทำศพไปแปดรายในปีเดียว คนจึงสมัครเพิ่ม" in plain(shown)
    assert "<del>" in shown
    assert "<ins>" in shown
    answer = page.post(f"/p/{desk.project.slug}/review/{coding.id}/accept", data={"mine": "1", "page": "2"})
    assert answer.location.endswith("/review?mine=1&page=2")
    assert desk.reread(coding).state == "placed"


def test_a_lost_coding_is_put_on_a_look_alike_or_taken_away(desk: Desk, page: FlaskClient) -> None:
    lost, other = desk.add(LAST), desk.add(MIDDLE)
    desk.save(f"{TOP}\n\nคั่นไว้ด้วยเรื่องอื่นทั้งหมดเลย")
    desk.save(f"{LAST}\n\n{TOP}\n\nคั่นไว้ด้วยเรื่องอื่นทั้งหมดเลย")
    shown = page.get(f"/p/{desk.project.slug}/review").get_data(as_text=True)
    place = {
        name: re.search(rf'name="{name}" value="([^"]*)"', shown) for name in ("start", "end", "revision", "quote")
    }
    data = {name: found[1] for name, found in place.items() if found}
    assert data["quote"] == LAST
    url = f"/p/{desk.project.slug}/review"
    page.post(f"{url}/{lost.id}/accept", data=data | {"quote": "อื่น"})
    assert desk.reread(lost).state == "lost"
    page.post(f"{url}/{lost.id}/accept", data=data)
    assert (desk.reread(lost).state, desk.reread(lost).start) == ("placed", 0)
    page.post(f"{url}/{other.id}/accept")
    assert desk.reread(other).state == "lost"
    page.post(f"{url}/{other.id}/retire")
    assert desk.reread(other).deleted is not None


def test_another_persons_coding_is_shown_but_not_settled(
    desk: Desk, signed_in: Callable[[Caller], FlaskClient]
) -> None:
    coding = desk.add("ปีแรก")
    desk.save("ข้อความใหม่ทั้งหมด")
    colleague = signed_in(desk.make.member(desk.project))
    shown = colleague.get(f"/p/{desk.project.slug}/review").get_data(as_text=True)
    assert "ปีแรก" in shown
    assert f"/review/{coding.id}/retire" not in shown
    assert colleague.post(f"/p/{desk.project.slug}/review/{coding.id}/retire").status_code == 403
    assert colleague.get(f"/p/{desk.project.slug}/review?mine=1").status_code == 200
    admin = signed_in(desk.make.caller(desk.make.user(is_admin=True)))
    other = make_desk(desk.make).project
    assert admin.post(f"/p/{other.slug}/review/{coding.id}/retire").status_code == 404


def test_an_editor_is_told_what_became_of_the_codings(desk: Desk, page: FlaskClient) -> None:
    desk.add("ปีแรก")
    where = f"/p/{desk.project.slug}/e/{desk.entry.number}/edit"
    shown = page.get(where).get_data(as_text=True)
    fields = dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="(\w+)"[^>]*value="([^"]*)"', shown))
    typed = fields | {"kind": "reflection", "title": "วงคุยสมมุติ", "body": "ข้อความใหม่", "body_format": "plain"}
    answer = page.post(where, data=typed)
    assert answer.status_code == 302
    after = page.get(answer.location).get_data(as_text=True)
    assert "หาย 1 ช่วง" in after
