"""Letters as the pages ask for them: whether any can be sent, and with which address their links begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmwiki.notifications import service
from kmwiki.web.context import caller, settings
from kmwiki.web.links import site_address

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kmwiki.accounts.models import Project, User


def has_mail() -> bool:
    """Whether this site can send mail."""
    return bool(settings().mail_url)


def ask_letter(opened: Session, kind: str, user: User, project: Project | None = None) -> None:
    """Ask for a letter to this person in the caller's name."""
    service.ask_letter(opened, caller(), kind, user, site=site_address(), project=project)
