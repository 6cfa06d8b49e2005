"""A word that stands only where the reader may not look never shows: not in hits, counts, facets, suggestions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmwiki.db import transaction
from kmwiki.entries.access import WHOLE
from kmwiki.entries.models import Entry
from kmwiki.entries.service import bin_entry, restore_entry, set_standing
from kmwiki.errors import Invalid
from kmwiki.security.policy import Role
from tests.make_search import answer, ask, drain, titles, write

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project
    from kmwiki.search.schemas import SearchOut
    from kmwiki.security.policy import Caller
    from tests.make import Make

CANARY = "นกขมิ้นเหลืองอ่อน"


@pytest.fixture
def project(make: Make) -> Project:
    """An empty project."""
    return make.project("village")


@pytest.fixture
def writer(make: Make, project: Project) -> Caller:
    """Who writes what others may not read."""
    return make.member(project, Role.RESEARCHER, user=make.user("คนเขียน"))


@pytest.fixture
def reader(make: Make, project: Project) -> Caller:
    """Somebody else of the project."""
    return make.member(project, Role.RESEARCHER, user=make.user("คนอ่าน"))


def shows(found: SearchOut) -> bool:
    """Whether anything of an answer tells that the canary is there."""
    counted = sum(value.count for values in found.facets.values() for value in values)
    return bool(found.total or found.entries or found.hits or counted or found.query.suggestion)


HIDDEN = {
    "draft": {"status": "draft"},
    "private": {"visibility": "private"},
    "supervisors": {"visibility": "supervisors"},
    "private draft": {"status": "draft", "visibility": "private"},
    "public draft": {"status": "draft", "visibility": "public"},
}


@pytest.mark.parametrize("given", HIDDEN.values(), ids=HIDDEN.keys())
@pytest.mark.parametrize("mode", ["auto", "all", "exact"])
def test_what_is_hidden_shows_nowhere(
    writer: Caller, reader: Caller, project: Project, given: dict[str, str], mode: str
) -> None:
    entry = write(writer, project, f"เห็น{CANARY}ที่นา", places=["พัทลุง"], kind="aar", **given)
    comment = "นกเขาใหญ่ลายจุด"
    answer(writer, entry, comment)
    write(reader, project, "ไม่มีอะไร", title="อื่น")
    drain()
    assert ask(writer, project, CANARY, mode=mode).total == 1
    assert not shows(ask(reader, project, comment, mode="exact"))
    found = ask(reader, project, CANARY, mode=mode)
    if mode == "exact":
        assert not shows(found)
    # Relaxed or not, the answer is that of a word which stands nowhere at all.
    nowhere = ask(reader, project, CANARY[::-1] if mode == "exact" else "ฆฆฆฏฏฏ", mode=mode)
    assert (found.relaxed, found.total) == (nowhere.relaxed, nowhere.total)
    assert not any(CANARY in snippet.text for hit in found.hits for snippet in hit.snippets)


def test_supervisors_see_what_is_theirs(make: Make, writer: Caller, project: Project) -> None:
    write(writer, project, CANARY, visibility="supervisors")
    drain()
    assert ask(make.member(project, Role.SUPERVISOR), project, CANARY).total == 1
    assert not shows(ask(make.member(project, Role.READER), project, CANARY, mode="exact"))


def test_another_project_is_another_world(make: Make, writer: Caller, project: Project) -> None:
    other = make.project("town")
    both = make.member(other, Role.OWNER, user=make.user())
    write(both, other, CANARY)
    drain()
    assert not shows(ask(writer, project, CANARY, mode="exact"))
    assert ask(both, other, CANARY).total == 1


def test_what_lies_in_the_bin_is_not_found_until_it_is_brought_back(
    writer: Caller, reader: Caller, project: Project
) -> None:
    entry = write(writer, project, "ฝนตก")
    answer(writer, entry, CANARY)
    drain()
    assert ask(reader, project, CANARY).total == 1
    with transaction() as opened:
        bin_entry(opened, writer, reload(opened, entry))
    assert not shows(ask(reader, project, CANARY, mode="exact"))  # at once, before the index hears of it
    drain()
    assert not shows(ask(reader, project, CANARY, mode="exact"))
    with transaction() as opened:
        restore_entry(opened, writer, reload(opened, entry))
    drain()
    assert ask(reader, project, CANARY).total == 1
    assert ask(reader, project, "ฝนตก").total == 1


def test_publishing_a_draft_opens_it_with_its_comments(writer: Caller, reader: Caller, project: Project) -> None:
    entry = write(writer, project, "ฝนตก", status="draft")
    answer(writer, entry, CANARY)
    drain()
    assert not shows(ask(reader, project, CANARY, mode="exact"))
    with transaction() as opened:
        set_standing(opened, writer, reload(opened, entry), state="published")
    assert ask(reader, project, CANARY).total == 1


def test_a_hidden_text_gives_no_suggestion(writer: Caller, reader: Caller, project: Project) -> None:
    for number in range(4):
        write(writer, project, "เรื่อง บูรณาการ ของเรา", title=str(number), visibility="private")
    write(reader, project, "เปิดเผย")
    drain()
    assert ask(writer, project, "บุรณาการ").query.suggestion == "บูรณาการ"
    assert ask(reader, project, "บุรณาการ").query.suggestion is None


def test_facets_leave_out_what_is_hidden(writer: Caller, reader: Caller, project: Project) -> None:
    write(writer, project, "กองทุน", places=["พัทลุง"], kind="aar", visibility="private", authors=["คนลับ"])
    write(writer, project, "กองทุน", title="เปิด", places=["พะเยา"], kind="meeting")
    drain()
    found = ask(reader, project, "กองทุน")
    assert titles(found) == ["เปิด"]
    assert [value.label for value in found.facets["province"]] == ["พะเยา"]
    assert [value.value for value in found.facets["kind"]] == ["meeting"]
    assert "คนลับ" not in [value.label for value in found.facets["author"]]


def test_an_author_of_hidden_texts_alone_is_as_unknown_as_nobody(
    writer: Caller, reader: Caller, project: Project
) -> None:
    write(writer, project, "กองทุน", visibility="private", authors=["คนลับ"])
    write(writer, project, "ฝนตก", authors=["คนเปิดเผย"])
    drain()
    assert ask(writer, project, "กองทุน", author="คนลับ").total == 1
    assert ask(reader, project, "กองทุน", author="คนเปิดเผย").total == 0
    for name in ("คนลับ", "ไม่มีใคร"):
        with pytest.raises(Invalid) as caught:
            ask(reader, project, "กองทุน", author=name)
        assert str(caught.value.fields["author"]) == f"“{name}” is not known here."


def reload(opened: Session, entry: Entry) -> Entry:
    """Load an entry whole into a transaction."""
    return opened.get_one(Entry, entry.id, options=WHOLE)
