"""What of a text a caller may see: personal data is masked for all who lack SEE_PERSONAL, but in what they wrote.

The one place that decides. Reads that hand out texts ask `veil_for` and give its `text`, `value` and `revision`; the
doors hide once more what whole pages and answers show, so that nothing that only a template names slips through.
A quote is always cut from the masked text: half a number, cut first, would not be known as one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kmwiki.security.policy import Permission, can
from kmwiki.sources.access import is_author
from kmwiki.sources.models import Cleared, Revision
from kmwiki.sources.texts import rendered, sha256
from kmwiki.text.personal import find_personal, hide, masked, wanted
from kmwiki.text.veiling import veil_html

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.security.policy import Caller
    from kmwiki.sources.models import Source
    from kmwiki.text.personal import Personal


@dataclass(frozen=True, slots=True)
class Veil:
    """How a caller sees the texts of one project; `keep` is what the project has cleared."""

    caller: Caller
    is_open: bool
    keep: frozenset[str] = frozenset()

    def over(self, source: Source) -> Veil:
        """Give the veil over one source: authors see their own words as they are."""
        return self if self.is_open or not is_author(self.caller, source) else replace(self, is_open=True)

    def text(self, text: str) -> str:
        """Give a text as the caller may see it, as long as it was."""
        return text if self.is_open else hide(text, self._spans(text))

    def value(self, value: Any) -> Any:
        """Give a value of JSON with every text in it as the caller may see it; keys stay."""
        if self.is_open:
            return value
        match value:
            case str():
                return masked(value, self.keep)
            case dict():
                return {key: self.value(each) for key, each in value.items()}
            case list() | tuple():
                return [self.value(each) for each in value]
        return value

    def revision(self, revision: Revision) -> Revision:
        """Give a revision as the caller may see it: itself, or a copy that belongs to no session.

        Offsets stay valid. The hash of a copy is that of its masked text: ten unknown digits are soon found by trying.
        """
        if self.is_open:
            return revision
        spans = self._spans(revision.reading_text)
        text = hide(revision.reading_text, spans)
        return Revision(
            source_id=revision.source_id,
            no=revision.no,
            body=self._body(revision, text) if spans else masked(revision.body, self.keep),
            format=revision.format,
            reading_text=text,
            blocks=revision.blocks,
            html=veil_html(revision.html, spans, self.keep),
            sha256=sha256(text) if spans else revision.sha256,
            meta=self.value(revision.meta),
            author_id=revision.author_id,
            reason=self.text(revision.reason),
            created=revision.created,
        )

    def cut(self, text: str, start: int, end: int) -> str:
        """Give `text[start:end]` as the caller may see it, though a number reach over its edge."""
        return text[start:end] if self.is_open else hide(text, self._spans(text))[start:end]

    def _spans(self, text: str) -> list[Personal]:
        return wanted(text, _found(text), self.keep)

    def _body(self, revision: Revision, text: str) -> str:
        """Mask a body as typed; where its signs part a number that is read whole, give the text that is read."""
        body = masked(revision.body, self.keep)
        shown = rendered(body, revision.format).reading_text
        return body if self._spans(shown) == [] else text


def veil_for(session: Session, caller: Caller, project_id: int) -> Veil:
    """Return how the caller sees the texts of a project. Asks the database only where something is to be hidden."""
    if can(caller, Permission.SEE_PERSONAL, project_id):
        return Veil(caller, is_open=True)
    return Veil(caller, is_open=False, keep=cleared_forms(session, project_id))


def cleared_forms(session: Session, project_id: int) -> frozenset[str]:
    """Return what a project has cleared, in the form in which all ways of writing it are equal."""
    return frozenset(session.scalars(select(Cleared.form).where(Cleared.project_id == project_id)))


@lru_cache(maxsize=128)
def _found(text: str) -> tuple[Personal, ...]:
    return tuple(find_personal(text))


def count_personal(session: Session, project_id: int, text: str) -> int:
    """Return how many personal numbers and addresses of a text are masked for readers."""
    found = _found(text)
    return len(wanted(text, found, cleared_forms(session, project_id))) if found else 0
