"""Tables of sources, their immutable revisions, the files that belong to them, and the originals they came from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kmwiki.db import Base, now


class Source(Base):
    """Any text that can be revised, searched, coded and discussed.

    `root_id` is the entry it hangs on (its own id for an entry): audience, state and author of the root decide who
    reads it.
    """

    __tablename__ = "sources"
    __table_args__ = (Index(None, "project_id", "kind", "deleted"), Index(None, "root_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    kind: Mapped[str]  # entry | comment | memo
    root_id: Mapped[int | None] = mapped_column(ForeignKey("sources.id"))
    audience: Mapped[str] = mapped_column(default="team")  # private | supervisors | team | public
    state: Mapped[str] = mapped_column(default="draft")  # draft | published | archived
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    head_no: Mapped[int] = mapped_column(default=0)
    created: Mapped[datetime] = mapped_column(default=now)
    updated: Mapped[datetime] = mapped_column(default=now)
    deleted: Mapped[datetime | None]  # when it was put in the bin
    deleted_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    clearings: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often a number in it was cleared, or no longer: what the index may hold of it changed then."""

    def index_keys(self) -> list[str]:
        """Its document is written anew whenever its rights, state or head change."""
        return [f"source:{self.id}"]


class Revision(Base):
    """One state of a source's text, never changed once written. `no` counts from 1 within the source."""

    __tablename__ = "revisions"

    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str]  # as typed or imported, code point for code point
    format: Mapped[str]  # markdown | plain
    reading_text: Mapped[str]  # plain text in whose code points every offset counts
    blocks: Mapped[list[Any]]  # [{"start", "end", "tag"}] over reading_text
    html: Mapped[str]  # safe, with data-start on every block
    sha256: Mapped[str]  # of reading_text in UTF-8
    meta: Mapped[dict[str, Any]] = mapped_column(default=dict)  # title, lead, fields ... as they stood (entries)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(default="")
    created: Mapped[datetime] = mapped_column(default=now)


class Original(Base):
    """A file as it came in; its bytes lie in the instance under their SHA-256."""

    __tablename__ = "originals"
    __table_args__ = (UniqueConstraint("project_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    sha256: Mapped[str]
    name: Mapped[str]  # the file's name as it was sent
    size: Mapped[int]  # bytes
    encoding: Mapped[str] = mapped_column(default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created: Mapped[datetime] = mapped_column(default=now)


class Attachment(Base):
    """A file that belongs to a source; its bytes lie in the instance under their SHA-256.

    Who may read the source may read it, and nobody else. One in the bin is found by nobody but for bringing it back.
    """

    __tablename__ = "attachments"
    __table_args__ = (Index(None, "source_id", "name"), Index(None, "sha256"))

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    name: Mapped[str]  # as it was sent, but for what cannot be shown; one of a kind among those not in the bin
    sha256: Mapped[str]
    size: Mapped[int]  # bytes
    media_type: Mapped[str]  # told by the content, never by the name
    width: Mapped[int | None]  # pixels, of an image
    height: Mapped[int | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created: Mapped[datetime] = mapped_column(default=now)
    deleted: Mapped[datetime | None]  # when it was put in the bin
    deleted_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class Cleared(Base):
    """Something that looks personal but may be seen and searched in a project, such as the telephone of its office."""

    __tablename__ = "cleared_personal"
    __table_args__ = (UniqueConstraint("project_id", "form"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    text: Mapped[str]  # as it was written
    form: Mapped[str]  # that in which all ways of writing it are equal (`text.personal.plain_form`)
    reason: Mapped[str] = mapped_column(default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created: Mapped[datetime] = mapped_column(default=now)

    def index_keys(self) -> list[str]:
        """The project's codes are looked at anew; the texts it stands in say so themselves (`Source.clearings`)."""
        return [f"codes:{self.project_id}"]
