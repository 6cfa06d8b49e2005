"""Tables of the codebook and of codings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kmwiki.coding import round_models  # noqa: F401 - their tables stand beside these
from kmwiki.db import Base, now


class Code(Base):
    """A code of a project's codebook; `guid` is its identity towards other programs."""

    __tablename__ = "codes"
    __table_args__ = (UniqueConstraint("project_id", "guid"), Index(None, "project_id", "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    guid: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("codes.id"))
    position: Mapped[int] = mapped_column(default=0)  # among its siblings
    name_th: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    definition: Mapped[str] = mapped_column(default="")
    include: Mapped[str] = mapped_column(default="")  # when to use
    exclude: Mapped[str] = mapped_column(default="")  # when not
    example: Mapped[str] = mapped_column(default="")
    color: Mapped[int] = mapped_column(default=1)  # 1..12, the hue
    pattern: Mapped[int] = mapped_column(default=1)  # 1..12
    is_codable: Mapped[bool] = mapped_column(default=True)
    aliases: Mapped[list[str]] = mapped_column(default=list)
    example_codings: Mapped[list[Any]] = mapped_column(default=list)  # ids of codings whose words are live examples
    state: Mapped[str] = mapped_column(default="live")  # live | retired | merged
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("codes.id"))

    def index_keys(self) -> list[str]:
        """A code is found by its names, definition and aliases."""
        return [f"code:{self.id}"]


class CodeAncestor(Base):
    """A code and every code above it, itself included (`depth` 0): what roll-up sums over."""

    __tablename__ = "code_ancestors"

    ancestor_id: Mapped[int] = mapped_column(ForeignKey("codes.id"), primary_key=True)
    code_id: Mapped[int] = mapped_column(ForeignKey("codes.id"), primary_key=True, index=True)
    depth: Mapped[int]


class CodebookChange(Base):
    """One numbered change of a codebook, with its reason."""

    __tablename__ = "codebook_changes"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    verb: Mapped[str]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(default="")
    created: Mapped[datetime] = mapped_column(default=now)
    undoes: Mapped[int | None]  # the number of the change that this one takes back
    kept: Mapped[dict[str, Any] | None]  # which codings went where: what taking it back needs


class CodeVersion(Base):
    """A code as it stood after a change."""

    __tablename__ = "code_versions"

    code_id: Mapped[int] = mapped_column(ForeignKey("codes.id"), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    change_no: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[dict[str, Any]]


class Layer(Base):
    """Whose codings: a coder's `own` in a project, a coder's in a `round`, or the `adjudicated` ones of a round."""

    __tablename__ = "layers"
    __table_args__ = (
        Index(
            "uq_layers_own",
            "project_id",
            "coder_id",
            unique=True,
            sqlite_where=text("kind = 'own'"),
            postgresql_where=text("kind = 'own'"),
        ),
        Index(
            "uq_layers_round",
            "round_id",
            "coder_id",
            unique=True,
            sqlite_where=text("kind = 'round'"),
            postgresql_where=text("kind = 'round'"),
        ),
        Index(
            "uq_layers_adjudicated",
            "round_id",
            unique=True,
            sqlite_where=text("kind = 'adjudicated'"),
            postgresql_where=text("kind = 'adjudicated'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    coder_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(default="own")
    round_id: Mapped[int | None] = mapped_column(ForeignKey("coding_rounds.id"))


NEXT_TOUCH = text("(SELECT coalesce(max(touched), 0) + 1 FROM codings)")
"""A number above that of every change of a coding before, whoever writes and by whatever way."""


class Coding(Base):
    """A passage of a source under a code.

    The evidence (`ev_*`) is what the coder saw and is never rewritten; `start`, `end`, `state` say where it stands in
    the head revision now. A lost coding has no place: null offsets.
    """

    __tablename__ = "codings"
    __table_args__ = (
        Index(None, "layer_id", "source_id", "code_id"),
        Index(None, "project_id", "status", "code_id", "root_id"),
        Index(None, "project_id", "source_id", "start", "end"),
        # Only of those that have one: else it would be taken to look for all that are of no round.
        Index(
            None,
            "round_id",
            "root_id",
            sqlite_where=text("round_id IS NOT NULL"),
            postgresql_where=text("round_id IS NOT NULL"),
        ),
        Index(None, "root_id", "touched"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str]
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), index=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    code_id: Mapped[int] = mapped_column(ForeignKey("codes.id"))
    layer_id: Mapped[int] = mapped_column(ForeignKey("layers.id"))
    coder_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("coding_rounds.id"))  # of a round: not counted elsewhere
    voice: Mapped[str | None]  # informant | author | commenter | document
    memo: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="accepted")  # accepted | auto | proposed
    ev_revision: Mapped[int]
    ev_start: Mapped[int]
    ev_end: Mapped[int]  # exclusive
    ev_quote: Mapped[str]
    start: Mapped[int | None]
    end: Mapped[int | None]
    state: Mapped[str] = mapped_column(default="placed")  # placed | changed | lost
    created: Mapped[datetime] = mapped_column(default=now)
    deleted: Mapped[datetime | None]
    touched: Mapped[int] = mapped_column(default=NEXT_TOUCH, onupdate=NEXT_TOUCH, server_default="0", index=True)

    code: Mapped[Code] = relationship(lazy="raise")

    def index_keys(self) -> list[str]:
        """The codes of a text are a facet of its document."""
        return [f"source:{self.source_id}"]


class Placement(Base):
    """Where a coding stands in one later revision, and who decided so (None: the program)."""

    __tablename__ = "placements"

    coding_id: Mapped[int] = mapped_column(ForeignKey("codings.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    start: Mapped[int | None]
    end: Mapped[int | None]
    state: Mapped[str]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class CodingBatch(Base):
    """Passages that one person put under one code in one go, out of a search: what is accepted or undone together."""

    __tablename__ = "coding_batches"
    __table_args__ = (UniqueConstraint("project_id", "coder_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    coder_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    code_id: Mapped[int] = mapped_column(ForeignKey("codes.id"))
    key: Mapped[str]  # of the form that was sent: sent twice, it is one batch
    query: Mapped[dict[str, Any]]  # the search, as in its address
    unit: Mapped[str]  # match | sentence | paragraph
    voice: Mapped[str | None]
    doubled: Mapped[int] = mapped_column(default=0)  # passages that stood under the code already
    moved: Mapped[int] = mapped_column(default=0)  # passages whose text had changed or gone since the preview
    created: Mapped[datetime] = mapped_column(default=now)
    undone: Mapped[datetime | None]


class BatchCoding(Base):
    """A coding that a batch made, and who has accepted it since."""

    __tablename__ = "batch_codings"

    coding_id: Mapped[int] = mapped_column(ForeignKey("codings.id"), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("coding_batches.id"), index=True)
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    accepted: Mapped[datetime | None]
