"""Letters: composed safely, sent by SMTP or into a folder, tried again, and never leaving a secret behind."""

from __future__ import annotations

import re
import stat
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from kmwiki import db
from kmwiki.accounts import queries, service, sign_ins
from kmwiki.accounts.access import OPERATOR
from kmwiki.accounts.models import OneTimeLink, User
from kmwiki.config import Settings
from kmwiki.errors import Invalid, NotFound, TooMany, Unavailable
from kmwiki.jobs.models import Job
from kmwiki.jobs.worker import Hopeless, Worker, workers_for
from kmwiki.main import job_kinds
from kmwiki.notifications import service as letters
from kmwiki.notifications.job import bind
from kmwiki.notifications.letters import Facts, write
from kmwiki.notifications.mail import FileRoute, Letter, SmtpRoute, compose, route_of
from tests.mail_sink import Sink, letters_in, mail_sink
from tests.make_accounts import PASSWORD, somebody, verbs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from tests.make import Make

pytestmark = pytest.mark.usefixtures("settings")

SITE = "https://km.example.org"
LETTER = Letter(
    "ใบข้าว ทุ่งกุลา", "baikhao@example.org", "คำเชิญเข้าร่วมโครงการสวัสดิการ", "สวัสดี\n\nhttps://km.example.org/link/x\n"
)


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A mail server that takes everything."""
    with mail_sink() as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that letters go to."""
    monkeypatch.setenv("KMWIKI_MAIL_URL", f"file:{tmp_path / 'letters'}")
    return tmp_path / "letters"


def route(url: str, base_url: str = SITE) -> FileRoute | SmtpRoute:
    made = route_of(Settings.from_environment({"KMWIKI_MAIL_URL": url, "KMWIKI_BASE_URL": base_url}))
    assert isinstance(made, FileRoute | SmtpRoute)
    return made


def ask(kind: str, user: User, **more: object) -> None:
    with db.transaction() as opened:
        letters.ask_letter(opened, OPERATOR, kind, opened.get_one(User, user.id), site=SITE, **more)  # type: ignore[arg-type]


def send() -> None:
    """Send what is due, the way that the environment names now."""
    bind(Settings.from_environment())
    Worker(job_kinds()).drain()


def jobs() -> list[Job]:
    with db.session() as opened:
        return letters.waiting_letters(opened)


def make_due() -> None:
    with db.transaction() as opened:
        opened.query(Job).update({Job.run_after: db.now() - timedelta(hours=1)})


def body(letter: EmailMessage) -> str:
    return str(letter.get_content()).replace("\r\n", "\n")


def secret_in(letter: EmailMessage) -> str:
    found = re.search(rf"{SITE}/link/([\w-]{{43}})$", body(letter), re.MULTILINE)
    assert found
    return found.group(1)


def link_state(secret: str) -> str:
    with db.session() as opened:
        return queries.link_state(opened, secret)


def test_a_letter_reaches_the_server_whole_in_thai(sink: Sink) -> None:
    route(sink.url()).send(LETTER)
    (got,) = sink.letters
    assert got["Subject"] == LETTER.subject
    assert got["To"].addresses[0].display_name == LETTER.to_name
    assert got["From"].addresses[0].addr_spec == "kmwiki@km.example.org"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Message-ID"].endswith("@km.example.org>")
    assert got.get_content_type() == "text/plain"
    assert body(got) == LETTER.body


def test_user_and_password_are_unquoted_and_only_given_to_the_server(sink: Sink) -> None:
    made = route(sink.url("?from=km@example.org", user="km%40example.org:p%2Fw%3A1@"))
    made.send(LETTER)
    assert sink.logins == ["\0km@example.org\0p/w:1"]
    assert sink.letters[0]["From"].addresses[0].addr_spec == "km@example.org"
    assert "p/w" not in repr(made) + made.describe()


def test_no_password_goes_out_where_encryption_is_asked_for_and_missing(sink: Sink) -> None:
    with pytest.raises(Unavailable, match="STARTTLS"):
        route(sink.url("?starttls=1", user="a:b@")).send(LETTER)
    assert not sink.logins
    assert not sink.letters


def test_encryption_that_cannot_be_trusted_is_no_encryption(sink: Sink) -> None:
    sink.extensions = ("STARTTLS", "AUTH PLAIN")
    sink.answers["STARTTLS"] = "454 not now"
    with pytest.raises(Unavailable, match="454"):
        route(sink.url(user="a:b@")).send(LETTER)
    assert not sink.logins
    route(sink.url("?starttls=0")).send(LETTER)
    assert len(sink.letters) == 1


