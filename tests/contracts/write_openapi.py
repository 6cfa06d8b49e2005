"""Write docs/openapi.json anew: `python -m tests.contracts.write_openapi`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from kmwiki.api.v1.openapi import describe
from kmwiki.app import create_app
from kmwiki.cli.instance import make_secret
from kmwiki.config import Settings
from tests.conftest import ROOT


def main() -> None:
    """Make an app in a scratch instance and write its document down."""
    with tempfile.TemporaryDirectory() as scratch:
        make_secret(Settings(instance=Path(scratch)))
        app = create_app(instance=Path(scratch))
        with app.app_context():
            text = json.dumps(describe(), ensure_ascii=False, indent=1, sort_keys=True)
    (ROOT / "docs" / "openapi.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
