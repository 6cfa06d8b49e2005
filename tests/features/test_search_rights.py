"""What may be read is asked of the database at every search: what changes there holds at once, in all that shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from kmwiki import db
from kmwiki.entries.access import WHOLE
from kmwiki.entries.models import Entry
from kmwiki.entries.service import bin_entry, restore_entry, set_standing
from kmwiki.search import rights
from kmwiki.security.policy import Caller, Role
from kmwiki.sources.models import Source
from tests.make_search import answer, ask, drain, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from tests.make import Make

CANARY, COMMENT = "นกกางเขนดง", "นกปรอดหัวโขน"


def shown(caller: Caller, project: Project) -> tuple[int, int, int, int]:
    """Return how many hits, notes, facet counts and comments a caller is shown of the canary."""
    found = ask(caller, project, CANARY, mode="exact")
    counted = max((value.count for values in found.facets.values() for value in values), default=0)
    assert found.total == len(found.hits)
    return found.total, found.entries, counted, ask(caller, project, COMMENT, mode="exact").total


SEEN, HIDDEN = (1, 1, 1, 1), (0, 0, 0, 0)


def change(entry: Entry, verb: Callable[[Session, Entry], object]) -> None:
    """Do something to an entry in a transaction."""
    with db.transaction() as session:
        verb(session, session.get_one(Entry, entry.id, options=WHOLE))


def test_every_change_of_what_may_be_read_holds_at_the_next_search(make: Make) -> None:
    project = make.project("village")
    writer = make.member(project, Role.RESEARCHER, user=make.user("คนเขียน"))
    user = make.user("คนอ่าน")
    reader = make.member(project, Role.RESEARCHER, user=user)
    visitor = Caller()
    entry = write(writer, project, f"เห็น{CANARY}", places=["พัทลุง"], status="draft")
    answer(writer, entry, COMMENT)
    write(reader, project, "อื่น ๆ", title="อื่น")
    drain()
    assert shown(writer, project) == SEEN
    assert shown(reader, project) == HIDDEN
    steps: list[tuple[Callable[[Session, Entry], object], tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = [
        (lambda session, one: set_standing(session, writer, one, state="published"), SEEN, SEEN, HIDDEN),
        (lambda session, one: set_standing(session, writer, one, audience="private"), SEEN, HIDDEN, HIDDEN),
        (lambda session, one: set_standing(session, writer, one, audience="supervisors"), SEEN, HIDDEN, HIDDEN),
        (lambda session, one: set_standing(session, writer, one, audience="public"), SEEN, SEEN, SEEN),
        (lambda session, one: bin_entry(session, writer, one), HIDDEN, HIDDEN, HIDDEN),
        (lambda session, one: restore_entry(session, writer, one), SEEN, SEEN, SEEN),
        (lambda session, one: set_standing(session, writer, one, audience="team"), SEEN, SEEN, HIDDEN),
    ]
    for verb, *expected in steps:
        change(entry, verb)  # the index hears of none of it: no job is run
        assert [shown(caller, project) for caller in (writer, reader, visitor)] == expected
    change(entry, lambda session, one: set_standing(session, writer, one, audience="supervisors"))
    assert shown(make.member(project, Role.SUPERVISOR, user=user), project) == SEEN
    assert shown(make.member(project, Role.READER, user=user), project) == HIDDEN
    change(entry, lambda session, one: set_standing(session, writer, one, audience="team"))
    assert shown(reader, project) == SEEN
    assert shown(replace(reader, roles={}), project) == HIDDEN  # no member any more


def test_a_change_behind_the_services_holds_at_once_too(make: Make) -> None:
    project = make.project("village")
    writer = make.member(project, Role.RESEARCHER, user=make.user("คนเขียน"))
    reader = make.member(project, Role.RESEARCHER, user=make.user("คนอ่าน"))
    entry = write(writer, project, CANARY)
    answer(writer, entry, COMMENT)
    drain()
    assert shown(reader, project) == SEEN
    with db.transaction() as session:
        session.execute(update(Source).where(Source.id == entry.source_id).values(audience="private"))
    assert shown(reader, project) == HIDDEN
    assert shown(writer, project) == SEEN


def test_the_database_is_not_asked_again_while_nothing_changes(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make.project("village")
    writer = make.member(project, Role.RESEARCHER, user=make.user())
    asked: list[int] = []
    really = rights._asked  # noqa: SLF001 - what asks the database

    def counted(session: Session, caller: Caller, project_id: int) -> str:
        asked.append(project_id)
        return really(session, caller, project_id)

    monkeypatch.setattr(rights, "_asked", counted)
    first = rights.readable(writer, project.id)
    assert rights.readable(writer, project.id) is first
    assert len(asked) == 1
    rights.readable(replace(writer, roles={}), project.id)
    assert len(asked) == 2
    write(writer, project, "ใหม่")
    assert rights.readable(writer, project.id) != first
    assert len(asked) == 3
    for number in range(2 * rights.MOST_KEPT):
        rights.readable(replace(writer, user_id=1000 + number), project.id)
    assert len(rights.KEPT) <= rights.MOST_KEPT


def test_a_fault_while_the_rights_are_asked_leaves_the_next_search_whole(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make.project("village")
    writer = make.member(project, Role.RESEARCHER, user=make.user())

    def fail(*_: object) -> str:
        raise OSError("the disk is gone")

    with monkeypatch.context() as broken:
        broken.setattr(rights, "_asked", fail)
        with pytest.raises(OSError, match="gone"):
            rights.readable(writer, project.id)
    write(writer, project, CANARY)
    drain()
    assert ask(writer, project, CANARY).total == 1


def test_a_mark_is_another_one_after_every_commit_and_in_another_database(make: Make) -> None:
    with db.watching() as (_, first):
        pass
    with db.watching() as (_, again):
        assert again == first
    make.user()
    with db.watching() as (_, later):
        assert later != first
    db.bind(str(db.engine().url))
    with db.watching() as (_, other):
        assert other not in {first, later}
