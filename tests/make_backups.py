"""Builders of the backup tests: an instance with something of everything, and archives that were tampered with."""

from __future__ import annotations

import hashlib
import json
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from kmwiki import db
from kmwiki.accounts.models import OneTimeLink
from kmwiki.cli import schema
from kmwiki.cli.backup import make_ready
from kmwiki.comments.service import add_comment
from kmwiki.db import now, transaction
from kmwiki.exchange.backups import restoring
from kmwiki.exchange.backups.layout import DIGITS, SEAL, digest_before_seal
from kmwiki.security import tokens
from kmwiki.sources.models import Source
from kmwiki.sources.service import keep_original
from tests.make_coding import make_desk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kmwiki.config import Settings
    from kmwiki.exchange.backups.restoring import Restored
    from tests.make import Make
    from tests.make_coding import Desk

PAGE = "หน้าที่บันทึกไว้ของบ้านสมมุติ\n".encode("cp874") * 50


def fill(make: Make, settings: Settings) -> Desk:
    """Make an entry with two revisions, a comment, a coding, an original file, a sign-in, a link and a token."""
    desk = make_desk(make)
    desk.add("ออมวันละบาท")
    desk.save(desk.text().replace("สองหมู่บ้าน", "สามหมู่บ้าน"))
    user_id = desk.coder.user_id
    assert user_id is not None
    with transaction() as session:
        add_comment(session, desk.coder, session.get_one(Source, desk.source_id), body="ปีแรกคนยังไม่เชื่อ")
        keep_original(
            session,
            desk.coder,
            project_id=desk.project.id,
            name="page.html",
            data=PAGE,
            folder=settings.originals_dir,
        )
        link = tokens.digest(tokens.new_secret())
        session.add(OneTimeLink(user_id=user_id, purpose="invite", token_hash=link, expires=now() + timedelta(days=7)))
    make.sign_in(user_id, lasts=timedelta(hours=1))
    make.token(user_id)
    return desk


def bring_back(settings: Settings, file: Path, **options: Any) -> Restored:
    """Restore as the command does; the database that was bound is let go first."""
    db.release()
    return restoring.restore(settings, file, newest=schema.newest(), finish=make_ready, **options)


def read_members(file: Path) -> dict[str, bytes]:
    """Return every member of an archive, in order."""
    with zipfile.ZipFile(file) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def write_members(file: Path, members: list[tuple[str, bytes]]) -> None:
    """Write an archive of these members with a right seal: only its content is wrong."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = SEAL + b"0" * DIGITS
        for name, data in members:
            archive.writestr(name, data)
    reseal(file)


def reseal(file: Path) -> None:
    """Put the right digits into the seal."""
    with file.open("r+b") as opened:
        digest = digest_before_seal(opened)
        opened.seek(-DIGITS, 2)
        opened.write(digest.encode())


def tamper(file: Path, change: Callable[[dict[str, bytes]], object], *, is_listed: bool = False) -> None:
    """Change the members of a backup; with `is_listed` the manifest tells of what they are then."""
    members = read_members(file)
    change(members)
    if is_listed:
        manifest = json.loads(members["manifest.json"])
        manifest["members"] = {
            name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in members.items()
            if name != "manifest.json"
        }
        members["manifest.json"] = json.dumps(manifest).encode()
    write_members(file, list(members.items()))


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
