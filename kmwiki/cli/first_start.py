"""What only the first start does: the admin with a one-time link, and the demo project."""

from __future__ import annotations

from sqlalchemy import func, select

from kmwiki.accounts import service
from kmwiki.accounts.models import Project, User
from kmwiki.db import session, transaction
from kmwiki.demo.install import install_demo
from kmwiki.events.models import Event
from kmwiki.events.service import record
from kmwiki.security.policy import Caller

PROGRAM = Caller(name="kmwiki", is_admin=True)
ADMIN_EMAIL = "admin@localhost"
ADMIN_NAME = "ผู้ดูแลระบบ"


def first_link(base: str) -> str | None:
    """Make the first admin and return the one-time link that signs them in; None when there are people already."""
    with session() as opened:
        if opened.scalar(select(func.count()).select_from(User).where(User.is_admin)):
            return None
    with transaction() as opened:
        admin = service.create_user(opened, PROGRAM, email=ADMIN_EMAIL, name=ADMIN_NAME, is_admin=True)
        opened.flush()
        secret = service.create_link(opened, PROGRAM, admin, purpose="sign_in")
    return f"{base}/link/{secret}"


def install_demo_once() -> bool:
    """Make the demo project unless it was ever made. Whether it was made now."""
    with session() as opened:
        is_known = opened.scalar(select(Event.seq).where(Event.verb == "demo.installed").limit(1))
        if is_known or opened.scalar(select(func.count()).select_from(Project)):
            return False
    with transaction() as opened:
        project = install_demo(opened, PROGRAM)
        record(opened, PROGRAM, "demo.installed", project_id=project.id)
    return True


