"""What only the first start does: the admin with a one-time link, and the demo project."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from sqlalchemy import func, select

from kmwiki.accounts import one_time_links, service
from kmwiki.accounts.access import OPERATOR
from kmwiki.accounts.models import Project, SignInSession, User
from kmwiki.db import session, transaction
from kmwiki.demo.install import install_demo
from kmwiki.events.models import Event
from kmwiki.events.service import record

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

ADMIN_EMAIL = "admin@localhost"
ADMIN_NAME = "ผู้ดูแลระบบ"


def first_link(base: str) -> str | None:
    """Make the first admin and return the one-time link that signs them in; None when there are people already."""
    with session() as opened:
        if opened.scalar(select(func.count()).select_from(User).where(User.is_admin)):
            remind_of_link(opened)
            return None
    with transaction() as opened:
        admin = service.create_user(opened, OPERATOR, email=ADMIN_EMAIL, name=ADMIN_NAME, is_admin=True)
        opened.flush()
        secret = one_time_links.create_link(opened, OPERATOR, admin, purpose="sign_in")
    return f"{base}/link/{secret}"


def remind_of_link(opened: Session) -> None:
    """Say how to get a new link, as long as no admin has ever signed in."""
    if not opened.scalar(select(func.count()).select_from(SignInSession)):
        click.echo(f"Nobody has signed in yet. `kmwiki user link {ADMIN_EMAIL}` makes a new one-time link.", err=True)


def install_demo_once() -> bool:
    """Make the demo project unless it was ever made. Whether it was made now."""
    with session() as opened:
        is_known = opened.scalar(select(Event.seq).where(Event.verb == "demo.installed").limit(1))
        if is_known or opened.scalar(select(func.count()).select_from(Project)):
            return False
    with transaction() as opened:
        project = install_demo(opened, OPERATOR)
        record(opened, OPERATOR, "demo.installed", project_id=project.id)
    return True
