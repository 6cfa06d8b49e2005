"""Every setting is documented, with the sentence and the default that the program has."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from kmwiki.config import Settings
from kmwiki.errors import Invalid

README = Path(__file__).resolve().parents[2] / "README.md"


def table() -> dict[str, tuple[str, str]]:
    """Read README's table: variable -> (default, meaning)."""
    rows = [
        line.strip("|").split("|")
        for line in README.read_text(encoding="utf-8").splitlines()
        if line.startswith("| `KMWIKI_")
    ]
    return {cells[0].strip().strip("`"): (cells[1].strip(), cells[2].strip()) for cells in rows}


def test_readme_lists_exactly_the_settings() -> None:
    assert set(table()) == {f"KMWIKI_{item.name.upper()}" for item in fields(Settings)}


@pytest.mark.parametrize("item", fields(Settings), ids=lambda item: item.name)
def test_readme_tells_a_setting_as_the_program_does(item: object) -> None:
    name, meaning, default = item.name, item.metadata["meaning"], item.default  # type: ignore[attr-defined]
    told_default, told_meaning = table()[f"KMWIKI_{name.upper()}"]
    assert told_meaning == meaning
    if isinstance(default, str | int) and default != "":
        assert f"`{default}`" in told_default


def test_the_environment_is_read() -> None:
    made = Settings.from_environment({"KMWIKI_MAX_UPLOAD_MB": "5", "KMWIKI_BASE_URL": "https://km.example.org/"})
    assert (made.max_upload_mb, made.base_url, made.is_https) == (5, "https://km.example.org", True)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("MAX_UPLOAD_MB", "many"),
        ("MAX_UPLOAD_MB", "0"),
        ("MAX_UPLOAD_MB", "๕"),
        ("BASE_URL", "km.example.org"),
        ("MAIL_URL", "mail.example.org"),
        ("TRUSTED_PROXY", "the office"),
        ("TRUSTED_PROXY", "10.0.0.5,"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, text: str) -> None:
    with pytest.raises(Invalid, match=f"KMWIKI_{name}"):
        Settings.from_environment({f"KMWIKI_{name}": text})
