"""A backup holds everything once, says where it is damaged, and goes in whole or not at all."""

from __future__ import annotations

import fcntl
import io
import json
import random
import shutil
import sqlite3
import threading
import zipfile
from collections import namedtuple
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from kmwiki import db
from kmwiki.accounts.models import ApiToken, OneTimeLink, SignInSession, User
from kmwiki.cli import schema
from kmwiki.coding.models import Coding
from kmwiki.comments.models import Comment
from kmwiki.config import Settings
from kmwiki.db import session, transaction
from kmwiki.errors import Conflict, Invalid, NotFound, Unavailable
from kmwiki.exchange.backups import reading, restoring, swapping
from kmwiki.exchange.backups.content import VOLATILE, read_content
from kmwiki.exchange.backups.creating import create, plain_settings
from kmwiki.exchange.backups.inspecting import verify
from kmwiki.exchange.backups.layout import DIGITS, SEAL
from kmwiki.exchange.backups.writing import Writer
from kmwiki.jobs.models import Job
from kmwiki.jobs.service import enqueue
from kmwiki.sources.models import Revision
from tests.make_backups import PAGE, bring_back, fill, read_members, reseal, tamper, tree, write_members

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kmwiki.exchange.backups.inspecting import Inspection
    from tests.make import Make
    from tests.make_coding import Desk

NEWEST = schema.newest()


@pytest.fixture
def desk(make: Make, settings: Settings) -> Desk:
    return fill(make, settings)


@pytest.fixture
def file(desk: Desk, settings: Settings, tmp_path: Path) -> Path:
    del desk
    create(settings, tmp_path / "one.kmb")
    return tmp_path / "one.kmb"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Settings]:
    yield Settings(instance=tmp_path / "deep" / "restored")
    db.release()


def look(file: Path) -> Inspection:
    return verify(file, newest=NEWEST)


def faults(file: Path) -> dict[str, str]:
    return {problem.member: str(problem.message) for problem in look(file).problems}


# ---- what goes in, and what comes back


def test_a_restored_instance_equals_the_one_that_was_backed_up(file: Path, desk: Desk, elsewhere: Settings) -> None:
    manifest = look(file).sound()
    done = bring_back(elsewhere, file)
    assert done.export_hash == manifest.export_hash
    assert (done.kept_aside, done.is_upgraded) == (None, False)
    db.bind(elsewhere.database)
    with session() as opened:
        assert opened.scalars(select(Revision.no).where(Revision.source_id == desk.source_id)).all() == [1, 2]
        assert opened.scalars(select(Coding.ev_quote)).all() == ["ออมวันละบาท"]
        assert len(opened.scalars(select(Comment)).all()) == 1
    originals = [path for path in elsewhere.originals_dir.rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in originals] == [PAGE]
    create(elsewhere, file.with_name("two.kmb"))
    assert look(file.with_name("two.kmb")).sound().export_hash == manifest.export_hash


def test_the_counts_are_those_of_the_tables(file: Path, settings: Settings) -> None:
    manifest = look(file).sound()
    with sqlite3.connect(settings.instance / "kmwiki.sqlite") as connection:
        for table, count in manifest.counts.items():
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (count,)  # noqa: S608
    assert not VOLATILE & manifest.counts.keys()
    assert manifest.files == 1


def test_no_secret_is_in_a_backup_and_a_restored_instance_has_its_own(
    file: Path, desk: Desk, settings: Settings, elsewhere: Settings
) -> None:
    del desk
    with session() as opened:
        sign_in = opened.scalars(select(SignInSession.token_hash)).one()
        link = opened.scalars(select(OneTimeLink.token_hash)).one()
        token = opened.scalars(select(ApiToken.token_hash)).one()
    secret = (settings.instance / "secret").read_bytes()
    data = b"".join(read_members(file).values())
    for hidden in (sign_in.encode(), link.encode(), secret):
        assert hidden not in data
    assert token.encode() in data
    assert file.stat().st_mode & 0o777 == 0o600
    bring_back(elsewhere, file)
    made = elsewhere.instance / "secret"
    assert made.read_bytes() != secret
    assert made.stat().st_mode & 0o777 == 0o600


def test_every_table_that_holds_a_secret_is_left_out_or_known_to_be_carried() -> None:
    holding = {name for name, table in db.Base.metadata.tables.items() if "token_hash" in table.columns}
    assert holding - VOLATILE == {"api_tokens"}


