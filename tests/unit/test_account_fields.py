"""What people type about themselves and their projects: one form, or a reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmwiki.accounts import fields
from kmwiki.errors import Invalid
from kmwiki.security.policy import Role


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Somchai@Example.ORG", "somchai@example.org"),
        ("  somchai@example.org\n", "somchai@example.org"),
        ("some.chai+km@example.org", "some.chai+km@example.org"),
        ("\u200bsomchai@example.org\ufeff", "somchai@example.org"),
        ("admin@localhost", "admin@localhost"),
        ("สมชาย@ตัวอย่าง.ไทย", "สมชาย@ตัวอย่าง.ไทย"),
        ("SOMCHAI@XN--72C1A1BT4AWK9O.XN--O3CW4H", "somchai@ตัวอย่าง.ไทย"),
    ],
)
def test_an_address_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert fields.clean_email(typed) == kept
    assert fields.find_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "somchai",
        "@example.org",
        "somchai@",
        "somchai@example..org",
        "som chai@example.org",
        "Somchai <somchai@example.org>",
        "somchai@example.org, b@example.org",
        "somchai@example.org\r\nBcc: x@example.org",
        "a" * 65 + "@example.org",
        "somchai@" + "a" * 260 + ".org",
        "som\u202echai@example.org",
        "<script>@example.org",
    ],
)
def test_what_is_no_address_is_refused_and_finds_nobody(typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        fields.clean_email(typed)
    assert "email" in caught.value.fields
    assert isinstance(fields.find_email(typed), str)


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_looking_up_never_fails(typed: str) -> None:
    found = fields.find_email(typed)
    assert found == found.encode().decode()


@given(st.emails())
def test_the_kept_form_stays_what_it_is(typed: str) -> None:
    kept = fields.find_email(typed)
    assert fields.find_email(kept) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  สมชาย   ใจดี ", "สมชาย ใจดี"),
        ("ใบ\u200bข้าว", "ใบข้าว"),
        ("<b>Bold</b>", "<b>Bold</b>"),
        ("O'Neil & Söhne", "O'Neil & Söhne"),
        ("Cafe\u0301", "Café"),
        ("ครู\nนิด", "ครู นิด"),
        ("น้ำ 🙂", "น้ำ 🙂"),
        ("👩\u200d🌾 \U0001fae8", "👩\u200d🌾 \U0001fae8"),
        ("x" * 120, "x" * 120),
    ],
)
def test_a_name_is_one_tidy_line(typed: str, kept: str) -> None:
    assert fields.clean_name(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", " \u200b ", "x" * 121, "admin\u202egnp", "a\u2066b", "a\x00b", "a\x1bb", "\ud800", "a\ue000"]
)
def test_a_hostile_name_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        fields.clean_name(typed)
    assert set(caught.value.fields) == {"name"}


def test_a_description_keeps_its_lines_and_has_an_end() -> None:
    assert fields.clean_description(" บรรทัดหนึ่ง\r\nสอง\rสาม\t ") == "บรรทัดหนึ่ง\nสอง\nสาม"
    for bad in ("x" * 2001, "a\x00", "a\u202eb"):
        with pytest.raises(Invalid) as caught:
            fields.clean_description(bad)
        assert set(caught.value.fields) == {"description"}


@pytest.mark.parametrize(
    ("typed", "kept"), [("demo", "demo"), (" Welfare-South ", "welfare-south"), ("2568", "2568"), ("a" * 63, "a" * 63)]
)
def test_a_short_name_fits_an_address(typed: str, kept: str) -> None:
    assert fields.clean_slug(typed) == kept


@pytest.mark.parametrize("typed", ["", "-a", "a-", "a b", "a/b", "../etc", "โครงการ", "a" * 64, "a\n", "a_b", "é", "²"])
def test_a_short_name_that_does_not_is_refused(typed: str) -> None:
    if typed.strip() == "a":
        assert fields.clean_slug(typed) == "a"
        return
    with pytest.raises(Invalid) as caught:
        fields.clean_slug(typed)
    assert set(caught.value.fields) == {"slug"}


def test_roles_are_read_by_name() -> None:
    assert [fields.read_role(role.label) for role in Role] == list(Role)
    assert fields.read_role(" Owner ") is Role.OWNER
    for bad in ("", "king", "5", "เจ้าของ"):
        with pytest.raises(Invalid, match="owner"):
            fields.read_role(bad)


def test_a_choice_is_one_of_those_offered() -> None:
    assert fields.read_choice("en", fields.LOCALES, "locale") == "en"
    with pytest.raises(Invalid):
        fields.read_choice("de", fields.LOCALES, "locale")
