"""The application factory: binds the database, hangs the doors in, and nothing else."""

from __future__ import annotations

from typing import Any

from flask import Flask
from jinja2 import StrictUndefined

from kmwiki import db
from kmwiki.api import v1
from kmwiki.config import Settings
from kmwiki.exchange.importing import job as imports
from kmwiki.notifications import job as mail
from kmwiki.paths import resource_dir
from kmwiki.retrieval import exporting as passages
from kmwiki.search import index, outbox
from kmwiki.security.signing import read_secret
from kmwiki.web import register as register_pages
from kmwiki.web.numbers import StorableInteger


def create_app(**given: Any) -> Flask:
    """Make the WSGI app of one instance. Keyword arguments are settings and win over the environment.

    The instance must have been prepared (`kmwiki.cli.instance.prepare`). Invalid if a setting cannot be used.
    """
    settings = Settings.from_environment(**given)
    app = Flask("kmwiki", template_folder=str(resource_dir("templates")), static_folder="static")
    app.config.update(
        KMWIKI=settings,
        SECRET_KEY=read_secret(settings),
        MAX_CONTENT_LENGTH=(4 * settings.max_upload_mb + 8) << 20,  # several files at once, each up to the limit
        MAX_FORM_MEMORY_SIZE=8 * 1024 * 1024,
        MAX_FORM_PARTS=5000,
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as the browser: notes take hours to write
        WTF_CSRF_SSL_STRICT=False,  # guard.check_origin does it, also behind a proxy
        SESSION_COOKIE_NAME="__Host-kmwiki-form" if settings.is_https else "kmwiki-form",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        RATELIMIT_HEADERS_ENABLED=True,
    )
    app.url_map.converters["int"] = StorableInteger
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    db.bind(settings.database)
    index.bind(settings)
    imports.bind(settings)
    mail.bind(settings)
    passages.bind(settings)
    outbox.listen()
    v1.register(app)
    register_pages(app)
    return app
