"""``python -m minegame``, and the entry point of the ``minegame`` command: what it does when it is interrupted.

Ctrl-C ends every command within two seconds, with one line and exit code 130, whatever is going on: threads that play
are not waited for, and a compiler that does not listen is left behind.  Files are written whole or not at all, so that
nothing is lost.  A second Ctrl-C ends it at once.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
import threading
import time
from typing import Any, NoReturn

INTERRUPTED = 130
_PATIENCE = 1.5  # seconds from the signal to the first word about it


def main() -> None:
    """Run the command line."""
    # For plugins, of which the models here have none, pydantic would look into every package that is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    listening = _listen()
    try:
        from minegame.cli import main as command

        command()
    except BaseException as error:
        if _is_interruption(error):
            _end("" if isinstance(error, SystemExit) else "Interrupted.")
        raise
    finally:
        listening.set()


def _is_interruption(error: BaseException) -> bool:
    """Whether Ctrl-C is behind an error: Python raises another one where a class was just being made."""
    if isinstance(error, SystemExit):
        return error.code == INTERRUPTED
    return isinstance(error, KeyboardInterrupt) or (error.__cause__ is not None and _is_interruption(error.__cause__))


def _end(word: str) -> NoReturn:
    """End the process now, whatever its threads are doing."""
    with contextlib.suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError, ValueError):
        if word:
            print(word, file=sys.stderr)
        sys.stderr.flush()
        sys.stdout.flush()
    with contextlib.suppress(Exception):
        atexit._run_exitfuncs()
    os._exit(INTERRUPTED)


def _listen() -> threading.Event:
    """Have Ctrl-C heard even while the main thread is deaf; the event that is returned is set when all is done."""
    done, heard = threading.Event(), threading.Event()
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:  # ignored, or somebody else's
        return done

    def hear(*_: Any) -> None:
        heard.set()
        signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
        raise KeyboardInterrupt

    def watch(reader: int) -> None:
        while signal.SIGINT not in os.read(reader, 64):
            pass
        time.sleep(_PATIENCE)
        if not heard.is_set() and not done.is_set():
            _end("Interrupted.")

    def hear_what_is_lost(lost: Any, otherwise: Any = sys.unraisablehook) -> None:
        """An interruption in a callback of the compiler, say, which Python can only pass over."""
        if issubclass(lost.exc_type, KeyboardInterrupt):
            _end("Interrupted.")
        otherwise(lost)

    sys.unraisablehook = hear_what_is_lost
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.signal(signal.SIGINT, hear)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    threading.Thread(target=watch, args=(reader,), daemon=True, name="Ctrl-C").start()
    return done


if __name__ == "__main__":
    main()