def test_waiting_work_stays_behind_and_the_report_of_an_import_comes_along(
    desk: Desk, settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    del desk
    with transaction() as opened:
        enqueue(opened, "mail", "1", payload={"link": "https://example.org/link/one"}, is_kept=True).state = "failed"
        enqueue(opened, "import", "1", is_kept=True).state = "done"
        enqueue(opened, "import", "2", is_kept=True)
    create(settings, tmp_path / "one.kmb")
    bring_back(elsewhere, tmp_path / "one.kmb")
    db.bind(elsewhere.database)
    with session() as opened:
        found = {(job.kind, job.state) for job in opened.scalars(select(Job))}
    assert found == {("import", "done"), ("rebuild", "queued")}


def test_reading_signing_in_and_indexing_do_not_change_the_export_hash(
    desk: Desk, settings: Settings, make: Make, tmp_path: Path
) -> None:
    before = create(settings, tmp_path / "one.kmb").export_hash
    assert desk.coder.user_id is not None
    with transaction() as opened:
        opened.add(SignInSession(user_id=desk.coder.user_id, token_hash="h", expires=db.now()))
        opened.scalars(select(ApiToken)).one().last_used = db.now()
        enqueue(opened, "rebuild", "all")
    assert create(settings, tmp_path / "two.kmb").export_hash == before
    make.user("คนใหม่")
    assert create(settings, tmp_path / "three.kmb").export_hash != before


def test_the_export_hash_does_not_hang_on_how_the_file_is_laid_out(settings: Settings, desk: Desk) -> None:
    del desk
    path = settings.instance / "kmwiki.sqlite"
    before = read_content(path)
    with transaction() as opened:
        opened.execute(text("ALTER TABLE users ADD COLUMN a_last TEXT"))
        opened.execute(text("ALTER TABLE users DROP COLUMN a_last"))
    db.release()
    connection = sqlite3.connect(path)
    connection.execute("VACUUM")
    connection.close()
    assert read_content(path) == before


def test_settings_come_along_without_what_is_secret_or_of_this_machine(settings: Settings) -> None:
    given = replace(
        settings,
        secret_key="hidden",
        database_url="postgresql://u:hidden@db/x",
        base_url="https://u:hidden@km.example.org/wiki",
        mail_url="smtp://u:hidden@mail.example.org:587?password=hidden",
    )
    told = plain_settings(given)
    assert "hidden" not in json.dumps(told)
    assert not {"secret_key", "database_url", "instance"} & told.keys()
    assert told["base_url"] == "https://km.example.org/wiki"
    assert told["mail_url"] == "smtp://mail.example.org:587"
    assert told["max_upload_mb"] == 60


# ---- making one


def test_writers_are_not_held_up_and_the_backup_is_of_one_moment(
    desk: Desk, settings: Settings, make: Make, tmp_path: Path
) -> None:
    """Every user is written together with a project, so a backup of one moment has as many of each."""
    del desk
    stop, written, errors = threading.Event(), [0], []

    def write() -> None:
        while not stop.is_set():
            try:
                with transaction() as opened:
                    opened.add(User(email=f"w{written[0]}@example.org", name="ผู้เขียน"))
                    opened.execute(text("UPDATE projects SET next_number = next_number + 1"))
            except Exception as error:  # noqa: BLE001 - told below
                errors.append(error)
                return
            written[0] += 1

    with session() as opened:
        users, number = opened.execute(text("SELECT count(*), (SELECT next_number FROM projects) FROM users")).one()
    thread = threading.Thread(target=write)
    thread.start()
    try:
        for count in range(4):
            create(settings, tmp_path / f"{count}.kmb")
    finally:
        stop.set()
        thread.join()
    assert not errors
    assert written[0] > 4
    for count in range(4):
        (tmp_path / "db").write_bytes(read_members(tmp_path / f"{count}.kmb")["database.sqlite"])
        with sqlite3.connect(tmp_path / "db") as connection:
            more = connection.execute("SELECT count(*), (SELECT next_number FROM projects) FROM users").fetchone()
        assert more[0] - users == more[1] - number
        look(tmp_path / f"{count}.kmb").sound()
    make.user()


def test_the_same_content_makes_the_same_members_in_the_same_order(file: Path, settings: Settings) -> None:
    create(settings, file.with_name("two.kmb"))
    one, two = read_members(file), read_members(file.with_name("two.kmb"))
    assert list(one) == list(two)
    assert {name for name in one if one[name] != two[name]} <= {"manifest.json"}


def test_a_file_that_exists_is_not_written_over_unless_that_is_said(file: Path, settings: Settings) -> None:
    before = file.read_bytes()
    with pytest.raises(Conflict, match="--replace"):
        create(settings, file)
    assert file.read_bytes() == before
    create(settings, file, is_replacing=True)
    look(file).sound()


def test_nothing_is_left_where_a_backup_fails(
    desk: Desk, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del desk
    folder = tmp_path / "backups"
    folder.mkdir()

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Writer, "close", no_space)
    with pytest.raises(Unavailable, match="No space left"):
        create(settings, folder / "one.kmb")
    assert list(folder.iterdir()) == []


def test_a_half_file_of_a_killed_backup_is_taken_over(desk: Desk, settings: Settings, tmp_path: Path) -> None:
    del desk
    (tmp_path / "one.kmb.part").write_bytes(b"x" * 10_000_000)
    create(settings, tmp_path / "one.kmb")
    look(tmp_path / "one.kmb").sound()
    assert not (tmp_path / "one.kmb.part").exists()


def test_two_backups_do_not_write_one_file(desk: Desk, settings: Settings, tmp_path: Path) -> None:
    del desk
    with (tmp_path / "one.kmb.part").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(Conflict, match="Another kmwiki backup"):
            create(settings, tmp_path / "one.kmb")
    assert not (tmp_path / "one.kmb").exists()


def test_a_backup_for_which_there_is_no_room_is_not_begun(
    desk: Desk, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del desk
    usage = namedtuple("usage", "total used free")  # noqa: PYI024
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9 - 1000, 1000))
    with pytest.raises(Unavailable, match="not enough room"):
        create(settings, tmp_path / "one.kmb")
    assert not list(tmp_path.glob("one*"))


