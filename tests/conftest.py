"""Fixtures: an instance of one's own for every test, its app, people who call it, and the seeds beside the checkout."""

from __future__ import annotations

import atexit
import shutil
import socket
from contextlib import contextmanager
from copy import deepcopy
from datetime import timedelta
from importlib import import_module
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from argon2 import PasswordHasher
from hypothesis import settings as property_settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import create_engine

from kmwiki import db
from kmwiki.accounts import attempts
from kmwiki.config import Settings
from kmwiki.search import index, outbox
from kmwiki.security import passwords
from tests.browser.chromium import open_browser
from tests.make import Make
from tests.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser

    from kmwiki.security.policy import Caller
    from tests.house.world import World

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
property_settings.register_profile("house", deadline=None)  # a busy machine is no fault; `make bench` measures
property_settings.load_profile("house")
TEMPLATES = FileSystemBytecodeCache(mkdtemp(prefix="kmwiki-templates-"))
"""Every app of a run draws the same templates: each is compiled once."""
atexit.register(shutil.rmtree, TEMPLATES.directory, ignore_errors=True)
ROOMS = (
    "accounts",
    "analysis",
    "sources",
    "entries",
    "comments",
    "coding",
    "coding.actions",
    "coding.codebook",
    "memos",
    "quotes",
    "retrieval",
    "search",
    "notifications",
    "jobs",
    "events",
    "exchange.importing",
)


@pytest.fixture(autouse=True, scope="session")
def cheap_hashing() -> None:
    """Passwords cost next to nothing here; one test looks at the real cost."""
    passwords.tune(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(autouse=True, scope="session")
def plain_log() -> None:
    """Faults are told in a few lines, without the values of variables."""
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])


@pytest.fixture(autouse=True)
def forget_attempts() -> None:
    """Tries of earlier tests do not count."""
    attempts.forget_all()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with every table and no row; tests copy it."""
    for room in ROOMS:
        import_module(f"kmwiki.{room}.models")
    path = tmp_path_factory.mktemp("database") / "kmwiki.sqlite"
    engine = create_engine(f"sqlite:///{path}")
    db.Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (newest_schema(),))
    engine.dispose()
    return path


def newest_schema() -> str:
    """Return the name of the last migration."""
    return max(path.name.partition("_")[0] for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))


@pytest.fixture(scope="session")
def empty_instance(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Path:
    """An instance with every table and no row; tests copy it."""
    instance = tmp_path_factory.mktemp("empty") / "instance"
    (instance / "originals").mkdir(parents=True)
    (instance / "secret").write_text("a secret for tests only", encoding="ascii")
    (instance / "secret").chmod(0o600)
    shutil.copy(empty_database, instance / "kmwiki.sqlite")
    return instance


@contextmanager
def bound(instance: Path) -> Iterator[Settings]:
    """Bind database and index of an instance for a while."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KMWIKI_INSTANCE", str(instance))
        made = Settings.from_environment({}, instance=instance)
        db.bind(made.database)
        index.bind(made)
        outbox.listen()
        yield made
        index.release()
        db.release()


@pytest.fixture
def copied_instance(empty_instance: Path) -> Path:
    """What every test's instance is a copy of. A module whose tests all start from the same rows gives its own."""
    return empty_instance


@pytest.fixture
def settings(tmp_path: Path, copied_instance: Path) -> Iterator[Settings]:
    """The settings of a fresh instance whose database is bound."""
    shutil.copytree(copied_instance, tmp_path / "instance")
    with bound(tmp_path / "instance") as made:
        yield made


@pytest.fixture(scope="session")
def built_world(tmp_path_factory: pytest.TempPathFactory, empty_instance: Path) -> tuple[Path, World]:
    """The instance of the permission matrix, made once, and who and what is in it."""
    from tests.house.world import build_world  # noqa: PLC0415 - unit tests need no world

    instance = tmp_path_factory.mktemp("world") / "instance"
    shutil.copytree(empty_instance, instance)
    with bound(instance):
        return instance, build_world(Make(count(1_000_000)))  # so that nobody whom a test makes is there already


@pytest.fixture
def world_instance(built_world: tuple[Path, World]) -> Path:
    """What `copied_instance` is in a module whose tests all ask for the `world`."""
    return built_world[0]


