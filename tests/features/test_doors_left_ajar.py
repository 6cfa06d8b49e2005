"""What must not be learned or changed by a side door: hidden numbers, hidden comments, codings of a closed round."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from docx import Document

from kmwiki.coding import service as coding
from kmwiki.coding.codebook.examples import add_example
from kmwiki.coding.codebook.paper import codebook_paper
from kmwiki.coding.models import Code, Coding
from kmwiki.coding.round_models import CodingRound
from kmwiki.comments.service import add_comment, bin_comment
from kmwiki.db import session as reading
from kmwiki.db import transaction
from kmwiki.entries.models import Entry
from kmwiki.errors import Conflict, Invalid, NotFound
from kmwiki.quotes import service as quotes
from kmwiki.rounds import service as rounds
from kmwiki.rounds import settling
from kmwiki.rounds.schemas import DecisionIn, RoundIn
from kmwiki.security.policy import Role
from kmwiki.sources.models import Source
from tests.make_coding import make_desk
from tests.make_memos import make_memo
from tests.make_rounds import make_bench

if TYPE_CHECKING:
    from tests.make import Make


def test_quoting_tells_a_reader_no_digit_of_a_hidden_number(make: Make) -> None:
    desk = make_desk(make, body="โทรหาป้าสมมุติที่ 081-234-5678 ได้ทุกวัน")
    reader = make.member(desk.project, Role.READER)
    start = desk.text().index("081")
    for low, high in ((start, start + 5), (start + 5, start + 12), (start - 1, start + 12)):
        with transaction() as s, pytest.raises(Invalid) as caught:
            quotes.pin(s, reader, s.get_one(Source, desk.source_id), start=low, end=high, quote="x")
        told = str(caught.value.fields["quote"].values["found"])
        assert not any(sign.isdigit() for sign in told)
        words = desk.text()[low:high]
        with transaction() as s, pytest.raises(Invalid):  # a right guess is no better than a wrong one
            quotes.pin(s, reader, s.get_one(Source, desk.source_id), start=low, end=high, quote=words)


def test_a_decision_stands_on_no_words_that_its_maker_may_not_read(make: Make) -> None:
    bench = make_bench(make)
    memo = make_memo(bench.project, bench.boss, f"entry:{bench.entries[0].id}", body="คิดเอง", visibility="private")
    with transaction() as s:
        root = s.get_one(Source, bench.entries[0].source_id)
        said = add_comment(s, bench.boss, root, body="ถอนแล้ว")
        bin_comment(s, bench.boss, said)
    one = bench.code(bench.a, "กลุ่มออมเงินทุกเดือน", "การออม")
    bench.code(bench.b, "หนี้ของครัวเรือน", "หนี้สิน")
    bench.close()
    for hidden, who in ((memo.source_id, bench.a), (memo.source_id, bench.boss), (said.source_id, bench.boss)):
        spot = {"source_id": hidden, "start": 0, "end": 2, "quote": "x", "code_id": bench.codes["แกนนำ"]}
        data = DecisionIn.model_validate({"codings": [one], "choice": "other", "reason": "คุยแล้ว", "spots": [spot]})
        with transaction() as s, pytest.raises(NotFound):
            settling.settle(s, who, s.get_one(CodingRound, bench.round_id), data)


def test_a_decision_on_a_text_that_one_codes_blind_now_is_not_told_nor_taken_back(make: Make) -> None:
    bench = make_bench(make)
    one = bench.code(bench.a, "กลุ่มออมเงินทุกเดือน", "การออม")
    bench.code(bench.b, "หนี้ของครัวเรือน", "หนี้สิน")
    bench.close()
    data = DecisionIn.model_validate({"codings": [one], "choice": "all", "reason": "คุยกันแล้ว"})
    with transaction() as s:
        decision = settling.settle(s, bench.boss, s.get_one(CodingRound, bench.round_id), data)[0].id
    with transaction() as s:
        again = RoundIn(name="สอง", entry_ids=[bench.entries[0].id], coder_ids=[bench.a.user_id, bench.b.user_id])
        rounds.create_round(s, bench.boss, bench.project, again)
    with transaction() as s, pytest.raises(NotFound):
        settling.undo(s, bench.b, s.get_one(CodingRound, bench.round_id), decision)
    with transaction() as s:
        assert settling.undo(s, bench.boss, s.get_one(CodingRound, bench.round_id), decision).undone is not None


def test_splitting_a_code_leaves_the_codings_of_rounds_alone(make: Make) -> None:
    bench = make_bench(make)
    one = bench.code(bench.a, "กลุ่มออมเงินทุกเดือน", "การออม")
    bench.close()
    with transaction() as s:
        code, into = (s.get_one(Code, bench.codes[name]) for name in ("การออม", "แกนนำ"))
        with pytest.raises(Conflict):
            coding.split_code(s, bench.a, code, into, [one])
    with reading() as s:
        assert s.get_one(Coding, one).code_id == bench.codes["การออม"]


def test_the_codebook_on_paper_masks_the_title_of_an_example_too(make: Make) -> None:
    desk = make_desk(make)
    one = desk.add("กองทุนของเรา")
    with transaction() as s:
        s.get_one(Entry, desk.entry.id).title = "วงคุยกับป้าสมมุติ 081-234-5678"
        add_example(s, desk.coder, s.get_one(Code, desk.code.id), one.id)
    told = {}
    for role in (Role.READER, Role.RESEARCHER):
        with reading() as s:
            paper = codebook_paper(s, make.member(desk.project, role), desk.project)
        told[role] = "\n".join(each.text for each in Document(io.BytesIO(paper)).paragraphs)
    assert "วงคุยกับป้าสมมุติ" in told[Role.READER]
    assert "234" not in told[Role.READER]
    assert "081-234-5678" in told[Role.RESEARCHER]
