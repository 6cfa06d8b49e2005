"""Tables of what saved searches have found for their people, and of what each of them is to be told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kmwiki.db import Base, now


class KnownHit(Base):
    """A text that a person's search has found already: it is told of once, until it leaves and comes back."""

    __tablename__ = "known_hits"

    search_id: Mapped[int] = mapped_column(ForeignKey("saved_searches.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), primary_key=True)


class KnownCode(Base):
    """A code that a person's search has found already, as `KnownHit` of a text."""

    __tablename__ = "known_codes"

    search_id: Mapped[int] = mapped_column(ForeignKey("saved_searches.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    code_id: Mapped[int] = mapped_column(ForeignKey("codes.id"), primary_key=True)


class Notice(Base):
    """Something that a person is told: a new hit of a saved search, or that it cannot be searched any more.

    A hit is a text or a code; without either the search itself is broken.

    Whether the text may be read is asked whenever the notice is shown, counted or sent; it holds nothing of the text.
    """

    __tablename__ = "notices"
    __table_args__ = (Index(None, "user_id", "read"), Index(None, "post"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    search_id: Mapped[int] = mapped_column(ForeignKey("saved_searches.id"), index=True)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("sources.id"))
    code_id: Mapped[int | None] = mapped_column(ForeignKey("codes.id"))
    in_app: Mapped[bool] = mapped_column(default=True)
    post: Mapped[str] = mapped_column(default="no")  # no | waits | due | sent: whether a letter tells of it
    created: Mapped[datetime] = mapped_column(default=now)
    read: Mapped[datetime | None]
