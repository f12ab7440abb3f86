"""Whatever a file holds: an answer or a message, soon, in little room, and no number that is none.

``python tests/test_fuzz.py 5000`` tries more files than the tests do; ``python tests/test_fuzz.py -s 123`` one of them.
"""

from __future__ import annotations

import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path
from typing import Any

import measured
import pytest
import spoilt
from typer.testing import CliRunner

from minegame import experiment, runner
from minegame.cli import app
from minegame.text import visible

SECONDS, MEGABYTES = 10, 500  # of the processor; a machine that is busy with other things is no fault
PATIENCE = 120  # seconds until what waits for something is told, too
NOT_A_NUMBER = re.compile(r"(?<![\w.'\"])[-+]?(nan|inf)(?![\w'\"])", re.IGNORECASE)
PARTS, EACH = 10, 50


class TooLong(BaseException):
    """A command that has not ended in time."""


def _too_long(*_: Any) -> None:
    raise TooLong


def peak() -> float:
    """The most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**10 if sys.platform != "darwin" else 2**20)


def faults(one: spoilt.Spoilt, folder: Path) -> list[str]:
    """What is wrong with how a command takes a file."""
    file, out = folder / f"{one.kind}.yaml", folder / "out"
    file.write_bytes(one.content)
    places = {"FILE": str(file), "OUT": str(out)}
    before, started = peak(), time.process_time()
    _watch(SECONDS, PATIENCE)
    try:
        done = CliRunner().invoke(app, [places.get(part, part) for part in one.arguments], env={"COLUMNS": "100"})
    except TooLong:
        return [f"takes more than {SECONDS} s: {_where()}"]
    finally:
        _watch(0, 0)
        shutil.rmtree(out, ignore_errors=True)
    return [*_told(one, done), *_cost(time.process_time() - started, peak() - before)]


def _watch(seconds: int, patience: int) -> None:
    signal.signal(signal.SIGPROF, _too_long)
    signal.signal(signal.SIGALRM, _too_long)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.alarm(patience)


def _where() -> str:
    return traceback.format_exc().strip().replace("\n", "\n    ")[-3000:]


def _told(one: spoilt.Spoilt, done: Any) -> list[str]:
    found = []
    if done.exit_code not in (0, 2) or (done.exception and not isinstance(done.exception, SystemExit)):
        found.append("ends in an error of its own:\n" + "".join(traceback.format_exception(done.exception))[-3000:])
    if done.exit_code == 2 and not re.search(r"Error: \S|: not valid\n  \S", done.stderr):
        found.append(f"says nothing: {done.output[:500]!r}")
    if "Traceback" in done.output:
        found.append(f"prints a traceback: {done.output[:500]!r}")
    if visible(done.output) != done.output:
        found.append("prints control characters")
    printed = done.stdout if done.exit_code == 0 else ""
    held = one.content.decode("utf-8", "replace") + " ".join(one.arguments)
    if not NOT_A_NUMBER.search(held) and "\x00" not in held and (hit := NOT_A_NUMBER.search(printed)):
        found.append(f"prints {hit[0]}: {printed[max(0, hit.start() - 200) : hit.end() + 100]!r}")
    return found


def _cost(seconds: float, megabytes: float) -> list[str]:
    found = [f"takes {seconds:.1f} s"] if seconds > SECONDS else []
    return [*found, f"takes {megabytes:.0f} MB"] if megabytes > MEGABYTES else found


def tried(first: int, count: int, folder: Path) -> list[str]:
    """The faults of many files, each with its number."""
    experiment._SAMPLE_SECONDS, usual = 0.01, experiment._SAMPLE_SECONDS
    try:
        runner.warm()
        return [
            f"{one.number}: {' '.join(one.arguments)[:300]}\n  {fault}"
            for one in spoilt.inputs(first, count)
            for fault in faults(one, folder)
        ]
    finally:
        experiment._SAMPLE_SECONDS = usual


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_a_file_holds_there_is_an_answer_or_a_message(part: int, tmp_path: Path) -> None:
    assert not (found := tried(part * EACH, EACH, tmp_path)), "\n".join(found)


@pytest.mark.slow
def test_the_same_in_processes_of_their_own(tmp_path: Path) -> None:
    for one in spoilt.inputs(10_000, 8):
        file = tmp_path / "deal.yaml"
        file.write_bytes(one.content)
        places = {"FILE": str(file), "OUT": str(tmp_path / f"out{one.number}")}
        done, megabytes = measured.command(*(places.get(part, part) for part in one.arguments))
        assert done.returncode in (0, 2), done.stderr
        assert "Traceback" not in done.stderr, one.number
        assert megabytes < MEGABYTES, one.number


def test_a_few_files(tmp_path: Path) -> None:
    assert not (found := tried(20_000, 12, tmp_path)), "\n".join(found)


def test_a_file_follows_from_its_number() -> None:
    once, again = (list(spoilt.inputs(7, 40)) for _ in range(2))
    assert once == again
    assert len({one.content for one in once}) == len(once)


def main(arguments: list[str]) -> int:
    """Try so many files, or one of them, and say what is wrong."""
    warnings.simplefilter("error", RuntimeWarning)
    first, count = (int(arguments[1]), 1) if arguments[:1] == ["-s"] else (0, int(arguments[0]))
    first = int(arguments[1]) if len(arguments) > 1 else first
    with tempfile.TemporaryDirectory() as folder:
        if count == 1:
            one = spoilt.spoilt(first)
            print(one.arguments, one.content.decode("utf-8", "replace"), sep="\n")
        found = []
        for start in range(first, first + count, EACH):
            found += (some := tried(start, min(EACH, first + count - start), Path(folder)))
            print("\n".join(some), end="\n" if some else "", flush=True)
    print(f"{count:,} files, {len(found):,} faults, {peak():.0f} MB")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