@pytest.fixture
def world(built_world: tuple[Path, World], copied_instance: Path, settings: Settings) -> World:
    """The world of the permission matrix in a copy of one's own."""
    del settings
    assert copied_instance == built_world[0], "the module's copied_instance has to be world_instance"
    return deepcopy(built_world[1])


@pytest.fixture
def make(settings: Settings) -> Make:
    """Builders on the bound database."""
    del settings
    return Make()


@pytest.fixture
def app(settings: Settings) -> Flask:
    """The app of the instance. Forms need no CSRF token here; `strict_app` wants it."""
    made = strict(settings)
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture
def strict_app(settings: Settings) -> Flask:
    """The app of the instance as it is served."""
    return strict(settings)


def strict(settings: Settings) -> Flask:
    """Make the app in testing mode: faults are raised, not drawn."""
    from kmwiki.app import create_app  # noqa: PLC0415 - unit tests need no app

    made = create_app(instance=settings.instance)
    made.config["TESTING"] = True
    made.jinja_env.bytecode_cache = TEMPLATES
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who has not signed in."""
    return app.test_client()


@pytest.fixture
def signed_in(app: Flask, make: Make) -> Callable[[Caller], FlaskClient]:
    """Return a client whose pages are asked for by that caller."""

    def open_client(caller: Caller) -> FlaskClient:
        assert caller.user_id is not None
        client = app.test_client()
        client.set_cookie("kmwiki", make.sign_in(caller.user_id, lasts=timedelta(hours=1)), domain="localhost")
        return client

    return open_client


class Api:
    """Calls the API with a token; answers are (status, JSON)."""

    def __init__(self, client: FlaskClient, token: str | None) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def call(self, method: str, path: str, json: Any = None, **options: Any) -> tuple[int, Any]:
        """Send a request below /api/v1 and return the status and the body."""
        headers = {**self.headers, **options.pop("headers", {})}
        answer = self.client.open(f"/api/v1{path}", method=method, json=json, headers=headers, **options)
        return answer.status_code, answer.get_json(silent=True)

    def get(self, path: str, **options: Any) -> tuple[int, Any]:
        """GET."""
        return self.call("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> tuple[int, Any]:
        """POST."""
        return self.call("POST", path, json, **options)

    def put(self, path: str, json: Any = None, **options: Any) -> tuple[int, Any]:
        """PUT."""
        return self.call("PUT", path, json, **options)

    def patch(self, path: str, json: Any = None, **options: Any) -> tuple[int, Any]:
        """PATCH."""
        return self.call("PATCH", path, json, **options)

    def delete(self, path: str, **options: Any) -> tuple[int, Any]:
        """DELETE."""
        return self.call("DELETE", path, **options)


@pytest.fixture
def api(app: Flask, make: Make) -> Callable[[Caller | None], Api]:
    """Return the API as that caller sees it; None sends no token."""

    def open_api(caller: Caller | None) -> Api:
        token = None if caller is None or caller.user_id is None else make.token(caller.user_id)
        return Api(app.test_client(), token)

    return open_api


@pytest.fixture(scope="session")
def seeds_dir() -> Path:
    """The folder of the five real posts; the test is skipped, saying so, where it is absent."""
    if not (SHARED / "seeds").is_dir():
        pytest.skip("the seeds are not beside this checkout (../shared/seeds)")
    return SHARED / "seeds"


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of test terms and public questions; the test is skipped, saying so, where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the test data are not beside this checkout (../shared/data)")
    return SHARED / "data"


@pytest.fixture(scope="session")
def refi_dir() -> Path:
    """The folder of the REFI-QDA schemas and samples; the test is skipped, saying so, where it is absent."""
    if not (SHARED / "refi").is_dir():
        pytest.skip("the REFI-QDA schemas are not beside this checkout (../shared/refi)")
    return SHARED / "refi"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a worker; each has a context of its own."""
    with open_browser() as opened:
        yield opened


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


@pytest.fixture
def port() -> int:
    """A port that nobody uses now."""
    return free_port()


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """The program on an instance that does not exist yet."""
    made = Program(tmp_path / "instance")
    yield made
    for server in made.servers:
        if server.poll() is None:
            server.kill()
        server.communicate()
