"""A scratch instance to measure on: its app, a project, a researcher with a token."""

from __future__ import annotations

import gc
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kmwiki import db
from kmwiki.accounts.models import Membership, Project, User
from kmwiki.app import create_app
from kmwiki.cli.instance import prepare
from kmwiki.coding.service import install_starter
from kmwiki.config import Settings
from kmwiki.security.policy import Role
from tests.make import Make

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from kmwiki.security.policy import Caller


@dataclass
class Stage:
    """Where the measuring happens."""

    settings: Settings
    app: Flask
    client: FlaskClient
    project: Project
    caller: Caller
    headers: dict[str, str]

    def api(self, method: str, path: str, json: Any = None, **headers: str) -> Any:
        """Call the API as the researcher; anything but success ends the benchmark."""
        answer = self.client.open(f"/api/v1{path}", method=method, json=json, headers=self.headers | headers)
        if answer.status_code >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.get_data(as_text=True)[:500]}")
        return answer.get_json(silent=True)

    def page(self, path: str) -> str:
        """Open a page as the researcher."""
        answer = self.client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        return answer.get_data(as_text=True)


@contextmanager
def stage(kept: Path | None = None) -> Iterator[Stage]:
    """Make a scratch instance with the starter codebook, or a copy of a `kept` one; it goes when the block ends."""
    from datetime import timedelta  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="kmwiki-bench-") as folder:
        settings = Settings(instance=Path(folder) / "instance", api_rate="10000000/minute")
        if kept is not None:
            shutil.copytree(kept, settings.instance)
        prepare(settings)
        app = create_app(instance=settings.instance, api_rate=settings.api_rate)
        gc.freeze()  # as the program does when it has started
        make = Make()
        project, caller = _found(make) if kept is not None else _made(make)
        client = app.test_client()
        assert caller.user_id is not None
        client.set_cookie("kmwiki", make.sign_in(caller.user_id, lasts=timedelta(hours=3)), domain="localhost")
        headers = {"Authorization": f"Bearer {make.token(caller.user_id)}"}
        yield Stage(settings, app, client, project, caller, headers)
        db.release()


def _made(make: Make) -> tuple[Project, Caller]:
    project = make.project("bench")
    caller = make.member(project, Role.RESEARCHER)
    with db.transaction() as session:
        install_starter(session, caller, session.get_one(Project, project.id))
    return project, caller


def _found(make: Make) -> tuple[Project, Caller]:
    with db.session() as session:
        project = session.scalars(select(Project).where(Project.slug == "bench")).one()
        user = session.scalars(
            select(User).join(Membership, Membership.user_id == User.id).where(Membership.project_id == project.id)
        ).one()
    return project, make.caller(user)
