"""Cutting the comments of an imported page anew: nothing on them is lost, and all of it can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from kmwiki.accounts.models import Project
from kmwiki.coding.codings import add_coding
from kmwiki.coding.models import Code, Coding
from kmwiki.coding.queries import review_queue
from kmwiki.coding.schemas import CodingIn
from kmwiki.coding.service import save_comment
from kmwiki.comments.models import Comment
from kmwiki.comments.queries import thread
from kmwiki.comments.service import add_comment, bin_comment
from kmwiki.db import session, transaction
from kmwiki.entries.access import entry_for
from kmwiki.entries.models import Entry
from kmwiki.errors import Conflict, Invalid
from kmwiki.events.models import Event
from kmwiki.exchange.importing.models import ImportReview
from kmwiki.exchange.reviewing.board import load_board
from kmwiki.exchange.reviewing.recutting import Recut, recut, undo_recut
from kmwiki.exchange.reviewing.wanted import Wanted
from kmwiki.sources.models import Revision, Source
from tests.features.test_importing import Importer, only, page
from tests.make_html import posts_page

if TYPE_CHECKING:
    from pathlib import Path

    from kmwiki.config import Settings
    from kmwiki.security.policy import Caller
    from tests.make import Make

ONE, TWO, THREE = "สวัสดีค่ะ\n\nอ่านแล้วนึกถึงบ้าน", "กลุ่มที่บ้านมีสมุดสองเล่ม", "สวัสดีครับ\n\nจะกลับมาอ่านอีก"
LINES = [*ONE.split("\n"), "", TWO, "", *THREE.split("\n")]  # 0..8: the cuts stand at 0, 4 and 6


@pytest.fixture
def researcher(make: Make) -> Caller:
    """A researcher of the project `p`."""
    return make.member(make.project("p"))


@pytest.fixture
def bring(settings: Settings, tmp_path: Path, researcher: Caller) -> Importer:
    """Import as the researcher."""
    folder = tmp_path / "files"
    folder.mkdir()
    return Importer(settings, researcher, folder)


class Desk:
    """Cuts the comments of one imported page."""

    def __init__(self, bring: Importer, files: dict[str, str | bytes] | None = None) -> None:
        self.bring, self.caller = bring, bring.caller
        self.entry_id = only(bring(files or {"a.txt": page(comments=(ONE, TWO, THREE))})).entry_id or 0

    def cut(self, starts: list[int], authors: list[str] | None = None, *, unlocked: set[int] = frozenset()) -> Recut:  # type: ignore[assignment]
        """Cut so."""
        with transaction() as opened:
            entry = entry_for(opened, self.caller, self.entry_id)
            board = load_board(opened, self.bring.settings.originals_dir, entry)
            wanted = Wanted(starts, authors or [""] * len(starts), frozenset(unlocked))
            return recut(opened, self.caller, entry, board, wanted, token=board.token)

    def undo(self) -> Recut:
        """Take the newest cut back."""
        with transaction() as opened:
            entry = entry_for(opened, self.caller, self.entry_id)
            return undo_recut(opened, self.caller, entry, load_board(opened, self.bring.settings.originals_dir, entry))

    @property
    def texts(self) -> list[str]:
        """The words of the live comments."""
        with session() as opened:
            sources = [opened.get_one(Source, comment.source_id) for comment in self.comments]
            return [opened.get_one(Revision, (source.id, source.head_no)).body for source in sources]

    @property
    def formats(self) -> list[str]:
        """How the live comments are written."""
        with session() as opened:
            sources = [opened.get_one(Source, comment.source_id) for comment in self.comments]
            return [opened.get_one(Revision, (source.id, source.head_no)).format for source in sources]

    @property
    def comments(self) -> list[Comment]:
        """The live comments of the page."""
        with session() as opened:
            source = opened.get_one(Entry, self.entry_id).source_id
            rows = select(Comment).join(Source, Source.id == Comment.source_id)
            wanted = rows.where(
                Comment.on_source_id == source, Source.deleted.is_(None), Comment.confidence.is_not(None)
            )
            return list(opened.scalars(wanted.order_by(Comment.ord)))

    def code(self, number: int, words: str) -> int:
        """Put a code on words of the comment of that number (from 0)."""
        with transaction() as opened:
            source = opened.get_one(Source, self.comments[number].source_id)
            text = opened.get_one(Revision, (source.id, source.head_no)).reading_text
            code = Code(project_id=source.project_id, guid=f"g{words}", name_th=words)
            opened.add(code)
            opened.flush()
            start = text.index(words)
            wanted = CodingIn(
                code_id=code.id, start=start, end=start + len(words), quote=words, revision=source.head_no
            )
            return add_coding(opened, self.caller, source, wanted)[0].id

    def codings(self) -> dict[str, tuple[int, str, str]]:
        """Where each live coding stands: code -> (number of the comment, state, words there)."""
        places = {comment.source_id: number for number, comment in enumerate(self.comments)}
        found = {}
        with session() as opened:
            for row in opened.scalars(select(Coding).where(Coding.deleted.is_(None))):
                source = opened.get_one(Source, row.source_id)
                text = opened.get_one(Revision, (source.id, source.head_no)).reading_text
                code = opened.get_one(Code, row.code_id).name_th
                found[code] = (places.get(source.id, -1), row.state, text[row.start : row.end] if row.end else "")
        return found

    def answer(self, number: int, body: str) -> int:
        """Answer the comment of that number."""
        with transaction() as opened:
            entry = entry_for(opened, self.caller, self.entry_id)
            return add_comment(opened, self.caller, entry.source, body=body, parent_id=self.comments[number].id).id


@pytest.fixture
def desk(bring: Importer) -> Desk:
    """A page of three comments."""
    return Desk(bring)


def test_the_page_was_read_as_these_tests_think(desk: Desk) -> None:
    with session() as opened:
        review = opened.get_one(ImportReview, desk.entry_id)
        assert [line for _, line in review.region] == LINES
        assert [cut["start"] for cut in review.cuts] == [0, 4, 6]
        assert (review.expected, review.state, review.has_own_cuts) == (3, "open", False)
    assert desk.texts == [ONE, TWO, THREE]


def test_codings_go_with_their_words_and_come_back_when_the_cut_is_taken_back(desk: Desk) -> None:
    for number, words in ((0, "สวัสดีค่ะ"), (0, "นึกถึงบ้าน"), (1, "สมุดสองเล่ม"), (2, "สวัสดีครับ")):
        desk.code(number, words)
    before, ids = desk.codings(), [comment.id for comment in desk.comments]
    done = desk.cut([0, 2, 6], ["แดง", "ดำ", ""])
    assert desk.texts == ["สวัสดีค่ะ", f"อ่านแล้วนึกถึงบ้าน\n\n{TWO}", THREE]
    assert [comment.id for comment in desk.comments] == ids
    assert [comment.author_name for comment in desk.comments] == ["แดง", "ดำ", ""]
    assert (done.comments, done.added, done.binned, done.moved, done.doubtful) == (3, 0, 0, 1, 0)
    assert desk.codings() == {
        "สวัสดีค่ะ": (0, "placed", "สวัสดีค่ะ"),
        "นึกถึงบ้าน": (1, "placed", "นึกถึงบ้าน"),
        "สมุดสองเล่ม": (1, "placed", "สมุดสองเล่ม"),
        "สวัสดีครับ": (2, "placed", "สวัสดีครับ"),
    }
    desk.undo()
    assert desk.texts == [ONE, TWO, THREE]
    assert desk.codings() == before
    assert [comment.author_name for comment in desk.comments] == ["", "", ""]
    with pytest.raises(Conflict, match="no cut"):
        desk.undo()


def test_a_passage_through_which_the_cut_goes_waits_in_the_review_list(desk: Desk, researcher: Caller) -> None:
    desk.code(0, "สวัสดีค่ะ\n\nอ่านแล้ว")
    done = desk.cut([0, 2, 4, 6])
    assert (done.added, done.doubtful) == (1, 1)
    assert desk.codings()["สวัสดีค่ะ\n\nอ่านแล้ว"] == (0, "changed", "สวัสดีค่ะ")
    with session() as opened:
        project = opened.get_one(Entry, desk.entry_id).project_id
        assert review_queue(opened, researcher, project)[1] == 1
    desk.undo()
    assert desk.codings()["สวัสดีค่ะ\n\nอ่านแล้ว"] == (0, "placed", "สวัสดีค่ะ\n\nอ่านแล้ว")
    assert desk.texts == [ONE, TWO, THREE]


def test_joined_comments_keep_their_answers_and_come_apart_as_the_ones_they_were(
    desk: Desk, researcher: Caller
) -> None:
    ids = [comment.id for comment in desk.comments]
    desk.code(1, "สมุดสองเล่ม")
    reply = desk.answer(1, "เล่มไหนคะ")
    done = desk.cut([0, 6])
    assert desk.texts == [f"{ONE}\n\n{TWO}", THREE]
    assert (done.binned, done.moved) == (1, 1)
    with session() as opened:
        assert opened.get_one(Comment, reply).parent_id == ids[0]
        source = opened.get_one(Entry, desk.entry_id).source_id
        shown = [(said.comment.id, said.depth) for said in thread(opened, researcher, source).items]
    assert shown == [(ids[0], 0), (reply, 1), (ids[2], 0)]
    desk.cut([0, 4, 6])
    assert [comment.id for comment in desk.comments] == ids
    assert desk.codings()["สมุดสองเล่ม"] == (1, "placed", "สมุดสองเล่ม")
    assert desk.texts == [ONE, TWO, THREE]


def test_taking_a_join_back_hangs_the_answers_where_they_hung(desk: Desk) -> None:
    reply = desk.answer(1, "เล่มไหนคะ")
    parent = desk.comments[1].id
    desk.cut([0, 6])
    desk.undo()
    with session() as opened:
        assert opened.get_one(Comment, reply).parent_id == parent
    assert desk.texts == [ONE, TWO, THREE]


def test_a_new_comment_stands_at_its_place_in_the_thread(desk: Desk, researcher: Caller) -> None:
    desk.cut([0, 2, 4, 6])
    with session() as opened:
        source = opened.get_one(Entry, desk.entry_id).source_id
        bodies = [said.revision.body for said in thread(opened, researcher, source).items if said.revision]
    assert bodies == ["สวัสดีค่ะ", "อ่านแล้วนึกถึงบ้าน", TWO, THREE]


def test_what_people_edited_or_removed_is_locked_until_they_say_otherwise(desk: Desk, make: Make) -> None:
    with session() as opened:
        project = opened.scalars(select(Project)).one()
    supervisor = make.member(project, "supervisor")
    edited, removed = desk.comments[1], desk.comments[2]
    with transaction() as opened:
        save_comment(opened, supervisor, opened.get_one(Comment, edited.id), body="แก้คำแล้ว", base_no=1)
        bin_comment(opened, supervisor, opened.get_one(Comment, removed.id))
    with pytest.raises(Invalid, match="edited here"):
        desk.cut([0, 6])
    with pytest.raises(Invalid, match="removed here"):
        desk.cut([0, 4, 6, 8])
    assert desk.cut([0, 2, 4, 6]).added == 1
    assert desk.texts == ["สวัสดีค่ะ", "อ่านแล้วนึกถึงบ้าน", "แก้คำแล้ว"]
    desk.cut([0, 4, 6], unlocked={edited.id, removed.id})
    assert desk.texts == [ONE, TWO, THREE]
    with session() as opened:
        bodies = opened.scalars(select(Revision.body).where(Revision.source_id == edited.source_id)).all()
    assert bodies == [TWO, "แก้คำแล้ว", TWO]


def test_a_cut_that_cannot_be_says_why_and_one_made_from_an_old_page_is_stale(desk: Desk) -> None:
    for starts, words in (([], "do not fit"), ([1], "do not fit"), ([0, 99], "do not fit"), ([0, 5, 6], "no words")):
        with pytest.raises(Invalid, match=words):
            desk.cut(starts)
    with pytest.raises(Invalid, match="one author field"):
        desk.cut([0], ["ก", "ข"])
    with pytest.raises(Invalid, match="author of comment 1"):
        desk.cut([0], ["ก" * 300])
    assert not desk.cut([0, 4, 6]).is_changed
    with transaction() as opened:
        entry = entry_for(opened, desk.caller, desk.entry_id)
        board = load_board(opened, desk.bring.settings.originals_dir, entry)
        with pytest.raises(Conflict, match="in the meantime"):
            recut(opened, desk.caller, entry, board, Wanted([0], [""]), token="old")
    with session() as opened:
        assert opened.scalar(select(Event).where(Event.verb == "import.recut")) is None


def test_the_same_file_leaves_a_person_s_cuts_and_a_changed_one_keeps_them(desk: Desk) -> None:
    desk.cut([0, 2, 6], ["แดง", "ดำ", "ขาว"])
    cut = [comment.id for comment in desk.comments]
    own = desk.texts
    assert only(desk.bring({"a.txt": page(comments=(ONE, TWO, THREE))})).status == "unchanged"
    assert desk.texts == own
    changed = page(comments=(ONE, TWO, THREE, "มาอ่านทีหลังค่ะ คุณแดง"), body="เนื้อความใหม่ทั้งหมด")
    assert only(desk.bring({"a.txt": changed})).status == "updated"
    assert desk.texts == [*own, "มาอ่านทีหลังค่ะ คุณแดง"]
    assert [comment.id for comment in desk.comments][:3] == cut
    assert [comment.author_name for comment in desk.comments] == ["แดง", "ดำ", "ขาว", ""]
    with pytest.raises(Conflict, match="imported again"):
        desk.undo()
    desk.cut([0, 4, 6, 9], ["แดง", "", "", ""])
    assert desk.texts == [ONE, TWO, THREE, "มาอ่านทีหลังค่ะ คุณแดง"]


def test_a_page_that_came_in_before_reviews_were_kept_is_read_again(desk: Desk) -> None:
    with transaction() as opened:
        opened.delete(opened.get_one(ImportReview, desk.entry_id))
    desk.cut([0, 6])
    assert desk.texts == [f"{ONE}\n\n{TWO}", THREE]
    with transaction() as opened:
        opened.delete(opened.get_one(ImportReview, desk.entry_id))
        entry = opened.get_one(Entry, desk.entry_id)
        entry.original_id = None
    desk.cut([0], [""])
    assert desk.texts == [f"{ONE}\n\n{TWO}\n\n{THREE}"]


def test_comments_of_an_html_page_stay_markdown_and_codings_stand_on_their_words(bring: Importer) -> None:
    said = (
        "<p>ป้าแดง <b>พูดดี</b> มาก</p><ul><li>ข้าวหอม</li><li>ข้าว<i>เหนียว</i> แพง</li></ul>",
        "<p>ขอบคุณค่ะ</p>",
    )
    html = posts_page(comments=tuple((f"คน {number}", "", words) for number, words in enumerate(said)))
    desk = Desk(bring, {"a.html": html})
    before = desk.texts
    assert desk.formats == ["markdown", "plain"]
    desk.code(0, "พูดดี")
    desk.code(0, "เหนียว แพง")
    desk.cut([0, 2, 5])
    assert desk.texts == ["ป้าแดง **พูดดี** มาก", "- ข้าวหอม\n- ข้าว*เหนียว* แพง", "ขอบคุณค่ะ"]
    assert desk.formats == ["markdown", "markdown", "plain"]
    stood = {"พูดดี": (0, "placed", "พูดดี"), "เหนียว แพง": (1, "placed", "เหนียว แพง")}
    assert {code: (at, state, words) for code, (at, state, words) in desk.codings().items()} == stood
    assert only(bring({"a.html": html.replace("<footer>", "<footer>แก้ ")})).status != "failed"
    assert desk.formats == ["markdown", "markdown", "plain"]
    desk.undo()
    assert (desk.texts, desk.formats) == (before, ["markdown", "plain"])
    assert [words for _, _, words in desk.codings().values()] == ["พูดดี", "เหนียว แพง"]


def test_a_plain_comment_that_was_joined_to_markdown_is_plain_again_when_that_is_taken_back(bring: Importer) -> None:
    html = posts_page(comments=(("ก", "", "<p>มี <b>หนา</b></p>"), ("ข", "", "<p>ดาว * ดวง * หนึ่ง</p>")))
    desk = Desk(bring, {"a.html": html})
    desk.cut([0])
    assert desk.formats == ["markdown"]
    desk.undo()
    assert desk.formats == ["markdown", "plain"]
