"""Likeness of passages: one to itself, nothing to strangers, and good enough on the demo's codings to be of help."""

from __future__ import annotations

import tomllib
from collections import defaultdict

import numpy as np
import pytest

from kmwiki.coding.batches.similar import BOOK_WEIGHS, NEIGHBOURS
from kmwiki.paths import PACKAGE
from kmwiki.text.likeness import LONGEST, Likeness, features

SAVING = "ชาวบ้านออมเงินวันละบาทเข้ากองทุนหมู่บ้าน"
DEBT = "เรายังเป็นหนี้นอกระบบกับเถ้าแก่ในตลาด"


def test_a_passage_is_most_like_itself_then_like_its_kin() -> None:
    known = Likeness([features(SAVING), features(DEBT), features("")])
    near = known.to(features(SAVING))
    assert near[0] == pytest.approx(1, abs=1e-5)
    assert near[1] < 0.2
    assert near[2] == 0
    kin = known.to(features("ป้าออมเงินทุกวันเข้ากองทุน"))
    assert kin[0] > 3 * kin[1]


def test_digits_and_spelling_within_reason_make_no_strangers() -> None:
    known = Likeness([features("ออมวันละ ๑๐ บาท ๕๐ คน")])
    assert known.to(features("ออมวันละ 10 บาท 50 คน"))[0] == pytest.approx(1, abs=1e-5)
    assert Likeness([features("บูรณาการกองทุน")]).to(features("บุรณาการกองทุน"))[0] > 0.3


@pytest.mark.parametrize("text", ["", " \n", "😀", "ก", "\u0e48\u0e48", "x" * (3 * LONGEST), "\x00"])
def test_any_text_can_be_compared(text: str) -> None:
    near = Likeness([features(text), features(SAVING)]).to(features(text))
    assert np.isfinite(near).all()
    assert ((near >= 0) & (near < 1.001)).all()
    assert Likeness([]).to(features(text)).shape == (0,)


def test_on_the_demo_every_second_time_the_code_that_a_person_chose_is_among_five() -> None:
    """Each coding left out in turn, with all that stand on words which hold its own or are held by them."""
    demo, book = PACKAGE / "demo" / "entries", PACKAGE / "coding" / "codebook" / "starter_codebook.toml"
    rows = [
        (coding["code"], coding["quote"])
        for file in sorted(demo.glob("*.toml"))
        for coding in tomllib.loads(file.read_text(encoding="utf-8")).get("coding", ())
    ]
    codes = [code for code in tomllib.loads(book.read_text(encoding="utf-8"))["code"] if code.get("is_codable", True)]
    said = [
        "\n".join((code["name_th"], *code["aliases"], code["definition"], code["include"], code["example"]))
        for code in codes
    ]
    parts = [features(quote) for _, quote in rows]
    known, of_book = Likeness(parts), Likeness([features(each) for each in said])
    hits = 0
    for (chosen, quote), wanted in zip(rows, parts, strict=True):
        scores: dict[str, float] = defaultdict(float)
        near = known.to(wanted)
        others = [at for at in np.argsort(-near) if rows[at][1] not in quote and quote not in rows[at][1]]
        for at in others[:NEIGHBOURS]:
            scores[rows[at][0]] += near[at] ** 2
        for code, likeness in zip(codes, of_book.to(wanted), strict=True):
            scores[code["key"]] += BOOK_WEIGHS * likeness**2
        hits += chosen in sorted(scores, key=lambda code: -scores[code])[:5]
    assert hits / len(rows) > 0.45