def test_where_a_backup_cannot_go_is_said(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="is a folder"):
        create(settings, tmp_path)
    with pytest.raises(NotFound, match="no folder"):
        create(settings, tmp_path / "nowhere" / "one.kmb")


def test_an_instance_without_a_database_is_not_backed_up(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="KMWIKI_INSTANCE"):
        create(Settings(instance=tmp_path / "mistyped"), tmp_path / "one.kmb")
    assert not (tmp_path / "mistyped").exists()


def test_another_database_than_sqlite_is_saved_by_its_own_program(settings: Settings, tmp_path: Path) -> None:
    other = replace(settings, database_url="postgresql+psycopg://u:hidden@db/x")
    with pytest.raises(Unavailable, match="pg_dump") as raised:
        create(other, tmp_path / "one.kmb")
    assert "hidden" not in str(raised.value)
    with pytest.raises(Unavailable, match="pg_dump"):
        bring_back(other, tmp_path / "one.kmb")


def test_a_damaged_database_is_not_backed_up_as_if_it_were_well(settings: Settings, tmp_path: Path) -> None:
    db.release()
    (settings.instance / "kmwiki.sqlite").write_bytes(b"no database at all" * 1000)
    with pytest.raises(Unavailable, match="cannot be copied"):
        create(settings, tmp_path / "one.kmb")
    assert not list(tmp_path.glob("one*"))


def test_originals_that_are_gone_or_changed_are_told_and_the_rest_is_saved(
    desk: Desk, settings: Settings, tmp_path: Path
) -> None:
    del desk
    (path,) = (path for path in settings.originals_dir.rglob("*") if path.is_file())
    path.write_bytes(b"other bytes")
    (settings.originals_dir / "ab" / ".coming-x").parent.mkdir(exist_ok=True)
    (settings.originals_dir / "ab" / ".coming-x").write_bytes(b"half")
    lacks = create(settings, tmp_path / "one.kmb").lacks
    assert [(lack.name.rpartition("/")[2], lack.problem) for lack in lacks] == [(path.name, "changed")]
    path.unlink()
    lacks = create(settings, tmp_path / "two.kmb").lacks
    assert [(lack.name.rpartition("/")[2], lack.problem) for lack in lacks] == [(path.name, "missing")]
    look(tmp_path / "two.kmb").sound()
    assert not any("coming" in name for name in read_members(tmp_path / "two.kmb"))


