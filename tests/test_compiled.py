"""The cache of compiled rules: never stale, never in the way, and no second wait for the compiler."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import minegame
from minegame import compiled

pytestmark = pytest.mark.skipif(compiled._FOLDER is None, reason="the compiler is disabled")

SOURCE = Path(minegame.__file__).parent

#: Prints the mine price after a month and whether it was compiled or found: the market is the quickest turn to compile.
TRADE = """
import json
from minegame import compiled, turns
from minegame.game import GAME, STATE, new_records

game, state = new_records(GAME)[0], new_records(STATE)[0]
game.market_mean_reversion, game.market_long_run_price, game.project_price_horizon = 0.5, 530.0, 2.0
state.log_price, state.month = 6.0, -1
turns.trade(game, state)
hits, misses = turns.trade.stats.cache_hits, turns.trade.stats.cache_misses
print(json.dumps({
    "price": float(state.mine_price), "found": sum(hits.values()), "compiled": sum(misses.values()),
    "folder": compiled._FOLDER,
}))
"""

#: The same of a whole negotiation.
PLAY = """
import json
from minegame import compiled, ensemble
from minegame.game import OUTCOME, STATE, new_records
from minegame.scenario import Scenario

outcome = new_records(OUTCOME)
ensemble.play(Scenario.load("two_bidders").game()[0], new_records(STATE)[0], outcome[0], 1, 1)
stats = ensemble.play.stats
print(json.dumps({
    "price": float(outcome["host_value"][0]), "found": sum(stats.cache_hits.values()),
    "compiled": sum(stats.cache_misses.values()), "folder": compiled._FOLDER,
}))
"""


@pytest.fixture
def checkout(tmp_path):
    """A copy of the package and its scenarios, with a cache folder of its own."""
    copy_of_package(tmp_path)
    return tmp_path


def copy_of_package(folder):
    shutil.copytree(SOURCE, folder / "src" / "minegame", ignore=shutil.ignore_patterns("__pycache__"))
    shipped = SOURCE / "configs"
    shutil.copytree(shipped if shipped.is_dir() else SOURCE.parents[1] / "configs", folder / "configs")


def start(checkout, program, **environment):
    settings = {"MINEGAME_CACHE_DIR": str(checkout / "cache"), "PYTHONPATH": str(checkout / "src"), **environment}
    return subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **settings},
        cwd=checkout,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return json.loads(out)


def run(checkout, program=TRADE, **environment):
    return finish(start(checkout, program, **environment))


def edit(checkout, name, old, new):
    path = checkout / "src" / "minegame" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def files(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_a_changed_rule_is_used_at_once_and_the_old_one_when_it_is_restored(checkout):
    """The rule stands in another file than the turn that is run, where numba alone would go on with the old one."""
    first = run(checkout)
    edit(checkout, "rules.py", "MONTH = 1.0 / 12.0", "MONTH = 1.0 / 3.0")
    second = run(checkout)
    edit(checkout, "rules.py", "MONTH = 1.0 / 3.0", "MONTH = 1.0 / 12.0")
    third = run(checkout)
    assert (first["found"], second["found"], third["found"]) == (0, 0, 1)
    assert second["price"] != first["price"] == third["price"]


def test_a_second_process_does_not_wait_for_the_compiler(checkout):
    first, before = run(checkout), files(checkout / "cache")
    second, after = run(checkout), files(checkout / "cache")
    assert (first["found"], first["compiled"]) == (0, 1)
    assert (second["found"], second["compiled"]) == (1, 0)
    assert len(before) > 0
    assert before == after
    assert second["price"] == first["price"]
    assert Path(second["folder"]).parent == checkout / "cache"


TOLD = "import sys\nfrom minegame import compiled\ncompiled.before_compiling(lambda: print('waits', file=sys.stderr))\n"


def said(checkout, program):
    process = start(checkout, program)
    err = process.communicate(timeout=300)[1]
    assert process.returncode == 0, err
    return err


def test_who_waits_for_the_compiler_is_told_once(checkout):
    """That the market is kept says nothing about another turn."""
    another = TOLD + "from minegame import rules\nrules.annuity_factor(0.1, 10.0, 5.0)\nrules.clip(0.1, 0.0, 1.0)\n"
    programs = (TOLD + TRADE, TOLD + TRADE, another, another)
    assert [said(checkout, program) for program in programs] == ["waits\n", "", "waits\n", ""]


@pytest.mark.slow
def test_the_commands_say_that_they_compile(checkout):
    """The turns that were played one by one are no tally yet."""
    command = "from minegame.cli import app\napp({})".format
    played, tallied = command(["play", "two_bidders"]), command(["odds", "two_bidders", "--replications", "2"])
    told = [said(checkout, program).count("Compiling the game") for program in (played, played, tallied, tallied)]
    assert told == [1, 0, 1, 0]


def test_where_the_cache_cannot_be_written_a_temporary_folder_is_used(checkout):
    (checkout / "file").write_text("not a folder", encoding="utf-8")
    (checkout / "tmp").mkdir()
    places = {"MINEGAME_CACHE_DIR": str(checkout / "file" / "cache"), "TMPDIR": str(checkout / "tmp")}
    first, second = (run(checkout, **places) for _ in range(2))
    assert (checkout / "tmp") in Path(first["folder"]).parents
    assert (first["found"], second["found"]) == (0, 1)
    assert first["price"] == second["price"]


def test_two_processes_may_fill_an_empty_cache_at_once(checkout):
    processes = [start(checkout, TRADE) for _ in range(2)]
    first, second = (finish(process) for process in processes)
    assert first["price"] == second["price"]
    assert run(checkout)["found"] == 1


@pytest.mark.slow
def test_the_same_of_a_whole_negotiation(checkout):
    """Two processes at once, then a third that compiles nothing, a changed rule, and the old one again."""
    processes = [start(checkout, PLAY) for _ in range(2)]
    first, second = (finish(process) for process in processes)
    assert first["price"] == second["price"]
    third = run(checkout, PLAY)
    assert (third["found"], third["compiled"], third["price"]) == (1, 0, first["price"])
    edit(checkout, "rules.py", "return weight * credit * scale * share", "return weight * credit * scale * share + 7.0")
    edit(checkout, "rules.py", "bonus * coverage", "bonus * coverage + 7.0")
    changed = run(checkout, PLAY)
    assert (changed["found"], changed["price"] != first["price"]) == (0, True)
    edit(checkout, "rules.py", " + 7.0", "")
    assert run(checkout, PLAY) == third


def test_without_the_compiler_nothing_is_kept(checkout):
    process = start(checkout, TRADE.replace("turns.trade.stats.cache_", "{} and turns."), NUMBA_DISABLE_JIT="1")
    plain = finish(process)
    assert plain["folder"] is None
    assert not (checkout / "cache").exists()
    assert plain["price"] == run(checkout)["price"]


@pytest.mark.parametrize("name", compiled.SOURCES)
def test_every_compiled_source_counts(checkout, name):
    def known():
        command = [sys.executable, "-c", "from minegame import compiled; print(compiled.code_hash())"]
        environment = {**os.environ, "PYTHONPATH": str(checkout / "src"), "NUMBA_DISABLE_JIT": "1"}
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    before = known()
    path = checkout / "src" / "minegame" / name
    path.write_text(path.read_text(encoding="utf-8") + "\n# a note\n", encoding="utf-8")
    assert known() != before


def test_all_rules_stand_in_sources_that_count():
    ruled = {path.name for path in SOURCE.rglob("*.py") if "\n@rule\n" in path.read_text(encoding="utf-8")}
    assert ruled <= set(compiled.SOURCES)


def test_where_somebody_else_could_write_the_temporary_folder_is_not_used(tmp_path, monkeypatch):
    """numba runs what it finds in a cache, so a folder that others made, or may write to, is none."""
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("MINEGAME_CACHE_DIR", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    shared = tmp_path / f"minegame-{os.getuid()}"
    assert compiled.cache_folder().parent == shared
    shared.chmod(0o777)
    assert compiled.cache_folder().parent != shared
    shutil.rmtree(shared)
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    shared.symlink_to(tmp_path / "elsewhere")
    found = compiled.cache_folder()
    assert found.parent != shared
    assert found.parent.stat().st_mode & 0o077 == 0
    assert not list((tmp_path / "elsewhere").iterdir())


def test_caches_that_nobody_used_for_a_month_are_removed_and_nothing_else(tmp_path, monkeypatch):
    """A user's folder may be as long as a cache's name, and even look like one: only what was made here goes."""
    monkeypatch.setenv("MINEGAME_CACHE_DIR", str(tmp_path))
    old, recent, marked = tmp_path / ("0" * 16), tmp_path / ("1" * 16), tmp_path / "holiday-pictures"
    foreign = [tmp_path / "sixteen-letters!", tmp_path / ("a" * 16), tmp_path / "something-else", marked]
    for folder in (old, recent, *foreign):
        folder.mkdir()
        (folder / "kept").write_text("")
    for folder in (old, recent, marked):
        (folder / ".minegame-cache").touch()
    long_ago = time.time() - 40 * 24 * 3600
    for folder in (old, *foreign):
        os.utime(folder, (long_ago, long_ago))
    current = compiled.cache_folder()
    assert set(tmp_path.iterdir()) == {current, recent, *foreign}
    assert compiled.cache_folder() == current


def test_a_cache_made_here_is_removed_by_a_later_version(tmp_path, monkeypatch):
    monkeypatch.setenv("MINEGAME_CACHE_DIR", str(tmp_path))
    old = compiled.cache_folder()
    os.utime(old, (0, 0))
    monkeypatch.setattr(compiled, "code_hash", lambda: "0" * 16)
    current = compiled.cache_folder()
    assert list(tmp_path.iterdir()) == [current]
