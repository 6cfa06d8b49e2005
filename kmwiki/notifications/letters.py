"""What the letters say, as message ids; the job that sends one gives the words of its reader's language."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kmwiki.errors import Message, say
from kmwiki.text.personal import masked

if TYPE_CHECKING:
    from collections.abc import Callable

    from kmwiki.accounts.models import User

    _Draft = tuple[Message, list[Message | str]]  # the subject, and the paragraphs between greeting and sender

LINKS = {"invite": "invite", "reset": "reset"}
"""Which letters carry a one-time link, and its purpose. The link is made when the letter is sent, never before."""
KINDS = ("invite", "reset", "added", "trial")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a letter tells of: its reader, who asked for it, the project it is about, and where to go."""

    to: User
    site: str
    by: str = ""
    project: str = ""
    link: str = ""


def write(kind: str, facts: Facts, tell: Callable[[Message], str]) -> tuple[str, str]:
    """Return subject and body of a letter; `tell` puts a message into the reader's language.

    What is personal in a project's name is masked, whoever reads it: a letter passes through many hands.
    """
    facts = replace(facts, project=masked(facts.project))
    subject, paragraphs = _LETTERS[kind](facts)
    greeting = say("Hello %(name)s,", name=facts.to.called or facts.to.name)
    parts = [greeting, *paragraphs, say("kmwiki at %(site)s", site=facts.site)]
    return tell(subject), "\n\n".join(part if isinstance(part, str) else tell(part) for part in parts) + "\n"


def _invite(facts: Facts) -> _Draft:
    if facts.project:
        subject = say("You are invited to %(project)s", project=facts.project)
        told = say(
            "%(by)s invites you to the project %(project)s, where the team writes, codes, talks and finds it again.",
            by=facts.by,
            project=facts.project,
        )
    else:
        subject = say("You are invited to kmwiki")
        told = say("%(by)s has made an account for you.", by=facts.by)
    return subject, [
        told,
        say("Open this link and set a password. It works once, within seven days:"),
        facts.link,
        say("If you did not expect this, do nothing: without the link nobody comes in."),
    ]


def _reset(facts: Facts) -> _Draft:
    return say("A new password for kmwiki"), [
        say("Somebody, most likely you, said that the password of this account was forgotten."),
        say("Open this link and set a new one. It works once, within an hour, and only the newest link does:"),
        facts.link,
        say("If it was not you, do nothing: your password stays as it is."),
    ]


def _added(facts: Facts) -> _Draft:
    return say("You are a member of %(project)s now", project=facts.project), [
        say("%(by)s has added you to the project %(project)s. It is here:", by=facts.by, project=facts.project),
        facts.link,
    ]


def _trial(facts: Facts) -> _Draft:
    del facts
    return say("kmwiki can send mail"), [say("This letter was asked for on the page of mail. It has arrived.")]


_LETTERS: dict[str, Callable[[Facts], _Draft]] = {
    "invite": _invite,
    "reset": _reset,
    "added": _added,
    "trial": _trial,
}
