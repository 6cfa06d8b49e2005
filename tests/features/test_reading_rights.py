"""Who may read a text: the rule in SQL and the rule in Python are the same, over any rows and any callers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from kmwiki.db import now, transaction
from kmwiki.db import session as reading
from kmwiki.entries.access import entry_for
from kmwiki.errors import Forbidden, NotFound, Unauthenticated
from kmwiki.security.policy import NOBODY, Caller, Permission, Role, can
from kmwiki.sources.access import AUDIENCES, STATES, in_bin_for, may_read, source_for, visible_to
from kmwiki.sources.models import Source
from tests.make_entries import make_entry

if TYPE_CHECKING:
    from tests.make import Make

PEOPLE, PROJECTS = 3, 2
ROLES = st.one_of(st.none(), st.sampled_from(list(Role)))
ROW = st.tuples(
    st.integers(1, PROJECTS),
    st.sampled_from(["entry", "comment", "memo"]),
    st.integers(0, 4),  # which earlier entry it hangs on
    st.sampled_from(AUDIENCES),
    st.sampled_from(STATES),
    st.one_of(st.none(), st.integers(1, PEOPLE)),
    st.booleans(),  # in the bin
)
CALLER = st.builds(
    lambda user, is_admin, roles: Caller(
        user_id=user,
        is_admin=is_admin and user is not None,
        roles={project: role for project, role in enumerate(roles, 1) if role is not None and user is not None},
    ),
    st.one_of(st.none(), st.integers(1, PEOPLE)),
    st.booleans(),
    st.tuples(ROLES, ROLES),
)


@pytest.fixture
def world(make: Make) -> Make:
    for _ in range(PEOPLE):
        make.user()
    for _ in range(PROJECTS):
        make.project()
    return make


def put(rows: list[tuple[int, str, int, str, str, int | None, bool]]) -> None:
    """Write the rows; a comment or memo hangs on an earlier entry of its project, or is an entry if there is none."""
    with transaction() as session:
        session.execute(delete(Source))
        entries: dict[int, list[Source]] = {1: [], 2: []}
        for project, kind, nth, audience, state, author, is_binned in rows:
            roots = entries[project]
            actual = kind if roots or kind == "memo" else "entry"
            source = Source(project_id=project, kind=actual, audience=audience, state=state, author_id=author)
            source.deleted = now() if is_binned else None
            session.add(source)
            session.flush()
            if actual == "entry":
                source.root_id = source.id
                roots.append(source)
            elif kind == "memo" and nth == 0:
                source.root_id = source.id  # a memo on a code or on the project
            elif roots:
                source.root_id = roots[nth % len(roots)].id


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, min_size=1, max_size=12), caller=CALLER)
def test_the_rule_in_sql_and_in_python_agree(
    world: Make, rows: list[tuple[int, str, int, str, str, int | None, bool]], caller: Caller
) -> None:
    del world
    put(rows)
    with reading() as session:
        by_sql = set(session.scalars(select(Source.id).where(visible_to(caller))))
        sources = {source.id: source for source in session.scalars(select(Source))}
    by_python = {each.id for each in sources.values() if may_read(caller, each, sources[each.root_id or each.id])}
    assert by_sql == by_python


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, min_size=1, max_size=8), caller=CALLER)
def test_nobody_reads_what_lies_in_the_bin_and_only_writers_bring_back(
    world: Make, rows: list[tuple[int, str, int, str, str, int | None, bool]], caller: Caller
) -> None:
    del world
    put(rows)
    with reading() as session:
        seen = list(session.scalars(select(Source).where(visible_to(caller))))
        binned = list(session.scalars(select(Source).where(in_bin_for(caller))))
        roots = {source.id: source for source in session.scalars(select(Source))}
    assert all(each.deleted is None for each in seen)
    for each in binned:
        assert each.deleted is not None
        assert can(caller, Permission.WRITE, each.project_id)
        assert each.author_id == caller.user_id or can(caller, Permission.MODERATE, each.project_id)
        root = roots[each.root_id or each.id]
        assert root is each or may_read(caller, root, root)


@pytest.mark.parametrize(
    ("audience", "state", "readers"),
    [
        ("team", "draft", {"author"}),
        ("public", "draft", {"author"}),
        ("private", "published", {"author"}),
        ("supervisors", "published", {"author", "supervisor", "owner", "admin"}),
        ("team", "published", {"author", "reader", "supervisor", "owner", "admin"}),
        ("team", "archived", {"author", "reader", "supervisor", "owner", "admin"}),
        ("public", "published", {"author", "reader", "supervisor", "owner", "admin", "stranger", "visitor"}),
        ("public", "archived", {"author", "reader", "supervisor", "owner", "admin"}),
    ],
)
def test_each_audience_reads_what_it_should(make: Make, audience: str, state: str, readers: set[str]) -> None:
    project = make.project()
    author = make.member(project, Role.RESEARCHER)
    people = {
        "author": author,
        "reader": make.member(project, Role.READER),
        "supervisor": make.member(project, Role.SUPERVISOR),
        "owner": make.member(project, Role.OWNER),
        "admin": make.caller(make.user(is_admin=True)),
        "stranger": make.member(make.project(), Role.OWNER),
        "visitor": NOBODY,
    }
    entry = make_entry(project, author, visibility=audience, status=state)
    with reading() as session:
        seen = set()
        for name, caller in people.items():
            try:
                source_for(session, caller, entry.source_id)
            except NotFound:
                continue
            seen.add(name)
    assert seen == readers


def test_an_author_who_left_the_project_reads_no_draft_of_it(make: Make) -> None:
    project = make.project()
    author = make.member(project, Role.RESEARCHER)
    entry = make_entry(project, author, status="draft")
    gone = Caller(user_id=author.user_id, name=author.name)
    with reading() as session, pytest.raises(NotFound):
        entry_for(session, gone, entry.id)


def test_what_is_invisible_does_not_exist_and_what_is_not_allowed_is_said(make: Make) -> None:
    project = make.project()
    author = make.member(project, Role.RESEARCHER)
    reader = make.member(project, Role.READER)
    entry = make_entry(project, author, visibility="public", status="published")
    hidden = make_entry(project, author, visibility="private", status="published")
    with reading() as session:
        with pytest.raises(NotFound):
            entry_for(session, reader, hidden.id, Permission.WRITE)
        with pytest.raises(Forbidden):
            entry_for(session, reader, entry.id, Permission.WRITE)
        with pytest.raises(Unauthenticated):
            source_for(session, NOBODY, entry.source_id, Permission.COMMENT)
        assert source_for(session, reader, entry.source_id).id == entry.source_id
