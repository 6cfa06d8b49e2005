"""Rounds for tests: a project with a supervisor, two coders, codes and notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kmwiki.coding import service as coding
from kmwiki.coding.models import Code
from kmwiki.coding.round_models import CodingRound
from kmwiki.coding.schemas import CodingIn
from kmwiki.db import transaction
from kmwiki.rounds import service as rounds
from kmwiki.rounds.schemas import RoundIn
from kmwiki.security.policy import Role
from kmwiki.sources.models import Revision, Source
from tests.make_entries import make_entry

if TYPE_CHECKING:
    from typing import Any

    from kmwiki.accounts.models import Project
    from kmwiki.entries.models import Entry
    from kmwiki.security.policy import Caller
    from tests.make import Make

TEXTS = (
    "ชาวบ้านรวมกลุ่มออมเงินทุกเดือน กลุ่มให้กู้ดอกเบี้ยต่ำ\n\nหนี้ของครัวเรือนลดลงในสองปี ทุกคนพอใจกับผลที่ออกมา",
    "แกนนำเล่าว่าเริ่มจากเงินวันละบาท แล้วค่อยขยายไปทั้งตำบล",
)


@dataclass
class Bench:
    """Who takes part, and what there is to code."""

    project: Project
    boss: Caller
    a: Caller
    b: Caller
    entries: list[Entry]
    codes: dict[str, int]
    round_id: int = 0
    made: list[int] = field(default_factory=list)

    def code(self, who: Caller, words: str, code: str, *, note: int = 0, **more: Any) -> int:
        """Code the first place of these words in a note, in the round unless told otherwise; return the coding's id."""
        more.setdefault("round_id", self.round_id or None)
        with transaction() as session:
            source = session.get_one(Source, self.entries[note].source_id)
            text = session.get_one(Revision, (source.id, source.head_no)).reading_text
            at = text.index(words)
            data = CodingIn(code_id=self.codes[code], start=at, end=at + len(words), quote=words, **more)
            return coding.add_coding(session, who, source, data)[0].id

    def close(self) -> None:
        """Close the round."""
        with transaction() as session:
            rounds.close_round(session, self.boss, session.get_one(CodingRound, self.round_id))


def make_bench(make: Make, *, with_round: bool = True, **more: Any) -> Bench:
    """Make a project with two notes, three codes, two researchers and, unless not wanted, a blind round of them."""
    project = make.project()
    people = [make.member(project, role) for role in (Role.SUPERVISOR, Role.RESEARCHER, Role.RESEARCHER)]
    entries = [
        make_entry(project, people[0], title=f"บันทึกที่ {at}", body=text, body_format="plain", status="published")
        for at, text in enumerate(TEXTS, 1)
    ]
    with transaction() as session:
        codes = [
            Code(project_id=project.id, guid=f"{at}1111111-1111-4111-8111-111111111111", name_th=name)
            for at, name in enumerate(("การออม", "หนี้สิน", "แกนนำ"), 1)
        ]
        session.add_all(codes)
        session.flush()
        ids = {code.name_th: code.id for code in codes}
    bench = Bench(project, people[0], people[1], people[2], entries, ids)
    if with_round:
        with transaction() as session:
            data = RoundIn(
                name="รอบที่หนึ่ง",
                entry_ids=[entry.id for entry in entries],
                coder_ids=[bench.a.user_id, bench.b.user_id],
                **more,
            )
            bench.round_id = rounds.create_round(session, bench.boss, project, data).id
    return bench
