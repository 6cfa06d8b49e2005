"""Deciding what an import does with one draft: pure, given what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Literal

from rapidfuzz import fuzz

from kmwiki.entries.schemas import EntryPatch, Origin
from kmwiki.errors import N_, Message, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kmwiki.exchange.importing.known import Known, KnownComment
    from kmwiki.exchange.importing.reading import Draft
    from kmwiki.formats.gotoknow import PageComment

_LIKE = 55.0  # of 100: a comment changed rather than another comment
_COMPARED = 4_000  # code points
_META = ("title", "lead", "tags", "authors")
_KEPT = {
    "body": N_("The text of note %(number)s was edited here since; it was kept."),
    "title": N_("The title of note %(number)s was edited here since; it was kept."),
    "lead": N_("The lead of note %(number)s was edited here since; it was kept."),
    "tags": N_("The tags of note %(number)s were edited here since; they were kept."),
    "authors": N_("The authors of note %(number)s were edited here since; they were kept."),
}


@dataclass(frozen=True, slots=True)
class CommentChange:
    """What happens to one comment of the page: it is new (`known` None), has other words, or only another place."""

    parsed: PageComment
    ord: int
    known: KnownComment | None = None
    is_reworded: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with a draft. `patch` is None when the entry's text and description stay."""

    action: Literal["create", "update", "leave"]
    patch: EntryPatch | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)
    comments: Sequence[CommentChange] = ()
    takes_text: bool = False
    """Whether text and description are all the file's: not where people's edits were kept."""
    takes_origin: bool = False
    """Whether the note now stems from these bytes: not while anything of the file was left out for people's edits."""
    warnings: Sequence[Message] = ()
    order: Sequence[KnownComment | None] = ()
    """The comment that each one of the page goes on from; None for a new one."""
    brings_back: bool = False
    """Whether the note is taken out of the bin, into which the undo of an import had put it."""

    @property
    def changes_text(self) -> bool:
        """Whether a word of the entry or of a comment becomes another, or a comment is added."""
        return self.patch is not None or any(
            change.known is None or change.is_reworded or change.known.is_taken_back for change in self.comments
        )


def make_plan(draft: Draft, known: Known | None) -> Plan:
    """Decide. Whatever people changed here since the last import stays as they left it, and the plan says so."""
    if known is None:
        changes = [CommentChange(parsed, number) for number, parsed in enumerate(draft.comments, 1)]
        order = [None] * len(changes)
        return Plan("create", comments=changes, takes_text=True, takes_origin=True, order=order)
    number = known.entry.number
    if (left := _left(draft, known)) is not None:
        return left
    warnings: list[Message] = []
    if known.is_taken_back:
        warnings.append(
            say("Note %(number)s, which the undo of an import had put into the bin, comes back.", number=number)
        )
    if known.is_by_name:
        warnings.append(
            say("Taken for a new state of note %(number)s: same file name, most of the words the same.", number=number)
        )
    patch, kept = _patch(draft, known)
    warnings.extend(say(_KEPT[name], number=number) for name in kept)
    changes, said = _comment_changes(draft.comments, known.comments)
    warnings.extend(said)
    provenance = {name: value for name, value in draft.provenance.items() if patch and name in patch.model_fields_set}
    has_kept = bool(kept) or any(
        change.is_reworded and change.known and change.known.text.is_touched for change in changes
    )
    return Plan(
        "update",
        patch,
        provenance,
        [change for change in changes if not _is_spared(change)],
        takes_text=not kept,
        takes_origin=not has_kept,
        warnings=warnings,
        order=[change.known for change in changes],
        brings_back=known.is_taken_back,
    )


def _left(draft: Draft, known: Known) -> Plan | None:
    """Return the plan that leaves a note as it is, where there is a reason to; None else."""
    number = known.entry.number
    if known.is_taken_back:
        return None
    if known.entry.source.deleted is not None:
        said = say("Note %(number)s of this page lies in the bin and was left there.", number=number)
        return Plan("leave", warnings=[said])
    if known.is_same_file:
        return Plan("leave")
    if _holds_less(draft, known):
        said = say(
            "Note %(number)s came from this page's HTML, which holds more than its text; it was left as it is. Import "
            "the page's HTML anew for a new state.",
            number=number,
        )
        return Plan("leave", warnings=[said])
    return None


def _holds_less(draft: Draft, known: Known) -> bool:
    """Whether the file is only the text of a page whose HTML was imported, and no later state of it."""
    is_text = draft.has_record and draft.entry.body_format == "plain" and known.text.imported.format == "markdown"
    if not is_text or known.is_taken_back:
        return False
    was = Origin.model_validate(known.entry.origin).edited
    edited = draft.entry.origin.edited if draft.entry.origin else None
    return was is None or edited is None or edited <= was


def _patch(draft: Draft, known: Known) -> tuple[EntryPatch | None, list[str]]:
    """Return what changes of text and description, and the names of what differs but was edited here."""
    taken: dict[str, Any] = {}
    kept: list[str] = []
    base, head = known.text.imported, known.text.head
    if draft.entry.body not in {base.body, head.body}:
        if known.text.is_touched:
            kept.append("body")
        else:
            taken.update(body=draft.entry.body, body_format=draft.entry.body_format)
    for name in _META:
        new, old, here = getattr(draft.entry, name), base.meta.get(name), head.meta.get(name)
        new = sorted(new) if name == "tags" else new
        if new in (old, here):
            continue
        if old == here and name not in known.kept:
            taken[name] = new
        else:
            kept.append(name)
    return (EntryPatch(**taken) if taken else None), kept


def _comment_changes(
    parsed: Sequence[PageComment], known: Sequence[KnownComment]
) -> tuple[list[CommentChange], list[Message]]:
    """Match the page's comments with those imported before: the same words first, then like words between them."""
    matched = _match([comment.text for comment in parsed], [one.text.imported.body for one in known])
    changes, warnings = [], []
    for position, comment in enumerate(parsed):
        one = known[matched[position]] if position in matched else None
        changes.append(
            CommentChange(comment, position + 1, one, one is not None and one.text.imported.body != comment.text)
        )
    touched = sum(
        change.is_reworded and change.known is not None and change.known.text.is_touched for change in changes
    )
    if touched:
        warnings.append(say("%(count)s comments were edited here since and kept as they are.", count=touched))
    gone = len(known) - len(matched)
    if gone:
        warnings.append(say("%(count)s comments are not on the page any more; they were kept.", count=gone))
    return changes, warnings


def _match(new: Sequence[str], old: Sequence[str]) -> dict[int, int]:
    """Return for positions of `new` those of `old` that they go on from."""
    matched: dict[int, int] = {}
    for op, new_from, new_to, old_from, old_to in SequenceMatcher(None, new, old, autojunk=False).get_opcodes():
        if op == "equal":
            matched.update(zip(range(new_from, new_to), range(old_from, old_to), strict=True))
            continue
        free = list(range(old_from, old_to))
        for position in range(new_from, new_to):
            likes = [(fuzz.ratio(new[position][:_COMPARED], old[at][:_COMPARED]), -at) for at in free]
            best = max(likes, default=(0.0, 0))
            if best[0] >= _LIKE:
                matched[position] = -best[1]
                free = [at for at in free if at > -best[1]]
    return matched


def _is_spared(change: CommentChange) -> bool:
    """Whether nothing is to be done: the same words in the same place, removed here, or edited here."""
    if change.known is None or change.known.is_taken_back:
        return False
    is_same_place = change.known.comment.ord == change.ord
    has_own_words = change.known.is_binned or change.known.text.is_touched
    return (has_own_words or not change.is_reworded) and is_same_place
