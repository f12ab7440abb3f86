"""What is far too large is refused before anything is made of it: soon, and in little room."""

from __future__ import annotations

from pathlib import Path

import measured
import pytest

from minegame import design, experiment
from minegame.answers import experiment as told
from minegame.experiment_file import Experiment, ExperimentError
from minegame.results import Results

MEGABYTES = 300
SMALL = "title: x\nscenario: two_bidders\nreplications: 10\n"
LARGE = (
    "factors: {host.backlash: {low: 0, high: 1}, host.balance_weight: {low: 0, high: 4}, "
    "host.credit_weight: {low: 0, high: 1}}\n"
)
TWO = "factors: {host.backlash: {low: 0, high: 1}, host.balance_weight: {low: 0, high: 4}}\n"
NINES = "9" * 5000

#: Files that are too large, and how they are read.
FILES = {
    "misspelt sources": ("validate", "sources", [f"  patrons.nroth{n}.lnik: {{assumption: x}}" for n in range(9000)]),
    "many patrons": ("validate", "patrons", [f"  p{n}: {{}}" for n in range(40_000)]),
    "unknown numbers": ("validate", "host", [f"  balence_wieght{n}: 1" for n in range(30_000)]),
    "misspelt policies": ("run", "policies", [f"  p{n}: {{host.balence_wieght: 1}}" for n in range(4000)]),
    "too many policies": ("run", "policies", [f"  p{n}: {{}}" for n in range(30_000)]),
    "unknown questions": ("run", "ask", [f"- k{n}" for n in range(60_000)]),
    "unknown factors": ("run", "factors", [f"  host.b{n}: [1]" for n in range(20_000)]),
    "unknown points": ("run", "points", [f"- {{a{n}: 1}}" for n in range(30_000)]),
}
#: Commands that ask for too much.
ASKED = {
    "replications": ("odds", "two_bidders", "-n", "100000000000"),
    "digits": ("odds", "two_bidders", "-n", NINES),
    "more than memory": ("analyse", "attribution", "two_bidders", "-n", "100000000000", "--yes"),
    "a grid": ("sweep", "two_bidders", "--vary", f"host.balance_weight=0:4:{NINES}"),
    "an endless range": ("sweep", "two_bidders", "--vary", "host.balance_weight=0:inf:5"),
    "a number": ("odds", "two_bidders", "--set", f"host.balance_weight={NINES}"),
}
#: Experiments that ask for too much.
EXPERIMENTS = {
    "a sample": SMALL + LARGE + "design: {kind: sobol, points: 5000000}\n",
    "a larger one": SMALL + LARGE + "design: {kind: random, points: 99999999}\n",
    "a grid": SMALL + LARGE + "design: {levels: 10000}\n",
    "an endless run": SMALL.replace("10", ".inf"),
    "a long run": SMALL.replace("10", "1000000000000"),
    "points that set nothing": SMALL + "points: [{}, {}]\n",
    "no factors": SMALL + "design: {kind: sobol, points: 4, factors: []}\n",
}


def refused(*arguments: str) -> float:
    """The memory, in MB, that a command takes to be refused with a message."""
    done, megabytes = measured.command(*arguments)
    assert done.returncode == 2, done.stderr
    assert 1 <= len(done.stderr.splitlines()) <= 32
    assert "Traceback" not in done.stderr
    return megabytes


@pytest.mark.slow
@pytest.mark.parametrize("what", FILES)
def test_files_that_are_too_large_are_refused_in_little_room(what: str, tmp_path: Path) -> None:
    command, group, lines = FILES[what]
    head = "extends: two_bidders\ntitle: t\n" if command == "validate" else SMALL
    file = tmp_path / "large.yaml"
    file.write_text(f"{head}{group}:\n" + "\n".join(lines) + "\n")
    assert refused(command, str(file)) < MEGABYTES


@pytest.mark.slow
@pytest.mark.parametrize("what", [*ASKED, *EXPERIMENTS])
def test_what_asks_for_too_much_is_refused_in_little_room(what: str, tmp_path: Path) -> None:
    file = tmp_path / "asked.yaml"
    file.write_text(EXPERIMENTS.get(what, ""))
    arguments = ASKED.get(what, ("run", str(file), "--out", str(tmp_path / "r")))
    assert refused(*arguments) < MEGABYTES
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize("what", ["a sample", "a larger one", "a grid"])
def test_nothing_is_sampled_of_a_design_that_is_refused(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("sobol", "random", "latin_hypercube", "factorial"):
        monkeypatch.setattr(design, name, lambda *_: pytest.fail("sampled"))
    (tmp_path / "asked.yaml").write_text(EXPERIMENTS[what])
    with pytest.raises(ExperimentError, match=r"points of 3 factors|between 1 and 5,000,000"):
        Experiment.load(tmp_path / "asked.yaml")


def test_of_a_large_design_only_what_is_shown_is_made_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = SMALL.replace("10", "1") + TWO + "design: {kind: random, points: 6000}\nanalysis: [winning, plot]\n"
    (tmp_path / "asked.yaml").write_text(asked)
    found = experiment.run(Experiment.load(tmp_path / "asked.yaml")[1], tmp_path / "r")
    whole = found.win_probabilities()
    made = []
    rows = Results.win_probabilities
    monkeypatch.setattr(Results, "win_probabilities", lambda *a, **k: made.append(rows(*a, **k)) or made[-1])
    for picture in told.answer(found).pictures.values():
        picture.png()
    assert [len(table) for table in made] == [4000 * 3]
    some = whole[whole["group"].isin(made[0]["group"])].reset_index(drop=True)
    assert made[0].equals(some)


@pytest.mark.slow
def test_results_of_many_points_are_told_in_little_room(tmp_path: Path) -> None:
    asked = SMALL.replace("10", "1") + TWO + "design: {kind: random, points: 100000}\n"
    (tmp_path / "asked.yaml").write_text(asked)
    experiment.run(Experiment.load(tmp_path / "asked.yaml")[1], tmp_path / "r")
    for told_by in ("results", "report"):
        done, megabytes = measured.command(told_by, str(tmp_path / "r"))
        assert done.returncode == 0, done.stderr
        assert megabytes < 500
