"""Text that has to stand in one line: names, subjects and headers."""

from __future__ import annotations


def one_line(text: str) -> str:
    """Give the text in one line: signs that cannot be shown, line ends among them, are blanks; one blank is enough."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
