"""Reading a whole page: `parse`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmwiki.errors import Message, say
from kmwiki.formats.gotoknow.comments import read_comments
from kmwiki.formats.gotoknow.frame import Frame, find_frame, read_heading
from kmwiki.formats.gotoknow.lines import Line, has_markup, split_lines, strip_markup
from kmwiki.formats.gotoknow.model import Found, Page
from kmwiki.formats.gotoknow.opening import HEADER_FIELDS, Opening, read_opening

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmwiki.formats.gotoknow.labels import Labels
    from kmwiki.formats.gotoknow.model import Layout, PageComment

_LOW = 0.6


def parse(text: str) -> Page:
    """Read a page saved as text, with line feeds. Any other text comes back whole, layout "plain", with a warning."""
    is_marked_up = has_markup(text)
    frame = find_frame(strip_markup(text) if is_marked_up else split_lines(text))
    opening = read_opening(frame.lines[: frame.text_end], frame.labels)
    warnings: list[Message] = []
    if is_marked_up:
        warnings.append(say("The text held HTML tags; they were made readable. The original file is kept as it was."))
    if "\ufffd" in text:
        warnings.append(
            say("The file holds %(count)s characters that were lost before it came here.", count=text.count("\ufffd"))
        )
    layout = _layout(frame, opening)
    if layout == "plain":
        return _plain(frame, opening, warnings)
    count = frame.heading.count if frame.heading else None
    comments = read_comments(frame.lines[slice(*frame.rest)], count, is_last_glued=frame.is_last_glued)
    labels = frame.labels.joined(opening.labels)
    body, body_lines = _body(frame.lines[opening.body_at : frame.text_end])
    warnings.extend(_warn(frame, opening, labels))
    warnings.extend(_warn_of_comments(frame, comments))
    return Page(
        layout=layout,
        title=opening.title,
        lead=opening.lead,
        lead_line=opening.lead_line,
        body=body,
        body_lines=body_lines,
        **{name: getattr(labels, name) for name in HEADER_FIELDS},
        comment_count=count,
        comments=comments,
        meta_line=frame.meta_lines[0] if frame.meta_lines else None,
        footer_from=frame.footer_from,
        warnings=tuple(warnings),
        provenance=_provenance(frame, opening, body_lines, comments),
    )


def _layout(frame: Frame, opening: Opening) -> Layout:
    kind = frame.labels.joined(opening.labels).record_kind
    if kind in {"journal", "question"}:
        return kind
    if kind == "post":
        return "header" if opening.labels.is_anchor else "post"
    if opening.kind == "question" or (frame.heading is not None and frame.heading.is_answers):
        return "question"
    if opening.kind == "journal" and (opening.labels.is_anchor or frame.labels.is_anchor or frame.heading is not None):
        return "journal"
    if opening.labels.is_anchor:
        return "header"
    is_post = (
        frame.labels.is_anchor or frame.heading is not None or frame.footer_from is not None or opening.is_platform_s
    )
    return "post" if is_post else "plain"


def _plain(frame: Frame, opening: Opening, warnings: list[Message]) -> Page:
    body, body_lines = _body(frame.lines)
    warnings.append(say("This is no page that the importer knows: it was read as plain text."))
    provenance = {"body": Found("text", body_lines)}
    if opening.title is not None:
        provenance["title"] = Found("guess", opening.provenance["title"].lines)
    return Page("plain", opening.title, None, None, body, body_lines, warnings=tuple(warnings), provenance=provenance)


def _body(lines: Sequence[Line]) -> tuple[str, tuple[int, int] | None]:
    """Return the lines as they are, without the empty ones at both ends; a line of no-break spaces is not empty."""
    start, end = 0, len(lines)
    while start < end and not lines[start].text:
        start += 1
    while end > start and not lines[end - 1].text:
        end -= 1
    if start == end:
        return "", None
    return "\n".join(line.text for line in lines[start:end]), (lines[start].no, lines[end - 1].no)


def _warn(frame: Frame, opening: Opening, labels: Labels) -> list[Message]:
    warnings = []
    if opening.title is None:
        warnings.append(say("The page has no title; its first words stand in for one."))
    if opening.doubted is not None:
        first, last = opening.doubted
        warnings.append(
            say(
                "Lines %(first)s to %(last)s were read as the page's header and left out of its text. Is that right?",
                first=first,
                last=last,
            )
        )
    times = opening.labels.written, frame.labels.written
    if times[0] and times[1] and times[0].when.date() != times[1].when.date():
        warnings.append(
            say(
                "The page's header dates it %(head)s, its data %(foot)s; the data were taken.",
                head=times[0].words,
                foot=times[1].words,
            )
        )
    if not labels.is_anchor:
        warnings.append(say("The page has no line with its record number and times."))
    if frame.unread:
        numbers = ", ".join(str(number) for number in frame.unread)
        warnings.append(
            say("Lines %(numbers)s between the page's data and its comments were left out.", numbers=numbers)
        )
    return warnings


def _warn_of_comments(frame: Frame, comments: Sequence[PageComment]) -> list[Message]:
    warnings = []
    expected = frame.heading.count if frame.heading else None
    if expected is not None and len(comments) < expected:
        warnings.append(
            say(
                "The heading counts %(expected)s comments, but only %(found)s could be told apart.",
                expected=expected,
                found=len(comments),
            )
        )
    elif any(comment.may_be_several for comment in comments):
        warnings.append(
            say("There seem to be more comments than the %(expected)s that the heading counts.", expected=expected)
        )
    elif expected is None and comments:
        warnings.append(say("The page does not say how many comments it has; they were cut by their wording."))
    elif any(comment.confidence < _LOW for comment in comments):
        numbers = ", ".join(str(number) for number, comment in enumerate(comments, 1) if comment.confidence < _LOW)
        warnings.append(say("Where comments %(numbers)s begin or end is uncertain.", numbers=numbers))
    if (
        frame.heading is not None
        and frame.heading.count == 0
        and any(not line.is_blank and read_heading(line.text, 0) is None for line in frame.lines[slice(*frame.rest)])
    ):
        warnings.append(say("The page says that it has no comments; the lines below were left out."))
    return warnings


def _provenance(
    frame: Frame, opening: Opening, body_lines: tuple[int, int] | None, comments: Sequence[PageComment]
) -> dict[str, Found]:
    found = dict(opening.provenance)
    if body_lines is not None:
        found["body"] = Found("text", body_lines)
    if frame.meta_lines is not None:
        at = Found("text", frame.meta_lines)
        found.update({name: at for name in HEADER_FIELDS if getattr(frame.labels, name)})
    if frame.heading is not None and frame.heading.count is not None:
        no = frame.lines[frame.heading.at].no
        found["comment_count"] = Found("text", (no, no))
    if comments:
        found["comments"] = Found("guess", (comments[0].lines[0], comments[-1].lines[1]))
    return found
