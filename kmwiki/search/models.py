"""Tables of a project's dictionary: abbreviations, names and words with what they are also called; its history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kmwiki.db import Base, now


class DictionaryTerm(Base):
    """A term; with `expansion` it is found by either. Without one it is a word that texts are cut by.

    An abbreviation without an expansion says that the product's own one of that name means nothing here.
    """

    __tablename__ = "dictionary_terms"
    __table_args__ = (UniqueConstraint("project_id", "term", "expansion"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    term: Mapped[str]
    expansion: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="abbreviation")  # abbreviation | person | place | term
    created: Mapped[datetime] = mapped_column(default=now)


class DictionaryChange(Base):
    """One term's change. What was changed together (an import, an undo) has one number.

    `before` and `after` are {term, expansion, kind}; None before it was added and after it was removed.
    """

    __tablename__ = "dictionary_changes"
    __table_args__ = (Index(None, "project_id", "no"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    no: Mapped[int]  # counts from 1 within the project
    verb: Mapped[str]  # added | changed | removed | imported | undone
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    reason: Mapped[str] = mapped_column(default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created: Mapped[datetime] = mapped_column(default=now)


class SavedSearch(Base):
    """A search that somebody kept under a name, for themselves or for all members of its project.

    `query` is what stands in the address of the search page: name -> values as typed.
    """

    __tablename__ = "saved_searches"
    __table_args__ = (Index(None, "project_id", "deleted"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str]
    query: Mapped[dict[str, Any]] = mapped_column(JSON)
    is_shared: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime] = mapped_column(default=now)
    changed: Mapped[datetime] = mapped_column(default=now)
    deleted: Mapped[datetime | None]


class SearchWatch(Base):
    """How one person follows a saved search: by the bell, by mail, by a feed. Of a feed's key only the hash is kept."""

    __tablename__ = "search_watches"
    __table_args__ = (Index(None, "user_id"),)

    search_id: Mapped[int] = mapped_column(ForeignKey("saved_searches.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    in_app: Mapped[bool] = mapped_column(default=True)
    mail: Mapped[str] = mapped_column(default="off")  # off | at_once | daily | weekly
    feed_hash: Mapped[str | None] = mapped_column(unique=True)
    is_known: Mapped[bool] = mapped_column(default=False)  # what it finds already is written down; the rest is new
    problem: Mapped[str] = mapped_column(default="")  # why it cannot be evaluated any more, as a message id
    checked: Mapped[datetime | None]  # what was changed before was there already
    mailed: Mapped[datetime] = mapped_column(default=now)  # until when letters have told of it
