"""How fast and how large: one run, printed as ratios, because machines differ and are shared.

    make bench
    make bench AGAINST=REF                     # and an earlier commit beside it, as bench/against.py says
    .venv/bin/python bench/bench.py --large    # the experiment section at 10^8 negotiations and 100,000 points

Every pair that is compared is measured in alternation, and the fastest of several rounds counts.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
SCENARIO = "kazakhstan_tungsten"


def fastest(tasks: dict[str, Callable[[], object]], rounds: int = 5) -> dict[str, float]:
    """Seconds of each task, the fastest of some rounds run in turn."""
    best = dict.fromkeys(tasks, float("inf"))
    for _ in range(rounds):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            best[name] = min(best[name], time.perf_counter() - start)
    return best


def python(code: str, **environment: str) -> str:
    """What a fresh Python prints when it runs some code."""
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return done.stdout


def command(*arguments: str, **environment: str) -> float:
    """Seconds that a whole command takes, from the shell's point of view."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "minegame", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        check=True,
    )
    return time.perf_counter() - start


def months_played(games: np.ndarray) -> int:
    """How many months a negotiation takes, on average, to the nearest whole one."""
    from minegame.ensemble import general
    from minegame.runner import Runner

    last = Runner(workers=1).samples(games[0], 1, 20_000, [general("month")])
    return round(float(np.nanmean(last))) + 1


def only_dice(games: np.ndarray, months: int) -> Callable[[int], None]:
    """A compiled function that throws the dice of so many negotiations, as the game does, and does nothing else."""
    import numba

    from minegame import turns
    from minegame.game import STATE, new_records

    @numba.njit(nogil=True)
    def throw(game: Any, state: Any, replications: int) -> None:
        turns.set_table(game[0], state[0])
        for replication in range(replications):
            state[0].replication = replication
            turns._throw_run_dice(game[0], state[0])
            for month in range(months):
                state[0].month = month
                turns.throw_month_dice(game[0], state[0])

    state = new_records(STATE)
    throw(games[0], state, 1)
    return lambda replications: throw(games[0], state, replications)


def played_apart(count: int) -> float:
    """Seconds of so many negotiations on one thread, in a process that shares nothing with any other."""
    from minegame.runner import Runner
    from minegame.scenario import Scenario

    games = Scenario.load(SCENARIO).game().reshape(1, 1)
    Runner(workers=1).tally(games, 1, 2_000)
    start = time.perf_counter()
    Runner(workers=1).tally(games, 1, count)
    return time.perf_counter() - start


def two_processes(count: int, rounds: int = 5) -> float:
    """How much more two processes that share nothing do than one: what the machine gives, and no program exceeds."""
    alone, beside = [], []
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(played_apart, [2_000] * 2))  # both are there, and have loaded everything
        for _ in range(rounds):
            alone.append(pool.submit(played_apart, count).result())
            beside.append(max(pool.map(played_apart, [count] * 2)))
    return 2 * min(alone) / min(beside)


def ensemble_section() -> float:
    """Ensemble on one and two threads, and its dice alone; returns negotiations a second on all cores."""
    from minegame.runner import Runner
    from minegame.scenario import Scenario

    games, count = Scenario.load(SCENARIO).game().reshape(1, 1), 200_000
    Runner().tally(games, 1, 2_000)
    months = months_played(games)
    throw = only_dice(games, months)
    seconds = fastest(
        {
            "one": lambda: Runner(workers=1).tally(games, 1, count),
            "two": lambda: Runner(workers=2).tally(games, 1, count),
            "dice": lambda: throw(count),
        }
    )
    print(f"ensemble, 1 thread              {count / seconds['one']:12,.0f} negotiations/s")
    print(f"ensemble, 2 threads             {count / seconds['two']:12,.0f} negotiations/s")
    print(f"  2 threads against 1           {seconds['one'] / seconds['two']:12.2f} x     (aim: at least 1.9)")
    print(f"  2 processes against 1         {two_processes(count // 2):12.2f} x     (what the machine gives)")
    print(f"dice alone                      {count / seconds['dice']:12,.0f} negotiations' worth/s  ({months} months)")
    print(f"  ensemble against dice alone   {seconds['one'] / seconds['dice']:12.2f} x     (aim: at most 2)")
    return count / min(seconds["one"], seconds["two"])


def mesa_section(rate: float) -> None:
    """The Mesa run by hand and through mesa.batch_run."""
    import mesa

    from minegame.model import Negotiation
    from minegame.scenario import Scenario

    scenario, count = Scenario.load(SCENARIO), 100
    Negotiation(scenario).play()

    def by_hand() -> None:
        for replication in range(count):
            Negotiation(scenario, seed=1, replication=replication).play()

    def batch_run() -> None:
        parameters = {"scenario": [scenario], "seed": 1, "replication": range(count)}
        mesa.batch_run(Negotiation, parameters, number_processes=1, display_progress=False, max_steps=240)

    seconds = fastest({"hand": by_hand, "batch": batch_run}, rounds=3)
    print(f"Mesa run                        {count / seconds['hand']:12,.0f} negotiations/s")
    print(f"mesa.batch_run                  {count / seconds['batch']:12,.0f} negotiations/s")
    print(f"  ensemble against batch_run    {rate * seconds['batch'] / count:12,.0f} x     (aim: at least 2,000)")


