"""Work that kills itself: run in a forked process that ends with SIGKILL at its n-th touch of the disk or the database.

What counts as a touch: a statement or a commit sent to the database, and a file of the given folder that is opened,
renamed, removed or made. So a test can try every single one of them, and what is left then is what a power cut's
little sister, `kill -9`, leaves.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FILE_EVENTS = frozenset({"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.truncate"})
FAILED = 70


def dies_at(number: int, work: Callable[[], object], folder: Path) -> bool:
    """Run `work` in a process of its own; whether it died at its touch `number` (from 1) or ended before it came to it.

    The caller holds no connection to the database meanwhile. AssertionError if the work raised.
    """
    child = os.fork()
    if child == 0:
        _live_and_die(number, work, str(folder.resolve()))
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL, f"signal {os.WTERMSIG(status)}"
        return True
    assert os.WEXITSTATUS(status) == 0, "the work raised; its traceback is on stderr"
    return False


def each_death(
    work: Callable[[], object], folder: Path, renew: Callable[[], object], *, step: int = 1
) -> Iterator[int]:
    """Yield after each death of `work` at every `step`-th touch, until it lives to its end.

    `renew` makes the start anew before each. Last comes a run to the end: after the loop the work is done.
    """
    number = 1
    while True:
        renew()
        if not dies_at(number, work, folder):
            return
        yield number
        number += step


def _live_and_die(number: int, work: Callable[[], object], folder: str) -> None:
    """Never returns."""
    touches = 0

    def touch(*_: Any, **__: Any) -> None:
        nonlocal touches
        touches += 1
        if touches == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def hear(name: str, args: tuple[Any, ...]) -> None:
        if name in FILE_EVENTS and args and isinstance(args[0], str | bytes | os.PathLike):
            path = os.path.realpath(os.fsdecode(args[0]))
            if path.startswith(folder):
                touch()

    status = FAILED
    try:
        event.listen(Engine, "before_cursor_execute", touch)
        event.listen(Engine, "commit", touch)
        sys.addaudithook(hear)
        work()
        status = 0
    except BaseException:  # noqa: BLE001 - nothing of this process may go on in the tests
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(status)
