"""What is kept of the database between searches, and how surely it is forgotten."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kmwiki import db
from kmwiki.accounts.models import Project
from kmwiki.search import kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest
    from sqlalchemy.orm import Session

    from tests.make import Make


def count(session: Session) -> int:
    """Count the projects."""
    return session.scalar(select(func.count()).select_from(Project)) or 0


def test_an_answer_is_kept_until_anybody_commits_anything(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def read(session: Session) -> int:
        asked.append(1)
        return count(session)

    known: kept.Kept[int] = kept.Kept(2)
    before = known.of("projects", read)
    assert known.of("projects", read) == before
    assert len(asked) == 1
    make.project("village")
    assert known.of("projects", read) == before + 1
    for key in ("a", "b", "c"):
        known.of(key, read)
    assert len(known) == 2
    with kept.one_moment():
        assert known.of("c", read) == before + 1
        opened = db.watching
        monkeypatch.setattr(kept, "watching", None)  # within a moment nobody looks for changes again
        assert known.of("c", read) == before + 1
        monkeypatch.setattr(kept, "watching", opened)
        make.project("faraway")
        assert known.of("new", read) == before + 2  # what was not kept is read as it is
    assert known.of("c", read) == before + 2
    known.forget()
    assert len(known) == 0


def test_nothing_is_kept_where_the_database_cannot_tell(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    make.project("village")

    @contextmanager
    def silent() -> Iterator[tuple[Session, None]]:
        with db.session() as session:
            yield session, None

    monkeypatch.setattr(kept, "watching", silent)
    known: kept.Kept[int] = kept.Kept(2)
    with kept.one_moment():
        assert known.of("projects", count) == known.of("projects", count)
    assert len(known) == 0