def experiment_section(large: bool) -> None:
    """What the experiment machinery adds: to a small run, to a large one, and where a design has many points."""
    from minegame import experiment
    from minegame.experiment_file import Experiment, Plan
    from minegame.runner import Runner
    from minegame.scenario import Scenario

    sizes = [("small run", 1_000), ("large run", 10**8 if large else 2_000_000)]
    for name, count in sizes:
        plan = Plan.of(Scenario.load(SCENARIO), replications=count)
        bare, whole = _bare_and_whole(plan, rounds=1 if count > 10**7 else 3)
        added = f"{whole - bare:.2f} s" if count < 10**6 else f"{whole / bare - 1:.1%}"
        aim = "at most 1 s" if count < 10**6 else "at most 10 %"
        print(f"{name}, {count:>11,} reps    {whole:12.2f} s     (bare {bare:.2f} s; adds {added}, aim: {aim})")
    points = 100_000 if large else 10_000
    changes = {
        "design": {"kind": "sobol", "points": points},
        "policies": {"observed": {}},
        "replications": 100,
    }
    _, plan = Experiment.load("wide_uncertainty", changes)
    one = plan.games(range(1))
    pace = fastest({"bare": lambda: Runner().tally(one, plan.seed, 400_000)}, rounds=3)["bare"] / 400_000
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        experiment.run(plan, Path(folder) / "run")
        whole = time.perf_counter() - start
    share = pace * points * 100 / whole
    print(
        f"{points:,} points x 100          {whole:12.2f} s     ({share:.0%} of the ensemble's rate, aim: at least 60 %)"
    )


def forecast_section() -> None:
    """Whether --dry-run says how long a run takes."""
    from minegame import experiment
    from minegame.experiment_file import Experiment

    for name in ("who_wins", "third_bidder", "balance_weight", "tender_rules"):
        _, plan = Experiment.load(name)
        ahead = experiment.forecast(plan).seconds
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            experiment.run(plan, Path(folder) / "run")
            took = time.perf_counter() - start
        limit = " (at most: until sure)" if plan.replications.until else ""
        print(f"dry run of {name:<20} {ahead / took:12.2f} x what it took{limit}     (aim: 0.5 to 2)")


def _bare_and_whole(plan: Any, rounds: int) -> tuple[float, float]:
    """Seconds of playing a plan's games alone, and of running it into a folder."""
    from minegame import experiment
    from minegame.runner import Runner

    count = plan.replications.at_most

    def bare() -> None:
        Runner().tally(plan.games(), plan.seed, count)

    def whole() -> None:
        with tempfile.TemporaryDirectory() as folder:
            experiment.run(plan, Path(folder) / "run")

    best = fastest({"bare": bare, "whole": whole}, rounds)
    return best["bare"], best["whole"]


def start_section() -> None:
    """Start-up: help, cold (nothing compiled) and warm."""
    with tempfile.TemporaryDirectory() as folder:
        odds = ("odds", SCENARIO, "--replications", "10000", "--json")
        cold = command(*odds, MINEGAME_CACHE_DIR=folder)
        warm = min(command(*odds, MINEGAME_CACHE_DIR=folder) for _ in range(3))
    print(f"minegame --help                 {min(command('--help') for _ in range(3)):12.2f} s     (aim: at most 0.3)")
    print(f"odds of 10,000, cold            {cold:12.2f} s     (compiles once)")
    print(f"odds of 10,000, warm            {warm:12.2f} s     (aim: at most 1)")


def memory_section() -> None:
    """Peak memory of a small and of a large odds."""
    code = (
        "import resource, sys\n"
        "from minegame.runner import Runner\nfrom minegame.scenario import Scenario\n"
        f"Runner().tally(Scenario.load('{SCENARIO}').game().reshape(1, 1), 1, int(sys.argv[1]))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    peaks = []
    for count in (10_000, 10_000_000):
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code, str(count)], capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout) / 1024)
        print(f"peak memory, {count:>10,} reps    {peaks[-1]:12,.0f} MB    ({time.perf_counter() - start:.0f} s)")
    print(f"  large against small           {peaks[1] / peaks[0]:12.2f} x     (aim: flat)")


def main() -> None:
    """Print every section."""
    print(f"Python {sys.version.split()[0]}, NumPy {np.__version__}, {os.cpu_count()} cores\n")
    memory_section()  # first: a child's peak memory begins at that of its parent
    start_section()
    mesa_section(ensemble_section())
    experiment_section("--large" in sys.argv)
    forecast_section()
    if "--against" in sys.argv:
        import against

        against.main(sys.argv[sys.argv.index("--against") + 1])
    print(f"\npeak memory of this benchmark   {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:12,.0f} MB")


if __name__ == "__main__":
    main()
