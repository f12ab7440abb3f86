"""This checkout against an earlier commit: every pair is measured in alternation, and the fastest round counts.

    make bench AGAINST=REF
    .venv/bin/python bench/against.py REF [PART …]    # parts: house, doors, questions

Each of the two has a process of its own that waits for what to do, so that neither loads or compiles while it is timed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import yaml

from bench import ROOT, SCENARIO, command, fastest

#: What the waiting process does when it is told the name of a task; the first time is not counted.
WORKER = """
import sys, time
import mesa
from minegame.model import Negotiation
from minegame.runner import Runner
from minegame.scenario import Scenario

scenario = Scenario.load(sys.argv[1])
games = scenario.game().reshape(1, 1)
policies = scenario.games([{"patrons.us.levers.access.intensity": n / 64} for n in range(64)]).reshape(1, -1)

def one_thread(): Runner(workers=1).tally(games, 1, 100_000)
def two_threads(): Runner(workers=2).tally(games, 1, 200_000)
def many_policies(): Runner(workers=1).tally(policies, 1, 1_600)
def by_hand():
    for replication in range(40): Negotiation(scenario, seed=1, replication=replication).play()
def batch_run():
    mesa.batch_run(Negotiation, {"scenario": [scenario], "seed": 1, "replication": range(40)},
                   number_processes=1, display_progress=False, max_steps=240)

for line in sys.stdin:
    task = globals()[line.strip()]
    start = time.perf_counter()
    task()
    print(time.perf_counter() - start, flush=True)
"""

AIMS = {
    "one_thread": ("ensemble, 1 thread", "at least 2.5"), "two_threads": ("ensemble, 2 threads", "at least 2.5"),
    "many_policies": ("64 policies on the same luck", "no aim"),
    "by_hand": ("Mesa run", "at least 3"), "batch_run": ("mesa.batch_run", "at least 3"),
}  # fmt: skip
DOORS = {
    "odds, cold": ("odds", SCENARIO, "-n", "10000", "--json"), "play, cold": ("play", SCENARIO),
}  # fmt: skip
QUESTIONS = {
    "who_wins": ("run", "who_wins", "--out", "FOLDER/who_wins"),
    "Sobol' of 30 x 1,024 x 64": (
        "analyse", "sensitivity", SCENARIO, "--factors", "FOLDER/thirty.yaml", "--base", "1024", "-n", "64",
    ),
    "equilibrium of 512 x 4,000": ("analyse", "equilibrium", SCENARIO, "-n", "4000"),
}  # fmt: skip


class Checkout:
    """The sources of a commit, and a process that does with them what it is told."""

    def __init__(self, source: Path) -> None:
        self.environment = {"PYTHONPATH": str(source)}
        self._process: subprocess.Popen[str] | None = None

    def seconds(self, task: str) -> float:
        """How long the waiting process takes for a task."""
        if self._process is None:
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            environment = {**os.environ, **self.environment}
            self._process = subprocess.Popen([sys.executable, "-c", WORKER, SCENARIO], env=environment, **pipes)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(task, file=self._process.stdin, flush=True)
        return float(self._process.stdout.readline())

    def close(self) -> None:
        """Let the process go."""
        if self._process is not None:
            self._process.communicate()


def earlier(reference: str, folder: Path) -> Path:
    """The sources of a commit, unpacked into a folder."""
    packed = subprocess.run(["git", "archive", reference], cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed, check=True)
    return folder / "src"


def in_the_house(pair: dict[str, Checkout], rounds: int) -> None:
    """Ensemble and Mesa, compiled and loaded beforehand."""
    for task, (heading, aim) in AIMS.items():
        for checkout in pair.values():
            checkout.seconds(task)
        best = dict.fromkeys(pair, float("inf"))
        for _ in range(rounds):
            for name, checkout in pair.items():
                best[name] = min(best[name], checkout.seconds(task))
        tell(heading, best, aim)


def at_the_door(pair: dict[str, Checkout], rounds: int) -> None:
    """Whole commands that find nothing compiled."""
    for heading, arguments in DOORS.items():

        def cold(checkout: Checkout, arguments: Sequence[str] = arguments) -> None:
            with tempfile.TemporaryDirectory() as folder:
                command(*arguments, **checkout.environment, MINEGAME_CACHE_DIR=folder)

        tell(heading, fastest(_each(pair, cold), rounds), "at least 2")


def questions(pair: dict[str, Checkout], rounds: int) -> None:
    """Whole commands that find everything compiled."""
    for heading, arguments in QUESTIONS.items():

        def whole(checkout: Checkout, arguments: Sequence[str] = arguments) -> None:
            with tempfile.TemporaryDirectory() as folder:
                Path(folder, "thirty.yaml").write_text(_thirty_factors())
                command(*(word.replace("FOLDER", folder) for word in arguments), **checkout.environment)

        for checkout in pair.values():
            whole(checkout)
        tell(heading, fastest(_each(pair, whole), rounds), "before and after")


def _each(pair: dict[str, Checkout], task: Callable[[Checkout], None]) -> dict[str, Callable[[], None]]:
    return {name: lambda checkout=checkout: task(checkout) for name, checkout in pair.items()}


def _thirty_factors() -> str:
    from minegame.experiment_file import Experiment

    experiment, _ = Experiment.load("wide_uncertainty")
    document = experiment.model_dump(mode="json", exclude_defaults=True)
    factors = dict(list(document["factors"].items())[:30])
    document = {"title": "Thirty numbers", "scenario": SCENARIO, "replications": 64, "factors": factors}
    return yaml.safe_dump(document)


def tell(heading: str, seconds: dict[str, float], aim: str) -> None:
    """One line: seconds before and after, and their ratio."""
    before, after = seconds["before"], seconds["after"]
    print(f"{heading:<32}{before:8.2f} s -> {after:7.2f} s {before / after:8.2f} x     (aim: {aim})", flush=True)


PARTS: dict[str, Callable[[dict[str, Checkout], int], None]] = {
    "house": in_the_house, "doors": at_the_door, "questions": questions,
}  # fmt: skip


def main(reference: str, parts: Sequence[str] = (), rounds: int = 5) -> None:
    """Print before and after, part by part."""
    print(f"\nagainst {reference}, fastest of {rounds} rounds in alternation")
    with tempfile.TemporaryDirectory() as folder:
        pair = {"before": Checkout(earlier(reference, Path(folder))), "after": Checkout(ROOT / "src")}
        try:
            for part in parts or PARTS:
                PARTS[part](pair, rounds if part == "house" else min(rounds, 3))
        finally:
            for checkout in pair.values():
                checkout.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
