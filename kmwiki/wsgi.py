"""The app for a WSGI server such as gunicorn: `gunicorn kmwiki.wsgi:app`. Jobs are run by `kmwiki worker` beside it.

Importing this prepares the instance that the environment names, as every command does. The processes that serve it so
share the instance's server lock: `kmwiki serve`, a restore and an upgrade are refused meanwhile.
"""

from __future__ import annotations

import sys

from kmwiki import db
from kmwiki.cli.serve import note_server, share_lock
from kmwiki.errors import KmwikiError
from kmwiki.main import make_app, set_up_log
from kmwiki.search import index, indexing

set_up_log()
try:
    app = make_app()
    lock = share_lock(app.config["KMWIKI"].instance)
    note_server(lock, app.config["KMWIKI"].base_url)
    indexing.prepare()
except KmwikiError as error:
    sys.exit(f"kmwiki: {error}")  # the sentence, without a page of code
# A server may fork after it has loaded this: no open file of the database or the index may be shared by two processes.
db.engine().dispose()
index.bind(app.config["KMWIKI"])
