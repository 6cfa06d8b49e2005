"""Blocks as our Markdown, such that it is read back with every character of their text, or as plain text.

What would be taken for Markdown is written with a backslash or as a character reference. Where two ways to stand out
touch each other, the lesser gives way: the text counts for more than its looks.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from kmwiki.formats.html.model import Look

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmwiki.formats.html.model import Block, Run

_INDENT = "    "
_ALWAYS = re.compile(r"[\\`*\[\]]|(?<!\w)_|_(?!\w)")
_REFERENCE = re.compile(r"&(?=#?[0-9A-Za-z]{1,40};)")
_LINE_START = re.compile(r"#{1,6}(?=[ \t]|$)|[-+](?=[ \t]|$)|>|=+[ \t]*$|-+[ \t]*$|~~~|[|:]|\d+(?=\.(?:[ \t]|$))")
_RULE = re.compile(r"[-=*_ \t]+")
_EDGE_BLANKS = re.compile(r"^\s+|\s+$")
_FENCE = re.compile(r"`{3,}")


def to_markdown(blocks: Sequence[Block]) -> str:
    """Write blocks as Markdown."""
    return _blocks(blocks, is_inner=False)


def to_plain(blocks: Sequence[Block]) -> str:
    """Write blocks as plain text: bullets and numbers before items, tabs between cells, addresses behind words."""
    return "\n\n".join(part for block in blocks if (part := _plain_block(block)))


def is_plain(blocks: Sequence[Block]) -> bool:
    """Whether plain text holds all there is to the blocks: paragraphs, and links that are their own address."""
    return all(block.kind == "paragraph" and all(_is_plain(run) for run in block.runs) for block in blocks)


def _is_plain(run: Run) -> bool:
    look = run.look
    return not (run.image or look.bold or look.italic or look.code) and look.link in {"", run.text.strip()}


def _blocks(blocks: Sequence[Block], *, is_inner: bool) -> str:
    return "\n\n".join(part for block in blocks if (part := _block(block, is_inner=is_inner)))


def _block(block: Block, *, is_inner: bool) -> str:
    match block.kind:
        case "heading":
            written = _heading(block, is_inner=is_inner)
        case "paragraph":
            written = _lines(_inline(block.runs))
        case "pre":
            written = _pre(block.text(), is_inner=is_inner)
        case "list":
            written = _list(block)
        case "quote":
            inner = _blocks(block.blocks, is_inner=True)
            written = "\n".join(f"> {line}".rstrip(" ") for line in inner.split("\n"))
        case "table":
            written = _table(block)
        case "rule":
            written = "" if is_inner else "---"
        case _:
            written = _blocks(block.blocks, is_inner=is_inner)
    return written


def _heading(block: Block, *, is_inner: bool) -> str:
    """Write a heading; within a list or a quote it is a bold line."""
    if is_inner:
        bold = [replace(run, look=replace(run.look, bold=True, italic=False)) for run in block.runs]
        return _lines(_inline(bold))
    words = _inline(_on_one_line(block.runs))
    return f"{'#' * block.level} {_edged(words)}{' #' if words.endswith('#') else ''}"


def _list(block: Block) -> str:
    items = [_item(item) for item in block.blocks]
    is_loose = any("\n\n" in item for item in items)
    marks = [f"{block.level + number}. " if block.level else "- " for number in range(len(items))]
    return ("\n\n" if is_loose else "\n").join(mark + item for mark, item in zip(marks, items, strict=True))


def _item(item: Block) -> str:
    """Write an item: its first lines as they are, for they go on from each other; what follows is indented."""
    first, *others = item.blocks
    written = _block(first, is_inner=True)
    if first.kind in {"quote", "table"}:
        written = "\n".join(_first_lines(first))
    is_tight = len(others) == 1 and others[0].kind == "list"
    for other in others:
        written += ("\n" if is_tight else "\n\n") + _indented(_block(other, is_inner=True))
    return written


def _first_lines(block: Block) -> list[str]:
    """Write what an item cannot begin with as lines of text."""
    return [_lines(_inline(_on_one_line(leaf))) for leaf in _leaves(block)]


def _leaves(block: Block) -> list[list[Run]]:
    if block.kind == "table":
        return [cell for row in block.rows for cell in row if cell]
    return [block.runs] if block.runs else [leaf for inner in block.blocks for leaf in _leaves(inner)]


def _indented(text: str) -> str:
    return "\n".join(_INDENT + line if line else line for line in text.split("\n"))


def _pre(text: str, *, is_inner: bool) -> str:
    text = text.expandtabs(4)
    if is_inner or _FENCE.search(text):
        return _lines("\n".join(_escaped(line) for line in text.split("\n") if line.strip()))
    return f"```\n{text}\n```"


def _table(block: Block) -> str:
    rows = [[_cell(runs) for runs in row] for row in block.rows]
    head, *others = rows
    lines = [head, ["---"] * len(head), *others]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(runs: Sequence[Run]) -> str:
    plain = [replace(run, look=replace(run.look, code=False)) for run in _on_one_line(runs)]
    return _edged(_inline(plain).replace("|", "\\|"))


def _on_one_line(runs: Sequence[Run]) -> list[Run]:
    return [replace(run, text=" ") if run.is_break else run for run in runs]


def _lines(text: str) -> str:
    """Write lines so that none begins as a heading, a list or a table would."""
    return "\n".join(_edged(_line_start(line)) for line in text.split("\n"))


def _line_start(line: str) -> str:
    if _RULE.fullmatch(line):
        return re.sub("[-=]", lambda found: f"&#{ord(found[0])};", line)
    found = _LINE_START.match(line)
    if found is None:
        return line
    if found[0][0].isdigit():
        return f"{found[0]}\\{line[found.end() :]}"
    if found[0][0] in "=~:|":
        return f"&#{ord(found[0][0])};{line[1:]}"
    return f"\\{line}"


def _edged(text: str) -> str:
    """Write blanks at both ends as references: what is no plain space would be trimmed."""
    return _EDGE_BLANKS.sub(lambda found: "".join(f"&#{ord(sign)};" for sign in found[0]), text)


def _inline(runs: Sequence[Run]) -> str:
    """Write runs: links around what leads to one place, within them what stands out."""
    written = ""
    for link, group in groupby(_settled(runs), key=lambda run: run.look.link):
        inner = "".join(_run(run) for run in group)
        if link and inner.strip():
            if written.endswith("!"):
                written = f"{written[:-1]}\\!"
            body = inner.strip(" ")
            before, after = inner[: len(inner) - len(inner.lstrip(" "))], inner[len(inner.rstrip(" ")) :]
            written += f"{before}[{body}]({link}){after}"
        else:
            if inner.startswith("![") and written.endswith("!"):
                written = f"{written[:-1]}\\!"
            written += inner
    return written


def _settled(runs: Sequence[Run]) -> list[Run]:
    """Let no two runs that stand out touch: the second goes on as the first, if it may, or stands out no more."""
    settled: list[Run] = []
    for run in runs:
        look = run.look
        if look.code and ("`" in run.text or run.text != run.text.strip() or not run.text.strip()):
            look = replace(look, code=False)
        if look.code:
            look = Look(code=True, link=look.link)
        before = settled[-1] if settled else None
        if before is not None and not before.is_break and _touch(before, run) and (look.bold or look.italic):
            was = before.look
            if was.link == look.link and (was.bold, was.italic) == (look.bold, look.italic):
                settled[-1] = (
                    replace(before, text=before.text + run.text) if not (before.image or run.image) else before
                )
                if not (before.image or run.image):
                    continue
            if was.bold or was.italic:
                look = replace(look, bold=False, italic=False)
        settled.append(replace(run, look=look))
    return settled


def _touch(before: Run, run: Run) -> bool:
    if before.image or run.image or run.is_break:
        return False
    return not before.text[-1:].isspace() and not run.text[:1].isspace()


def _run(run: Run) -> str:
    if run.image:
        return f"![{_escaped(run.text)}]({run.image})"
    if run.is_break:
        return "\n"
    core = run.text.strip()
    if not core:
        return run.text
    start = run.text.index(core)
    before, after = run.text[:start], run.text[start + len(core) :]
    if run.look.code:
        return f"{before}`{core}`{after}"
    marks = "*" * (2 * run.look.bold + run.look.italic)
    return f"{before}{marks}{_escaped(core)}{marks}{after}"


def _escaped(text: str) -> str:
    text = _REFERENCE.sub("&amp;", text)
    return _ALWAYS.sub(lambda found: f"\\{found[0]}", text).replace("<", "&lt;")


def _plain_block(block: Block) -> str:
    match block.kind:
        case "list":
            lines = []
            for number, item in enumerate(block.blocks):
                mark = f"{block.level + number}. " if block.level else "• "
                inner = "\n".join(part for each in item.blocks if (part := _plain_block(each)))
                lines.append(mark + inner)
            return "\n".join(lines)
        case "table":
            return "\n".join("\t".join(_plain_runs(cell) for cell in row) for row in block.rows)
        case "quote" | "item":
            return "\n\n".join(part for each in block.blocks if (part := _plain_block(each)))
        case "rule":
            return ""
        case _:
            return _plain_runs(block.runs)


def _plain_runs(runs: Sequence[Run]) -> str:
    written = ""
    for link, group in groupby(runs, key=lambda run: run.look.link):
        words = "".join(run.text for run in group)
        is_shown = not link or link == words.strip() or not link.startswith(("http://", "https://"))
        written += words if is_shown else f"{words} ({link})"
    return written
