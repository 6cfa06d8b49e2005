"""Passwords: hashes that hold, the same work for everybody, and what a new one must be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from argon2 import PasswordHasher
from argon2.low_level import Type

from kmwiki.errors import Invalid
from kmwiki.security import passwords
from kmwiki.security.weak import is_common, most_used

if TYPE_CHECKING:
    from collections.abc import Iterator

GOOD = "หมอนสีฟ้ากับทะเล"


class Counting(PasswordHasher):
    """A hasher that writes down what it compares."""

    compared: list[str]

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - argon2's name
        """Compare, and remember the stored hash."""
        self.compared.append(str(hash))
        return super().verify(hash, password)


@pytest.fixture
def counting() -> Iterator[list[str]]:
    """The hashes that were compared, in order."""
    hasher = Counting(time_cost=1, memory_cost=8, parallelism=1)
    hasher.compared = []
    before = passwords.tune(hasher)
    yield hasher.compared
    passwords.tune(before)


@pytest.fixture
def stronger() -> Iterator[None]:
    """From here on hashes are made with other parameters."""
    before = passwords.tune(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    yield
    passwords.tune(before)


def test_a_right_password_is_right_and_a_wrong_one_is_not() -> None:
    stored = passwords.hash_password(GOOD)
    assert passwords.verify(stored, GOOD).is_right
    assert not passwords.verify(stored, GOOD + " ").is_right
    assert not passwords.verify(stored, "").is_right


def test_a_hash_is_argon2id_salted_and_holds_no_password() -> None:
    first, second = passwords.hash_password(GOOD), passwords.hash_password(GOOD)
    assert first.startswith("$argon2id$")
    assert first != second
    assert GOOD not in first


def test_the_parameters_in_force_are_above_the_recommended_least() -> None:
    hasher = passwords.shipped()
    assert hasher.type is Type.ID
    assert hasher.time_cost >= 2
    assert hasher.memory_cost >= 19 * 1024


def test_the_same_letters_written_in_two_ways_are_one_password() -> None:
    stored = passwords.hash_password("น้ำใจ" * 3)
    decomposed = "น้\u0e4d\u0e32ใจ"
    assert decomposed != "น้ำใจ"
    assert passwords.verify(stored, decomposed * 3).is_right


def test_no_account_costs_one_comparison_like_any_other(counting: list[str]) -> None:
    assert not passwords.verify(None, GOOD).is_right
    assert len(counting) == 1


def test_the_decoy_is_nobodys_password() -> None:
    assert not passwords.verify(None, "nobody has this password").is_right


def test_an_absurdly_long_password_is_refused_unhashed(counting: list[str]) -> None:
    assert not passwords.verify(passwords.hash_password(GOOD), "x" * 513).is_right
    assert counting == []


def test_a_broken_hash_in_the_database_lets_nobody_in() -> None:
    assert not passwords.verify("not a hash", GOOD).is_right
    assert not passwords.verify("$argon2id$v=19$m=8,t=1,p=1$YWJj$", GOOD).is_right


def test_a_hash_of_old_parameters_is_renewed_after_a_right_password(stronger: None) -> None:
    del stronger
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)
    verdict = passwords.verify(old, GOOD)
    assert verdict.is_right
    assert verdict.renewed
    assert passwords.verify(verdict.renewed, GOOD) == passwords.Verdict(is_right=True)
    assert passwords.verify(old, "wrong").renewed is None


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("", "at least 10"),
        ("สั้นไป", "at least 10"),
        (" " * 20, "at least 10"),
        ("x" * 513, "at most 512"),
        ("Somchai@Example.org", "your own"),
        ("สมชาย ใจดีมาก", "your own"),
        ("1212121212", "same few"),
        ("กขกขกขกขกข", "same few"),
        ("Password2024!", "guessed first"),
        ("1234567890", "guessed first"),
    ],
)
def test_a_poor_password_is_refused_with_the_reason(password: str, words: str) -> None:
    with pytest.raises(Invalid, match=words) as caught:
        passwords.check_new(password, email="somchai@example.org", name="สมชาย ใจดีมาก")
    assert set(caught.value.fields) == {"password"}


@pytest.mark.parametrize("password", [GOOD, "correct horse battery", "ก่อนฝนมา 7 วัน", "x" * 505 + "1234567"])
def test_a_good_password_is_taken(password: str) -> None:
    passwords.check_new(password, email="somchai@example.org", name="สมชาย")


@pytest.mark.parametrize(
    "password",
    [
        "password123456",
        "p@ssw0rd2024",
        "iloveyou123",
        "123iloveyou",
        "manchester1",
        "adminadmin!",
        "qwertyuiop",
        "0987654321",
        "zxcvbnm123",
        "1q2w3e4r5t6y",
        "ฟหกดเ้่าสวง",
        "สวัสดีครับ123",
        "รหัสผ่าน2567",
        "abcabcabcabc",
        "0891234567",
    ],
)
def test_passwords_that_head_every_list_are_known(password: str) -> None:
    assert is_common(password)


@pytest.mark.parametrize("password", ["ทุ่งนาหลังฝน", "correct horse battery", "lamp-river-49-tune", "กขคกขงกขจฉช"])
def test_others_are_not(password: str) -> None:
    assert not is_common(password)


def test_the_list_of_most_used_passwords_is_the_top_three_thousand() -> None:
    assert len(most_used()) == 3000
    assert {"123456", "password", "iloveyou"} <= most_used()


@pytest.mark.parametrize(
    "password", ["mailcreated5240", "Enterprise2569!", "  salamander  ", "42Tinkerbell42", "terminator99"]
)
def test_a_much_used_password_is_refused_however_it_is_dressed(password: str) -> None:
    with pytest.raises(Invalid, match="guessed first"):
        passwords.check_new(password, email="a@example.org", name="ก")


@pytest.mark.parametrize("password", ["salamander on the roof", "purple-kettle-river", "undertakers sing"])
def test_a_much_used_word_among_others_is_no_hindrance(password: str) -> None:
    passwords.check_new(password, email="a@example.org", name="ก")
