"""An AAR names its meeting: by number, address or title; shown both ways; nothing told of what one may not read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kmwiki.accounts.models import Project
from kmwiki.db import session as reading
from kmwiki.db import transaction
from kmwiki.entries.access import entry_for
from kmwiki.entries.linking import linked_from, links_of, offered, told_fields
from kmwiki.entries.schemas import EntryIn, EntryPatch
from kmwiki.entries.service import bin_entry, create_entry, save_entry
from kmwiki.errors import Invalid
from kmwiki.security.policy import Role

if TYPE_CHECKING:
    from kmwiki.entries.models import Entry
    from kmwiki.security.policy import Caller
    from tests.make import Make


@pytest.fixture
def project(make: Make) -> Project:
    return make.project("demo")


@pytest.fixture
def writer(make: Make, project: Project) -> Caller:
    return make.member(project)


def write(project: Project, caller: Caller, kind: str, title: str, **told: Any) -> Entry:
    with transaction() as opened:
        data = EntryIn(kind=kind, title=title, **{"status": "published", **told})
        return create_entry(opened, caller, opened.get_one(Project, project.id), data)


@pytest.fixture
def meeting(project: Project, writer: Caller) -> Entry:
    return write(project, writer, "meeting", "ประชุมที่น่าน", event_date="14 ก.พ. 66")


@pytest.mark.parametrize(
    "said",
    [
        1,
        "1",
        "๑",
        "#1",
        "เลขที่ ๑",
        "/p/demo/e/1",
        "http://x.test/p/demo/e/1-ประชุม",
        "1 · ประชุมที่น่าน",
        "ที่น่าน",
        {"number": 1},
    ],
)
def test_a_meeting_is_named_by_number_address_or_title(
    project: Project, writer: Caller, meeting: Entry, said: object
) -> None:
    aar = write(project, writer, "aar", "AAR", fields={"meeting": said})
    assert aar.fields["meeting"] == meeting.number
    with reading() as opened:
        assert {key: each.title for key, each in links_of(opened, writer, aar).items()} == {"meeting": "ประชุมที่น่าน"}
        [group] = linked_from(opened, writer, entry_for(opened, writer, meeting.id))
    assert (group.kind, [each.title for each in group.entries]) == ("aar", ["AAR"])


def test_what_names_no_meeting_is_refused_with_what_to_do(project: Project, writer: Caller, meeting: Entry) -> None:
    write(project, writer, "meeting", "ประชุมที่น่าน ครั้งที่สอง")
    page = write(project, writer, "page", "หน้าความรู้")
    other = "ที่น่า"
    for said, telling in (
        (99, "no note number 99"),
        (page.number, "of another kind"),
        ("ไม่มีประชุมนี้", "None has such a title"),
        (other, "Several have such a title: 1 ประชุมที่น่าน, 2"),
        (True, "Write the number"),
        ("ก" * 501, ""),
    ):
        with pytest.raises(Invalid) as caught:
            write(project, writer, "aar", "AAR", fields={"meeting": said})
        assert list(caught.value.fields) == ["fields.meeting"]
        assert telling in str(caught.value.fields["fields.meeting"])
    assert write(project, writer, "aar", "AAR", fields={"meeting": " ประชุมที่น่าน "}).fields["meeting"] == meeting.number
    assert "meeting" not in write(project, writer, "aar", "AAR", fields={"meeting": "  "}).fields


def test_a_meeting_that_one_may_not_read_is_not_told_and_not_lost(make: Make, project: Project, writer: Caller) -> None:
    secret = write(project, writer, "meeting", "ประชุมลับ", visibility="private")
    aar = write(project, writer, "aar", "AAR", fields={"meeting": secret.number, "came": 3})
    colleague = make.member(project, Role.RESEARCHER)
    with reading() as opened:
        seen = entry_for(opened, colleague, aar.id)
        assert links_of(opened, colleague, seen) == {}
        assert told_fields(opened, colleague, seen) == {"came": 3}
        assert offered(opened, colleague, project.id, "aar") == {"meeting": []}
        assert [each.number for each in offered(opened, writer, project.id, "aar")["meeting"]] == [secret.number]
    for said in (secret.number, "ประชุมลับ"):
        with pytest.raises(Invalid) as caught:
            write(project, colleague, "aar", "ลองเดา", fields={"meeting": said})
        assert "ประชุมลับ" not in str(caught.value.message) or said == "ประชุมลับ"
    with transaction() as opened:
        seen = entry_for(opened, colleague, aar.id)
        save_entry(opened, colleague, seen, EntryPatch(fields={"came": 4}), base_no=1)
    with transaction() as opened:
        seen = entry_for(opened, writer, aar.id)
        assert seen.fields == {"meeting": secret.number, "came": 4}
        save_entry(opened, writer, seen, EntryPatch(fields={"came": 5}), base_no=2)
        assert seen.fields == {"came": 5}  # who sees the link can take it away


def test_an_aar_that_one_may_not_read_is_not_told_on_its_meeting(
    make: Make, project: Project, writer: Caller, meeting: Entry
) -> None:
    write(project, writer, "aar", "AAR ร่าง", fields={"meeting": meeting.number}, status="draft")
    page = write(project, writer, "page", "หน้า")
    colleague = make.member(project, Role.READER)
    with reading() as opened:
        found = entry_for(opened, colleague, meeting.id)
        assert linked_from(opened, colleague, found) == []
        assert len(linked_from(opened, writer, found)) == 1
        assert linked_from(opened, writer, entry_for(opened, writer, page.id)) == []


def test_a_link_to_a_meeting_in_the_bin_stands_still_when_something_else_is_saved(
    project: Project, writer: Caller, meeting: Entry
) -> None:
    aar = write(project, writer, "aar", "AAR", fields={"meeting": meeting.number})
    with transaction() as opened:
        bin_entry(opened, writer, entry_for(opened, writer, meeting.id))
    with transaction() as opened:
        seen = entry_for(opened, writer, aar.id)
        save_entry(opened, writer, seen, EntryPatch(title="AAR ใหม่"), base_no=1)
        assert seen.fields["meeting"] == meeting.number
        assert links_of(opened, writer, seen) == {}
