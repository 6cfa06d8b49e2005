"""Letters of new hits: when they are due, whom they reach, what stands in them, and how they end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING

import pytest

from kmwiki import db
from kmwiki.accounts.models import User
from kmwiki.config import Settings
from kmwiki.entries.access import WHOLE
from kmwiki.entries.models import Entry
from kmwiki.jobs.worker import Worker
from kmwiki.main import job_kinds
from kmwiki.notifications import notices, rounds
from kmwiki.notifications.job import bind
from kmwiki.notifications.models import Notice
from kmwiki.search import saved
from kmwiki.search.indexing import rebuild
from kmwiki.search.models import SearchWatch
from kmwiki.security.policy import Role
from kmwiki.security.signing import sign, signed_value
from kmwiki.sources.models import Source
from tests.mail_sink import letters_in
from tests.make_search import write

if TYPE_CHECKING:
    from pathlib import Path

    from kmwiki.accounts.models import Project
    from kmwiki.security.policy import Caller
    from tests.make import Make

SITE = "https://km.example.org"
WORD = "นกขมิ้นเหลืองอ่อน"
PHONE = "081-555-0142"


@pytest.fixture
def folder(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that letters go to."""
    del settings
    rebuild()
    monkeypatch.setenv("KMWIKI_MAIL_URL", f"file:{tmp_path / 'letters'}")
    monkeypatch.setenv("KMWIKI_BASE_URL", SITE)
    bind(Settings.from_environment())
    return tmp_path / "letters"


@pytest.fixture
def project(make: Make, folder: Path) -> Project:
    del folder
    return make.project("village", name="หมู่บ้าน")


@pytest.fixture
def writer(make: Make, project: Project) -> Caller:
    return make.member(project, Role.RESEARCHER, user=make.user("คนเขียน"))


def work() -> None:
    Worker(job_kinds()).drain()


def keep(caller: Caller, project: Project, mail: str, name: str = "นก") -> int:
    with db.transaction() as opened:
        follow = saved.Follow(in_app=False, mail=mail)
        made = saved.save_search(opened, caller, project, saved.Draft(name, {"q": [WORD]}), follow).id
    work()
    return made


def go_round() -> None:
    """Let all that waits be due, as if a week had gone."""
    with db.transaction() as opened:
        opened.query(SearchWatch).update({SearchWatch.mailed: db.now() - timedelta(days=8)})
    rounds.ask_round()
    work()


def test_letters_are_due_at_the_quarter_in_the_morning_or_on_monday() -> None:
    moment = datetime(2026, 3, 5, 10, 37, 12, tzinfo=UTC)  # a Thursday
    assert rounds.last_due("at_once", moment) == datetime(2026, 3, 5, 10, 30, tzinfo=UTC)
    assert rounds.last_due("daily", moment) == datetime(2026, 3, 5, tzinfo=UTC)
    assert rounds.last_due("weekly", moment) == datetime(2026, 3, 2, tzinfo=UTC)


