"""Text in one line."""

from __future__ import annotations

import pytest

from kmwiki.text.lines import one_line


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  กองทุน \t ตำบล\r\nBcc: a@example.org ", "กองทุน ตำบล Bcc: a@example.org"),
        ("ก\u202eข\u200bค\x00", "ก ข ค"),
        ("น้ำใจ 😀", "น้ำใจ 😀"),
        ("\n\x07 ", ""),
    ],
)
def test_nothing_but_what_can_be_shown_stays_and_one_blank_is_enough(given: str, kept: str) -> None:
    assert one_line(given) == kept
