"""Which process has a job in hand, told so that others on the same machine can see when it is gone.

A process id alone says little: ids come back, and two containers that share a database may both have a process 7. So a
holder is the start of the machine, the room of process ids, the id, and when that process began.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

_PROC = Path("/proc")
_STARTED = 19
"""Which word after the name of the program in /proc/<id>/stat says when the process began."""


def present() -> str | None:
    """Return the name of this process as a holder; None on a machine that tells too little."""
    return _name(os.getpid())


def is_gone(holder: str | None) -> bool:
    """Whether that process is known to have ended. Of one on another machine, or in another container, it is not."""
    machine, _, process = (holder or "").rpartition("/")
    number, _, _ = process.partition("-")
    here = _machine()
    if here is None or not number.isdigit():
        return False
    if machine != here:
        # The machine itself was started anew: whatever ran on it before is gone. Another machine has another name.
        return _of_one_host(machine, here)
    return _name(int(number)) != holder


def is_at_work(holder: str | None) -> bool:
    """Whether that process is known to go on."""
    number = (holder or "").rpartition("/")[2].partition("-")[0]
    return number.isdigit() and _name(int(number)) == holder


def _of_one_host(machine: str, here: str) -> bool:
    host, boot, _ = (*machine.split("/"), "", "", "")[:3]
    own_host, own_boot, _ = here.split("/")
    return bool(boot) and host == own_host and boot != own_boot


@lru_cache(maxsize=1)
def _machine() -> str | None:
    """Return host, start and room of process ids; None where these cannot be told."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        room = (_PROC / "self/ns/pid").readlink().name
    except OSError:
        return None
    return f"{os.uname().nodename.replace('/', '-')}/{boot}/{room}"


def _name(process: int) -> str | None:
    here = _machine()
    try:
        words = (_PROC / str(process) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    if here is None or words[0] in {"Z", "X"}:  # it has ended, and nobody has taken note of it yet
        return None
    return f"{here}/{process}-{words[_STARTED]}"