def test_a_letter_names_what_is_new_and_hides_what_is_personal(
    make: Make, folder: Path, writer: Caller, project: Project
) -> None:
    owner = make.member(project, Role.RESEARCHER, user=make.user("เจ้าของ", locale="th"))
    other = make.member(project, Role.RESEARCHER, user=make.user("Other", locale="en"))
    keep(owner, project, "daily", f"โทร {PHONE}")
    keep(other, project, "weekly")
    keep(other, project, "weekly", "นกอีกครั้ง")
    write(writer, project, f"{WORD} โทร {PHONE}", title=f"โทรหา {PHONE}")
    write(owner, project, WORD, title="ของตัวเอง")
    write(writer, project, WORD, title="ลับ", visibility="private")
    work()
    rounds.ask_round()
    work()
    assert letters_in(folder) == []  # not due before the next morning
    go_round()
    rounds.ask_round()
    work()
    thai, english = sorted(letters_in(folder), key=lambda letter: "Hello" in str(letter.get_content()))
    told = str(thai.get_content())
    assert PHONE not in told + thai["Subject"]
    assert "0142" not in told
    assert "โทรหา" in told
    assert f"{SITE}/p/village/e/" in told
    assert "ลับ" not in told
    assert "ของตัวเอง" not in told
    assert WORD not in told
    assert thai["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert thai["List-Unsubscribe"].startswith(f"<{SITE}/letters/stop/{owner.user_id}.")
    assert "4" in english["Subject"]
    assert "ลับ" not in str(english.get_content())
    with db.session() as opened:
        assert {one.post for one in opened.query(Notice)} == {"sent"}
        assert notices.count_unread(opened, owner) == 0  # the bell was not asked for


def test_what_may_not_be_read_when_the_letter_is_written_is_not_in_it(
    make: Make, folder: Path, writer: Caller, project: Project
) -> None:
    owner = make.member(project, Role.RESEARCHER)
    keep(owner, project, "at_once")
    entry = write(writer, project, WORD, title="เปลี่ยนใจ")
    work()
    with db.transaction() as opened:
        opened.get_one(Source, opened.get_one(Entry, entry.id, options=WHOLE).source_id).audience = "private"
    go_round()
    assert letters_in(folder) == []
    write(writer, project, WORD, title="อ่านแล้ว")
    work()
    with db.transaction() as opened:
        notices.mark_read(opened, owner)
    go_round()
    assert letters_in(folder) == []
    write(writer, project, WORD, title="คนที่ไปแล้ว")
    work()
    with db.transaction() as opened:
        opened.get_one(User, owner.user_id).is_active = False
    go_round()
    assert letters_in(folder) == []


def test_many_are_named_in_part_and_letters_can_be_stopped(
    make: Make, folder: Path, writer: Caller, project: Project
) -> None:
    owner = make.member(project, Role.RESEARCHER)
    search = keep(owner, project, "at_once")
    for number in range(12):
        write(writer, project, WORD, title=f"เรื่องที่ {number}")
    work()
    go_round()
    told = str(letters_in(folder)[0].get_content())
    assert told.count(f"{SITE}/p/village/e/") == 10
    assert f"{SITE}/p/village/searches/{search}" in told
    write(writer, project, WORD)
    work()
    with db.transaction() as opened:
        notices.stop_letters(opened, owner.user_id or 0)
    go_round()
    assert len(letters_in(folder)) == 1
    with db.session() as opened:
        assert opened.get_one(SearchWatch, (search, owner.user_id)).mail == "off"


def test_without_mail_nothing_is_lost(
    make: Make, folder: Path, writer: Caller, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = make.member(project, Role.RESEARCHER)
    keep(owner, project, "at_once")
    write(writer, project, WORD)
    work()
    monkeypatch.setenv("KMWIKI_MAIL_URL", "")
    bind(Settings.from_environment())
    go_round()
    monkeypatch.setenv("KMWIKI_MAIL_URL", f"file:{folder}")
    bind(Settings.from_environment())
    go_round()
    assert len(letters_in(folder)) == 1


def test_the_quarters_are_kept_until_told_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    stop = Event()
    moments = iter([datetime(2026, 3, 5, 10, 37, tzinfo=UTC)] + [datetime(2026, 3, 5, 10, 45, 1, tzinfo=UTC)] * 9)

    def ask() -> None:
        asked.append(1)
        stop.set()

    monkeypatch.setattr(rounds, "ask_round", ask)
    rounds.keep_quarters(stop, lambda: next(moments))
    assert asked == [1]
    rounds.start_quarters().set()


def test_a_signature_holds_for_its_value_and_purpose_alone(settings: Settings) -> None:
    token = sign(settings, "letters", "7")
    assert signed_value(settings, "letters", token) == "7"
    assert signed_value(settings, "other", token) is None
    assert signed_value(settings, "letters", token.replace("7.", "8.", 1)) is None
    assert signed_value(settings, "letters", "") is None
