"""The images in the folder of a saved page: which of them come along, and under which names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from sqlalchemy import select

from kmwiki.entries.models import Entry
from kmwiki.errors import Invalid
from kmwiki.exchange.importing.models import ImportItem
from kmwiki.formats.media import inspect
from kmwiki.sources.attachments import (
    MOST,
    add_attachment,
    attachments_of,
    clean_name,
    keep_bytes,
    restore_attachment,
    target_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from sqlalchemy.orm import Session

    from kmwiki.exchange.importing.files import Beside
    from kmwiki.exchange.importing.reading import Draft
    from kmwiki.security.policy import Caller
    from kmwiki.sources.attachments import Kept
    from kmwiki.sources.models import Attachment, Source

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Attached:
    """An image that comes with a page: the name under which the text shows it, the file, and its bytes' hash."""

    name: str
    path: Path
    sha256: str
    kept: Kept | None = None
    """Set once the bytes lie in the instance."""


@dataclass(slots=True)
class Images:
    """Finds the images of one page and names them; each file comes once."""

    beside: Beside
    max_mb: int
    found: dict[str, Attached] = field(default_factory=dict)

    def place(self, path: str) -> str | None:
        """Return what the text writes for the image that the page calls by that path; None where it has none."""
        file = self.beside.find(path)
        if file is None:
            return None
        attached = self._attach(file, PurePath(path).name)
        return None if attached is None else target_of(attached.name)

    def _attach(self, file: Path, name: str) -> Attached | None:
        try:
            if not 0 < file.stat().st_size <= self.max_mb * _CHUNK:
                return None
            with file.open("rb") as stream:
                if not inspect(stream).is_shown:
                    return None
                digest = hashlib.sha256()
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
        except OSError:
            return None
        sha256 = digest.hexdigest()
        known = next((each for each in self.found.values() if each.sha256 == sha256), None)
        if known is not None or len(self.found) >= MOST:
            return known
        attached = Attached(free_name(clean_name(name), self.found), file, sha256)
        self.found[attached.name] = attached
        return attached


def free_name(name: str, taken: Collection[str]) -> str:
    """Return the name, or with a number where it is taken."""
    path = PurePath(name)
    numbered = (f"{path.stem} ({number}){path.suffix}" for number in range(2, len(taken) + 3))
    return next(each for each in (name, *numbered) if each not in taken)


def fitted(session: Session, source: Source, draft: Draft) -> tuple[Draft, bool]:
    """Name the images of a draft as the note there is can hold them; say whether any of them is new to it.

    One that somebody put into the bin of the note stays there and is not new, unless that was an undone import.
    """
    live = {each.name: each.sha256 for each in attachments_of(session, source)}
    names = {sha256: name for name, sha256 in live.items()}
    back = {each.id for each in _taken_back(session, source)}
    binned = {each.sha256 for each in attachments_of(session, source, binned=True) if each.id not in back}
    taken = set(live)
    kept, is_new = [], False
    for each in draft.attached:
        name = names.get(each.sha256) or (free_name(each.name, taken) if each.name in taken else each.name)
        draft = draft if name == each.name else _renamed(draft, each.name, name)
        taken.add(name)
        if each.sha256 in names or each.sha256 not in binned:
            kept.append(replace(each, name=name))
        is_new = is_new or (each.sha256 not in names and each.sha256 not in binned)
    return replace(draft, attached=kept), is_new


def kept_images(draft: Draft, folder: Path, *, max_mb: int) -> Draft:
    """Copy the images of a draft into the instance, before the transaction that will name them."""
    attached = []
    for each in draft.attached:
        try:
            with each.path.open("rb") as stream:
                attached.append(replace(each, kept=keep_bytes(stream, folder, max_mb=max_mb)))
        except (FileNotFoundError, Invalid):  # gone, or emptied, since it was looked at
            continue
    return replace(draft, attached=attached)


def add_images(session: Session, caller: Caller, source: Source, attached: Sequence[Attached]) -> list[int]:
    """Add the images to the note's source; those that are there already stay as they are. Returns ids of the new.

    One that an undone import put into the bin is taken out of it, rather than added once more.
    """
    before = {each.id for each in attachments_of(session, source)}
    wanted = {(each.name, each.sha256) for each in attached}
    for each in _taken_back(session, source):
        if (each.name, each.sha256) in wanted:
            restore_attachment(session, caller, source, each)
            wanted.discard((each.name, each.sha256))
    there = [
        add_attachment(session, caller, source, name=each.name, kept=each.kept).id
        for each in attached
        if each.kept is not None
    ]
    return [one for one in dict.fromkeys(there) if one not in before]


def _taken_back(session: Session, source: Source) -> list[Attachment]:
    """Return the files of the note that lie in the bin because an import was undone."""
    kept = session.scalars(
        select(ImportItem.undone)
        .join(Entry, Entry.id == ImportItem.entry_id)
        .where(Entry.source_id == source.id, ImportItem.status == "updated")
    )
    moments = {one for undone in kept for one in undone.get("files", {}).items()}
    return [
        each
        for each in (attachments_of(session, source, binned=True) if moments else ())
        if each.deleted is not None and (str(each.id), each.deleted.isoformat()) in moments
    ]


def _renamed(draft: Draft, old: str, new: str) -> Draft:
    """Let the texts of a draft call an image by another name."""
    was, becomes = f"({target_of(old)})", f"({target_of(new)})"
    draft.entry.body = draft.entry.body.replace(was, becomes)
    comments = [replace(each, text=each.text.replace(was, becomes)) for each in draft.comments]
    return replace(draft, comments=comments)