@pytest.mark.parametrize(
    ("verb", "answer", "kind"),
    [
        ("RCPT", "550 no such mailbox", Hopeless),
        ("RCPT", "451 come back later", Unavailable),
        ("MAIL", "553 who are you", Unavailable),
        ("DATA", "554 no", Unavailable),
        ("AUTH", "535 wrong password", Unavailable),
    ],
)
def test_a_refusal_says_what_the_server_said(sink: Sink, verb: str, answer: str, kind: type[Exception]) -> None:
    sink.answers[verb] = answer
    with pytest.raises(kind, match=answer):
        route(sink.url(user="a:topsecret@")).send(LETTER)
    assert not sink.letters


def test_a_server_that_is_not_there_is_told_without_the_password(port: int) -> None:
    for scheme in ("smtp", "smtps"):
        with pytest.raises(Unavailable, match="did not take the letter") as caught:
            route(f"{scheme}://a:topsecret@127.0.0.1:{port}").send(LETTER)
        assert "topsecret" not in str(caught.value)


def test_a_folder_gets_files_that_only_their_owner_reads(folder: Path) -> None:
    route(f"file:{folder}").send(LETTER)
    (path,) = folder.iterdir()
    assert path.suffix == ".eml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "https://km.example.org/link/x" in path.read_text(encoding="utf-8")
    assert letters_in(folder)[0]["Subject"] == LETTER.subject


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="ascii")
    with pytest.raises(Unavailable, match="cannot be written"):
        route(f"file:{tmp_path / 'file'}").send(LETTER)


@pytest.mark.parametrize("text", ["ก\r\nBcc: evil@example.org", "ก\nข", "ก\x00\u2028ข", "a\u0085Bcc: x"])
def test_nobody_adds_a_header_through_a_name_or_a_subject(text: str) -> None:
    made = compose(Letter(text, "a@example.org", text, "x\n"), "km@example.org", encoding="base64")
    assert made["Bcc"] is None
    assert "\n" not in made["Subject"]
    assert not re.search(rb"^Bcc", made.as_bytes(), re.MULTILINE)


@pytest.mark.parametrize("address", ["a@example.org\r\nBcc: b@example.org", "a@example.org, b@example.org", ""])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        compose(Letter("ก", address, "ก", "x\n"), "km@example.org", encoding="base64")


def test_a_host_in_thai_is_written_as_mail_servers_know_it() -> None:
    made = compose(Letter("ก", "a@ไทย.example", "ก", "x\n"), "km@example.org", encoding="base64")
    assert made["To"].addresses[0].addr_spec == "a@xn--o3cw4h.example"


@pytest.mark.parametrize(
    "url", ["smtp://", "http://x", "file:letters", "file://host/x", "smtp://h:99999", "smtp://h?from=nobody", "mail"]
)
def test_a_setting_that_leads_nowhere_is_named_without_showing_it(url: str) -> None:
    with pytest.raises(Invalid, match="KMWIKI_MAIL_URL"):
        route(url)


@pytest.mark.parametrize("option", ["strttls=1", "starttls=yes", "starttls=", "from=km@example.org&tls=1"])
def test_an_option_that_would_do_nothing_is_refused_at_the_start(option: str) -> None:
    made = Settings.from_environment({"KMWIKI_MAIL_URL": f"smtp://km:topsecret@mail.example.org?{option}"})
    with pytest.raises(Invalid, match="tls cannot be understood") as refused:
        bind(made)
    assert "topsecret" not in str(refused.value)


def test_without_the_setting_there_is_no_way() -> None:
    assert route_of(Settings.from_environment({})) is None


def test_a_reset_makes_its_link_when_it_goes_out_and_stores_no_secret(folder: Path) -> None:
    user = somebody()
    ask("reset", user)
    with db.session() as opened:
        assert opened.scalar(select(OneTimeLink)) is None
        assert "link" not in str([job.payload for job in letters.waiting_letters(opened)])
    send()
    (got,) = letters_in(folder)
    assert got["To"].addresses[0].addr_spec == user.email
    assert got["Subject"] == "ตั้งรหัสผ่านใหม่ของ kmwiki"
    assert "เรียน สมชาย" in body(got)
    assert link_state(secret_in(got)) == "ready"
    assert not jobs()
    assert verbs()[-3:] == ["mail.asked", "link.created", "mail.sent"]


def test_a_letter_speaks_its_readers_language(folder: Path, make: Make) -> None:
    user = make.user("Baikhao", locale="en")
    ask("invite", user)
    send()
    assert "Hello Baikhao," in body(letters_in(folder)[0])


def test_asking_twice_before_it_goes_out_sends_one_letter(folder: Path) -> None:
    user = somebody()
    ask("reset", user)
    ask("reset", user)
    send()
    assert len(letters_in(folder)) == 1


def test_a_newer_reset_ends_the_older_but_not_an_invitation(folder: Path, make: Make) -> None:
    user = make.user()
    for kind in ("invite", "reset", "reset"):
        ask(kind, user)
        send()
    invitation, first, second = (secret_in(letter) for letter in letters_in(folder))
    assert [link_state(each) for each in (invitation, first, second)] == ["ready", "expired", "ready"]


