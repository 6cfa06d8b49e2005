"""Tables of entries and what is told about them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kmwiki.db import Base
from kmwiki.sources.models import Source


class Entry(Base):
    """A note: what stands around the text of its source. The text itself is the source's head revision."""

    __tablename__ = "entries"
    __table_args__ = (
        UniqueConstraint("project_id", "number"),
        UniqueConstraint("project_id", "origin_key"),
        Index(None, "project_id", "kind"),
        Index(None, "project_id", "event_start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    number: Mapped[int]  # counts from 1 within the project
    kind: Mapped[str]  # a key of entries.kinds.KINDS
    title: Mapped[str]
    title_key: Mapped[str] = mapped_column(default="")  # sorts as Thai does
    lead: Mapped[str] = mapped_column(default="")
    event_start: Mapped[date | None]
    event_end: Mapped[date | None]  # inclusive
    event_precision: Mapped[str | None]  # day | month | year
    event_calendar: Mapped[str | None]  # be | ce
    event_written: Mapped[str | None]  # the words as written
    licence: Mapped[str | None]  # None is "not stated", never "free"
    origin_key: Mapped[str | None]  # what makes a second import find it: `gotoknow:900221`, `sha256:...`
    origin: Mapped[dict[str, Any]] = mapped_column(
        default=dict
    )  # system, layout, record_no, url, written, edited, sha256
    original_id: Mapped[int | None] = mapped_column(ForeignKey("originals.id"))
    provenance: Mapped[dict[str, Any]] = mapped_column(default=dict)  # field -> text | guess | person | default
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)  # the kind's own fields
    written: Mapped[datetime | None]  # when the original was written, if it says so

    source: Mapped[Source] = relationship(lazy="raise")
    places: Mapped[list[EntryPlace]] = relationship(
        order_by="EntryPlace.ord", cascade="all, delete-orphan", lazy="raise"
    )
    authors: Mapped[list[EntryAuthor]] = relationship(
        order_by="EntryAuthor.ord", cascade="all, delete-orphan", lazy="raise"
    )
    tags: Mapped[list[EntryTag]] = relationship(order_by="EntryTag.tag", cascade="all, delete-orphan", lazy="raise")

    def index_keys(self) -> list[str]:
        """An entry is found through its source's document."""
        return [f"source:{self.source_id}"]


class EntryPlace(Base):
    """A place that an entry is about; an entry in two provinces counts in each."""

    __tablename__ = "entry_places"
    __table_args__ = (Index(None, "province_code", "entry_id"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), primary_key=True)
    place_code: Mapped[str] = mapped_column(primary_key=True)  # 2, 4 or 6 digits: province, district, tambon
    province_code: Mapped[str]
    ord: Mapped[int] = mapped_column(default=0)


class EntryAuthor(Base):
    """An author: a member, or only a name as the page gave it."""

    __tablename__ = "entry_authors"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), primary_key=True)
    ord: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class EntryTag(Base):
    """A free tag, kept as typed but for the space around it."""

    __tablename__ = "entry_tags"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True)
