"""Ctrl-C: heard within two seconds whatever is going on, one line, exit code 130, and never a traceback."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

#: Has the command line do something else in place of a command.
INSTEAD = """
import sys, types
{body}
cli = types.ModuleType("minegame.cli")
cli.main = command
sys.modules["minegame.cli"] = cli
from minegame.__main__ import main
print("ready", flush=True)
main()
"""

#: What a command may be doing when it is interrupted.
DOING = {
    "work in Python": """
import time
def command():
    while True: time.sleep(0.01)
""",
    "work that does not listen": """
import hashlib
def command():
    hashlib.pbkdf2_hmac("sha256", b"", b"", 2**30)
""",
    "a thread at work that does not listen": """
import hashlib
from concurrent.futures import ThreadPoolExecutor
def command():
    ThreadPoolExecutor(1).submit(hashlib.pbkdf2_hmac, "sha256", b"", b"", 2**30).result()
""",
    "a library that calls back": """
import ctypes, time
def command():
    ctypes.CFUNCTYPE(None)(lambda: time.sleep(30))()
    time.sleep(30)
""",
    "making a class": """
import time
class Slow:
    def __set_name__(self, owner, name): time.sleep(30)
def command():
    class Made:
        field = Slow()
""",
    "an exit with its code": """
import time
def command():
    try: time.sleep(30)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        sys.exit(130)
""",
}


def started(*command: str) -> subprocess.Popen[str]:
    """A process that hears Ctrl-C, even where the one that runs the tests does not."""
    return subprocess.Popen(
        [sys.executable, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def interrupted(process: subprocess.Popen[str]) -> tuple[int, str, float]:
    """Exit code, what is said on standard error, and after how many seconds."""
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    return process.returncode, said, time.monotonic() - begun


@pytest.mark.parametrize("what", DOING)
def test_whatever_is_going_on_is_interrupted_with_one_line(what):
    process = started("-c", INSTEAD.format(body=DOING[what]))
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.3)
    code, said, seconds = interrupted(process)
    assert (code, said) == (130, "Interrupted.\n")
    assert seconds < 10  # two on a machine of one's own


def test_a_second_time_ends_what_the_first_has_only_begun_to_end():
    slow = """
import time
def command():
    try: time.sleep(30)
    except KeyboardInterrupt:
        print("putting things away", flush=True)
        time.sleep(30)
"""
    process = started("-c", INSTEAD.format(body=slow))
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "putting things away\n"
    code, said, seconds = interrupted(process)
    assert (code, said) == (130, "")
    assert seconds < 10


def test_who_asked_not_to_be_interrupted_is_not():
    """As a shell does with what it runs in the background."""
    quick = "import os, signal\ndef command():\n    os.kill(os.getpid(), signal.SIGINT)\n    print('done')\n"
    process = subprocess.run(
        [sys.executable, "-c", INSTEAD.format(body=quick)],
        capture_output=True,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    assert (process.returncode, process.stdout, process.stderr) == (0, "ready\ndone\n", "")


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.4, 1.0, 2.0, 3.0, 5.0, 8.0])
@pytest.mark.parametrize(
    "command",
    [
        ("odds", "two_bidders", "-n", "100000000000", "--yes"),
        ("analyse", "attribution", "-n", "20000000", "--yes"),
        ("analyse", "tipping", "-n", "10000000", "--yes"),
        ("run", "wide_uncertainty", "--yes", "-n", "1000000"),
    ],
    ids=lambda command: command[0] + command[1][:4],
)
def test_a_command_of_any_size_is_interrupted(command, seconds, tmp_path):
    where = ("--out", str(tmp_path / "r")) if command[0] == "run" else ()
    process = started("-m", "minegame", *command, *where)
    time.sleep(seconds)
    assert process.poll() is None
    code, said, took = interrupted(process)
    assert code == 130
    assert said.count("Interrupted") == 1
    assert "Traceback" not in said
    assert took < 10