def test_a_reset_asked_before_the_password_changed_is_not_sent(folder: Path) -> None:
    user = somebody()
    ask("reset", user)
    with db.transaction() as opened:
        service.set_password(opened, OPERATOR, opened.get_one(User, user.id), "อีกาบินข้ามทุ่ง")
    send()
    assert not letters_in(folder)
    assert not jobs()


def test_a_password_change_kills_a_link_that_has_gone_out(folder: Path) -> None:
    user = somebody()
    ask("reset", user)
    send()
    with db.transaction() as opened:
        service.set_password(opened, OPERATOR, opened.get_one(User, user.id), "อีกาบินข้ามทุ่ง")
    assert link_state(secret_in(letters_in(folder)[0])) == "expired"


def test_who_has_joined_or_was_shut_out_gets_no_invitation(folder: Path, make: Make) -> None:
    joined, gone = somebody(), make.user()
    ask("invite", joined)
    ask("invite", gone)
    with db.transaction() as opened:
        opened.get_one(User, gone.id).is_active = False
    send()
    assert not letters_in(folder)


def test_a_server_that_is_down_is_tried_again_and_the_letter_arrives(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KMWIKI_MAIL_URL", sink.url(user="km:topsecret@"))
    sink.answers["MAIL"] = "451 the disk is full"
    ask("reset", somebody())
    send()
    (job,) = jobs()
    assert (job.state, job.tries) == ("queued", 1)
    assert "451 the disk is full" in (job.error or "")
    assert "topsecret" not in (job.error or "")
    first = job.run_after
    make_due()
    send()
    (job,) = jobs()
    assert job.tries == 2
    assert job.run_after > first
    del sink.answers["MAIL"]
    make_due()
    send()
    assert not jobs()
    assert link_state(secret_in(sink.letters[0])) == "ready"


def test_an_address_that_is_refused_for_good_is_given_up_until_somebody_says_again(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KMWIKI_MAIL_URL", sink.url())
    sink.answers["RCPT"] = "550 no such mailbox"
    ask("trial", somebody())
    send()
    (job,) = jobs()
    assert (job.state, job.tries) == ("failed", 1)
    sink.answers.clear()
    with db.transaction() as opened:
        letters.send_again(opened, OPERATOR, job.id)
    send()
    assert not jobs()
    assert sink.letters[0]["Subject"] == "kmwiki ส่งอีเมลได้"


def test_a_letter_can_be_given_up_and_another_job_cannot() -> None:
    ask("trial", somebody())
    send()  # no mail is set up: it stays
    (job,) = jobs()
    assert "KMWIKI_MAIL_URL" in (job.error or "")
    with db.transaction() as opened:
        letters.drop_letter(opened, OPERATOR, job.id)
        other = Job(kind="index", key="source:1")
        opened.add(other)
    assert not jobs()
    with db.transaction() as opened, pytest.raises(NotFound):
        letters.drop_letter(opened, OPERATOR, other.id)


def test_letters_wait_in_a_lane_of_their_own() -> None:
    first, mail = workers_for(job_kinds())
    assert set(mail.kinds) == {"mail"}
    assert "index" in first.kinds


def test_asking_for_a_reset_says_nothing_of_who_has_an_account() -> None:
    somebody()
    for email in ("somchai@example.org", "nobody@example.org"):
        for _ in range(3):
            with db.transaction() as opened:
                letters.ask_reset(opened, email, address="192.0.2.1", site=SITE)
        with db.transaction() as opened, pytest.raises(TooMany):
            letters.ask_reset(opened, email.upper(), address="192.0.2.2", site=SITE)
    assert [job.key for job in jobs()] == ["reset:1"]
    assert verbs().count("reset.asked") == 6


def test_one_address_cannot_flood_many_mailboxes() -> None:
    for number in range(20):
        with db.transaction() as opened:
            letters.ask_reset(opened, f"p{number}@example.org", address="192.0.2.1", site=SITE)
    with db.transaction() as opened, pytest.raises(TooMany):
        letters.ask_reset(opened, "other@example.org", address="192.0.2.1", site=SITE)


def test_a_password_is_what_a_person_set_and_not_a_hash_renewed() -> None:
    user = somebody()
    with db.transaction() as opened:
        found = opened.get_one(User, user.id)
        sign_ins.open_session(opened, found, sign_ins.NO_DEVICE, renewed="a new hash")
        assert found.password_changed is None
        service.set_password(opened, OPERATOR, found, PASSWORD)
        assert found.password_changed is not None


def test_a_project_is_named_in_a_letter_without_what_is_personal(make: Make) -> None:
    facts = Facts(make.user("สมมุติ"), SITE, by="สมมุติ", project="ทีม 081-555-0142", link=SITE)
    for kind in ("invite", "added"):
        assert "0142" not in " ".join(write(kind, facts, str))