# ---- damage


def test_a_flipped_byte_in_any_member_is_found_and_named(file: Path) -> None:
    whole = file.read_bytes()
    with zipfile.ZipFile(file) as archive:
        infos = archive.infolist()
    assert len(infos) == 5
    for info in infos:
        for part in (0.0, 0.5, 0.8):
            start = info.header_offset + 30 + len(info.filename)
            at = start + int(info.compress_size * part)
            file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
            assert info.filename in faults(file), (info.filename, part)


def test_a_flipped_byte_anywhere_is_found(file: Path) -> None:
    whole = file.read_bytes()
    chance = random.Random(7)  # noqa: S311
    places = [chance.randrange(len(whole)) for _ in range(60)] + [len(whole) - 1, len(whole) - 70, len(whole) - 100]
    for at in places:
        file.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << chance.randrange(8))]) + whole[at + 1 :])
        with pytest.raises(Invalid):
            look(file).sound()


def test_expected_and_found_hash_are_told(file: Path) -> None:
    tamper(file, lambda members: members.update({"settings.json": members["settings.json"].replace(b"60", b"61")}))
    (problem,) = look(file).problems
    assert problem.member == "settings.json"
    assert problem.expected != problem.found
    assert (len(problem.expected), len(problem.found)) == (64, 64)
    with pytest.raises(Invalid) as raised:
        look(file).sound()
    assert problem.expected in str(raised.value.fields["settings.json"])


