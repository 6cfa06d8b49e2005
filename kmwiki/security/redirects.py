"""Where a page may send the reader on to: only to a path of this very site."""

from __future__ import annotations


def local_path(target: str | None, fallback: str) -> str:
    r"""Return `target` if it is a path of this site, else `fallback`.

    Refused are other hosts in every spelling that browsers understand: `//host`, `/\\host`, `https:host`, and the same
    behind tabs, line ends or other control characters, which browsers drop.
    """
    if not target or not target.startswith("/") or target[1:2] in {"/", "\\"} or "\\" in target:
        return fallback
    if any(ord(sign) < ord(" ") or sign == "\x7f" for sign in target):
        return fallback
    return target