def test_a_file_that_is_cut_short_is_known_as_such(file: Path) -> None:
    whole = file.read_bytes()
    chance = random.Random(8)  # noqa: S311
    for length in [43, len(whole) - 1, *(chance.randrange(50, len(whole)) for _ in range(20))]:
        file.write_bytes(whole[:length])
        found = faults(file)
        assert list(found) == ["the end"]
        assert f"byte {length}" in found["the end"]
    file.write_bytes(whole[: len(whole) // 3])
    assert "database.sqlite" in faults(file)["the end"]


@pytest.mark.parametrize("content", [b"", b"PK", b"a letter", b"\x00" * 5000, b"PK\x05\x06" + b"\x00" * 18])
def test_what_never_was_a_backup_is_called_so(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(Invalid, match="is not a kmwiki backup"):
        look(tmp_path / "x")


def test_another_zip_file_is_no_backup(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("database.sqlite", b"")
    with pytest.raises(Invalid, match="is not a kmwiki backup"):
        look(tmp_path / "x.zip")


def test_a_file_that_is_not_there_or_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        look(tmp_path / "nothing")
    with pytest.raises(Unavailable, match="cannot be read"):
        look(tmp_path)


def test_a_missing_member_is_named(file: Path) -> None:
    original = next(name for name in read_members(file) if name.startswith("originals/"))
    for name in (original, "settings.json", "database.sqlite", "manifest.json"):
        copy = file.with_name("copy.kmb")
        members = read_members(file)
        del members[name]
        write_members(copy, list(members.items()))
        assert "is missing" in faults(copy)[name]


def test_an_extra_member_and_a_doubled_one_are_named(file: Path) -> None:
    name = f"originals/ab/{'ab' * 32}"
    tamper(file, lambda members: members.update({name: b"extra"}))
    assert faults(file) == {name: "is not in the manifest"}
    members = read_members(file)
    del members[name]
    with pytest.warns(UserWarning, match="Duplicate name"):
        write_members(file, [*members.items(), ("settings.json", b"{}")])
    assert faults(file)["settings.json"] in {"is there twice", "has another size"}


@pytest.mark.parametrize(
    "name",
    [
        "../../outside",
        "originals/../../outside",
        "/outside",
        "originals//x",
        "originals/..",
        "originals\\..\\x",
        "C:\\outside",
        "kmwiki.sqlite",
        "secret",
        "originals/a\x1b[31mb",
        "originals/\u202egnp",
        "originals/a/b/c/d/e/f",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused_and_nothing_is_written(
    name: str, file: Path, elsewhere: Settings, tmp_path: Path
) -> None:
    tamper(file, lambda members: members.update({name: b"hostile"}), is_listed=True)
    db.release()
    before = tree(tmp_path)
    found = faults(file)
    assert "has a name that a backup never has" in found.values()
    assert all(each.isprintable() for each in found)
    with pytest.raises(Invalid):
        bring_back(elsewhere, file)
    assert tree(tmp_path) == before
    assert not elsewhere.instance.parent.exists()


def test_a_bomb_is_not_unpacked(file: Path, elsewhere: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_MORE", 2**20)
    name = f"originals/ab/{'ab' * 32}"
    tamper(file, lambda members: members.update({name: b"\x00" * 40_000_000}), is_listed=True)
    assert "fill the disk" in faults(file)["manifest.json"]
    with pytest.raises(Invalid, match="cannot be used"):
        bring_back(elsewhere, file)
    assert not elsewhere.instance.parent.exists()


def test_a_manifest_that_is_a_bomb_is_not_read_to_its_end(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MANIFEST_MOST", 1000)
    tamper(file, lambda members: members.update({"manifest.json": b" " * 5_000_000 + members["manifest.json"]}))
    assert "cannot be read" in faults(file)["manifest.json"]


def test_a_member_that_unpacks_to_more_than_it_says_is_stopped(file: Path) -> None:
    """The list says that the settings are as small as the manifest wants; their bytes go on for longer."""
    members = read_members(file)
    size = len(members["settings.json"])
    members["settings.json"] = members["settings.json"] + b" " * 3_000_000
    write_members(file, list(members.items()))
    data = bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as archive:
        info = archive.getinfo("settings.json")
    central = data.rindex(b"settings.json") - 46
    for at in (info.header_offset + 22, central + 24):
        data[at : at + 4] = size.to_bytes(4, "little")
    file.write_bytes(data)
    reseal(file)
    found = look(file)
    assert found.problems == () or found.problems[0].member == "settings.json"
    assert found.manifest is not None
    assert found.manifest.members["settings.json"].size == size


def test_a_newer_schema_or_format_is_refused_by_name(file: Path, elsewhere: Settings) -> None:
    copy = file.with_name("copy.kmb")
    copy.write_bytes(file.read_bytes())
    change(copy, {"schema": "9999"})
    assert "9999" in faults(copy)["database.sqlite"]
    with pytest.raises(Invalid):
        bring_back(elsewhere, copy)
    change(file, {"format": 2, "program": "7.0"})
    assert "7.0" in faults(file)["manifest.json"]


def change(file: Path, values: dict[str, object]) -> None:
    """Change what the manifest says."""
    members = read_members(file)
    manifest = json.loads(members["manifest.json"]) | values
    tamper(file, lambda found: found.update({"manifest.json": json.dumps(manifest).encode()}))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"export_hash": "0" * 64}, "does not hold what the manifest says"),
        ({"counts": {"users": 1}}, "does not hold as many rows"),
        ({"schema": "0000"}, "does not hold what the manifest says"),
    ],
)
def test_a_manifest_that_does_not_fit_its_database_is_found(values: dict[str, object], words: str, file: Path) -> None:
    change(file, values)
    assert words in faults(file)["database.sqlite"]


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"format": 1}', b"\xff\xfe"])
def test_a_manifest_that_is_none_is_said_to_be_so(data: bytes, file: Path) -> None:
    tamper(file, lambda members: members.update({"manifest.json": data}))
    assert "cannot be read" in faults(file)["manifest.json"]


def test_a_database_that_would_run_something_is_refused(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "db"
    path.write_bytes(read_members(file)["database.sqlite"])
    connection = sqlite3.connect(path)
    connection.execute("CREATE TRIGGER evil AFTER INSERT ON users BEGIN DELETE FROM users; END")
    connection.close()
    tamper(file, lambda members: members.update({"database.sqlite": path.read_bytes()}), is_listed=True)
    assert "evil" in faults(file)["database.sqlite"]


def test_members_packed_in_another_way_are_refused(file: Path) -> None:
    members = read_members(file)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_BZIP2) as archive:
        archive.comment = SEAL + b"0" * DIGITS
        for name, data in members.items():
            archive.writestr(name, data)
    reseal(file)
    assert set(faults(file).values()) == {"is packed in a way that a backup never is"}


def test_a_database_that_is_none_is_said_to_be_so(file: Path) -> None:
    tamper(file, lambda members: members.update({"database.sqlite": b"no" * 5000}), is_listed=True)
    assert "is no sound database" in faults(file)["database.sqlite"]


def test_a_directory_that_cannot_be_read_is_told(file: Path) -> None:
    data = bytearray(file.read_bytes())
    at = data.rindex(b"PK\x05\x06")
    data[at + 12 : at + 20] = b"\xff" * 8
    file.write_bytes(data)
    reseal(file)
    assert list(faults(file)) == ["the list of members"]


# ---- restoring


def test_a_damaged_backup_changes_nothing(file: Path, settings: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    db.release()
    before = tree(tmp_path)
    with pytest.raises(Invalid):
        bring_back(settings, file, is_replacing=True)
    with pytest.raises(Invalid):
        bring_back(elsewhere, file)
    assert tree(tmp_path) == before
    assert not elsewhere.instance.parent.exists()


def test_an_instance_is_not_overwritten_unless_that_is_said(file: Path, settings: Settings, make: Make) -> None:
    make.user("มาทีหลัง")
    db.release()
    before = tree(settings.instance)
    with pytest.raises(Conflict, match="--yes"):
        bring_back(settings, file)
    assert tree(settings.instance) == before


def test_the_instance_before_is_kept_aside_whole(file: Path, settings: Settings, make: Make) -> None:
    make.user("มาทีหลัง")
    (settings.instance / "notes.txt").write_text("ของคนอื่น", encoding="utf-8")
    names = []
    for _ in range(2):
        done = bring_back(settings, file, is_replacing=True)
        assert done.kept_aside is not None
        names.append(done.kept_aside)
    assert len(set(names)) == 2
    assert all(name.name.startswith("instance.before-2") for name in names)
    assert (names[0] / "notes.txt").read_text("utf-8") == "ของคนอื่น"
    with sqlite3.connect(names[0] / "kmwiki.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM users WHERE name = 'มาทีหลัง'").fetchone() == (1,)
    assert not list(settings.instance.parent.glob("*restoring*"))
    assert read_content(settings.instance / "kmwiki.sqlite").export_hash == look(file).sound().export_hash


def test_a_folder_that_holds_no_instance_is_filled_and_what_is_there_stays(file: Path, elsewhere: Settings) -> None:
    elsewhere.originals_dir.mkdir(parents=True)
    (elsewhere.instance / ".gitkeep").touch()
    (elsewhere.instance / "secret").write_text("old")
    done = bring_back(elsewhere, file)
    assert done.kept_aside is None
    assert (elsewhere.instance / ".gitkeep").exists()
    assert (elsewhere.instance / "secret").read_text() != "old"
    assert not (elsewhere.instance / restoring.UNFINISHED).exists()


def test_files_without_a_database_are_put_aside_too(file: Path, elsewhere: Settings) -> None:
    (elsewhere.originals_dir / "ab").mkdir(parents=True)
    (elsewhere.originals_dir / "ab" / "lonely").write_bytes(b"x")
    with pytest.raises(Conflict):
        bring_back(elsewhere, file)
    done = bring_back(elsewhere, file, is_replacing=True)
    assert done.kept_aside is not None
    assert (done.kept_aside / "originals" / "ab" / "lonely").exists()


def test_a_restore_that_was_killed_can_be_done_again(
    file: Path, elsewhere: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill runs no clean-up: what was unpacked lies there, some of it in place already, but no database."""

    class Killed(BaseException):
        pass

    def killed(staging: Path, instance: Path) -> None:
        (instance / "originals" / "ab").mkdir(parents=True)
        (instance / "originals" / "ab" / "half").touch()
        assert (staging / "kmwiki.sqlite").exists()
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(restoring, "_move_files", killed)
        patched.setattr(shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(Killed):
            bring_back(elsewhere, file)
    assert (elsewhere.instance / restoring.UNFINISHED).is_dir()
    assert not (elsewhere.instance / "kmwiki.sqlite").exists()
    done = bring_back(elsewhere, file)
    assert done.export_hash == look(file).sound().export_hash
    assert not (elsewhere.instance / restoring.UNFINISHED).exists()


def test_a_served_instance_is_left_alone(file: Path, settings: Settings) -> None:
    with (settings.instance / "serve.lock").open("w") as served:
        fcntl.flock(served, fcntl.LOCK_EX)
        db.release()
        before = tree(settings.instance.parent)
        with pytest.raises(Unavailable, match="Stop it first"):
            bring_back(settings, file, is_replacing=True)
        assert tree(settings.instance.parent) == before


def test_a_disk_that_fills_up_under_a_restore_is_no_fault_of_the_backup(
    file: Path, elsewhere: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(reading, "_create", lambda _: Full())
    with pytest.raises(Unavailable, match="No space left"):
        bring_back(elsewhere, file)
    assert not elsewhere.instance.parent.exists()


def test_a_database_that_another_program_has_open_is_left_alone(file: Path, settings: Settings) -> None:
    other = sqlite3.connect(settings.instance / "kmwiki.sqlite")
    try:
        other.execute("SELECT count(*) FROM users").fetchone()
        with pytest.raises(Unavailable, match="Another program uses"):
            bring_back(settings, file, is_replacing=True)
        assert not list(settings.instance.parent.glob("instance.*"))
    finally:
        other.close()
    assert bring_back(settings, file, is_replacing=True).kept_aside is not None


def test_a_database_too_damaged_to_open_is_put_aside_as_it_is(file: Path, settings: Settings) -> None:
    db.release()
    (settings.instance / "kmwiki.sqlite").write_bytes(b"rubbish" * 1000)
    done = bring_back(settings, file, is_replacing=True)
    assert done.kept_aside is not None
    assert (done.kept_aside / "kmwiki.sqlite").read_bytes() == b"rubbish" * 1000


def test_a_database_outside_the_instance_is_not_guessed_at(file: Path, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="KMWIKI_DATABASE_URL"):
        bring_back(replace(settings, database_url=f"sqlite:///{tmp_path / 'other.sqlite'}"), file)


def test_what_does_not_equal_the_backup_is_never_put_in_place(file: Path, elsewhere: Settings) -> None:
    def spoil(staged: Settings) -> None:
        connection = sqlite3.connect(staged.instance / "kmwiki.sqlite")
        with connection:
            connection.execute("UPDATE users SET name = 'x'")
        connection.close()

    with pytest.raises(Invalid, match="does not equal"):
        restoring.restore(elsewhere, file, newest=NEWEST, finish=spoil)
    assert not elsewhere.instance.parent.exists()


def test_a_folder_that_cannot_be_renamed_is_left_as_it_is(
    file: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(restoring, "exchange", busy)
    db.release()
    before = tree(settings.instance.parent)
    with pytest.raises(Unavailable, match="resource busy"):
        bring_back(settings, file, is_replacing=True)
    assert tree(settings.instance.parent).keys() == before.keys()


def test_two_folders_change_places_also_where_the_system_has_no_call_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()

    def missing(*_: object) -> None:
        raise OSError(38, "Function not implemented")

    swapping.exchange(tmp_path / "one", tmp_path / "other")
    assert (tmp_path / "one" / "other").exists()
    with pytest.raises(FileNotFoundError):
        swapping.exchange(tmp_path / "nothing", tmp_path / "other")
    monkeypatch.setattr(swapping, "_exchange_at_once", missing)
    swapping.exchange(tmp_path / "one", tmp_path / "other")
    assert (tmp_path / "one" / "one").exists()
    assert (tmp_path / "other" / "other").exists()
    with pytest.raises(FileNotFoundError):
        swapping.exchange(tmp_path / "nothing", tmp_path / "other")
    assert (tmp_path / "other" / "other").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "other"]


def test_an_older_schema_is_upgraded_before_it_is_put_in_place(tmp_path: Path, elsewhere: Settings) -> None:
    from alembic import command  # noqa: PLC0415 - only this test needs it

    old = Settings(instance=tmp_path / "old")
    old.instance.mkdir()
    db.bind(old.database)
    command.upgrade(schema.configuration(old.database), "0001")
    connection = sqlite3.connect(old.instance / "kmwiki.sqlite")
    with connection:
        connection.execute(
            "INSERT INTO users (email, name, is_admin, is_active, locale, theme, created)"
            " VALUES ('a@example.org', 'ก', 0, 1, 'th', 'auto', '2026-01-01 00:00:00')"
        )
    connection.close()
    manifest = create(old, tmp_path / "old.kmb")
    assert manifest.schema_version == "0001"
    done = bring_back(elsewhere, tmp_path / "old.kmb")
    assert done.is_upgraded
    assert done.manifest.export_hash == manifest.export_hash
    db.bind(elsewhere.database)
    assert schema.current() == NEWEST
    with session() as opened:
        assert opened.scalars(select(User.name)).all() == ["ก"]
