"""The machine code that is kept: never stale, never in the way, and no second wait for the compiler."""

from __future__ import annotations

import copy
import errno
import json
import os
import pickle
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import minegame
from minegame import cache, compiled, machine_code
from minegame.game import STATE, new_records

pytestmark = pytest.mark.skipif(compiled.PLAIN, reason="the compiler is disabled")

SOURCE = Path(minegame.__file__).parent

#: Prints how much of a price is kept over a month and whether somebody waited for the compiler: a turn stands in for
#: the whole game, since it is quick to compile.
TRADE = """
import json
from minegame import compiled, machine_code, turns
from minegame.game import GAME, STATE, new_records
from minegame.scenario import Scenario

@compiled.rule
def price_kept(games, states):
    turns.set_table(games[0], states[0])
    return states[0].price_kept

waits = []
machine_code.before_compiling(waits.append)
entry = machine_code.Entry("trade", price_kept, (), {"games": new_records(GAME), "states": new_records(STATE)})
price = entry(games=Scenario.load("two_bidders").game(), states=new_records(STATE))
print(json.dumps({"price": price, "compiled": len(waits)}))
"""

#: The same of a whole negotiation.
PLAY = """
import json
import numpy as np
from minegame import door, machine_code
from minegame.game import OUTCOME, new_records
from minegame.scenario import Scenario

waits, outcome = [], new_records(OUTCOME)
machine_code.before_compiling(waits.append)
door.tally(
    Scenario.load("two_bidders").game(), outcome, reference=-1, seed=1, firsts=np.array([1]), count=1
)
print(json.dumps({"price": float(outcome["host_value"][0]), "compiled": len(waits)}))
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
    assert (first["compiled"], second["compiled"], third["compiled"]) == (1, 1, 0)
    assert second["price"] != first["price"] == third["price"]


def test_a_second_process_does_not_wait_for_the_compiler(checkout):
    first, before = run(checkout), files(checkout / "cache")
    second, after = run(checkout), files(checkout / "cache")
    assert (first["compiled"], second["compiled"]) == (1, 0)
    assert len(before) == 2  # the machine code, and what marks the folder
    assert before == after
    assert second["price"] == first["price"]


def test_what_is_kept_needs_no_compiler(checkout):
    run(checkout)
    without = "import sys\nsys.modules['numba'] = None\n"
    assert run(checkout, without + TRADE)["compiled"] == 0


def test_a_process_may_have_several_entries(checkout):
    another = """
@compiled.rule
def months(games, states):
    return 0.5 * games[0].months

records = {"games": new_records(GAME), "states": new_records(STATE)}
half = machine_code.Entry("months", months, (), records)
games = Scenario.load("two_bidders").game()
assert half(games=games) == 0.5 * games[0].months
"""
    for times in (2, 0):
        printed = "print(json.dumps({'price': entry(games=games), 'compiled': len(waits)}))"
        program = TRADE.replace("print(", "str(") + another + printed
        assert run(checkout, program)["compiled"] == times


def test_the_same_name_with_another_function_is_compiled_anew(checkout):
    """Also one that stands in no file that counts, and one of arrays of another kind."""
    run(checkout)
    doubled = TRADE.replace("return states[0].price_kept", "return 2.0 * states[0].price_kept")
    of_tables = TRADE.replace("new_records(STATE)}", "new_records(STATE).reshape(1, 1)}")
    of_tables = of_tables.replace("states=new_records(STATE))", "states=new_records(STATE).reshape(1, 1))")
    of_tables = of_tables.replace("states[0]", "states[0, 0]")
    once = run(checkout)["price"]
    assert run(checkout, doubled) == {"price": 2.0 * once, "compiled": 1}
    assert run(checkout, of_tables) == {"price": once, "compiled": 1}


def test_entries_may_be_called_first_by_several_threads_at_once(checkout):
    threads = """
import json, threading
from minegame import compiled, machine_code
import numpy as np

@compiled.rule
def one(numbers):
    return numbers[0] + 1.0

@compiled.rule
def two(numbers):
    return numbers[0] + 2.0

entries = [machine_code.Entry(rule.__name__, rule, (), {"numbers": np.zeros(1)}) for rule in (one, two)]
found = {}
def call(n):
    found[n] = [entries[n](numbers=np.full(1, 5.0)) for _ in range(100)][-1]
threads = [threading.Thread(target=call, args=(n,)) for n in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps([found[0], found[1]]))
"""
    for _ in range(3):
        assert run(checkout, threads) == [6.0, 7.0]


def test_a_rule_is_copied_as_itself():
    from minegame import rules

    assert pickle.loads(pickle.dumps(rules.belief)) is copy.deepcopy(rules.belief) is rules.belief
    assert repr(rules.belief) == "<rule minegame.rules.belief>"


def test_what_an_entry_does_not_have_is_refused_compiled_or_not():
    from minegame import door

    with pytest.raises(KeyError, match="gaems"):
        door._enter(task=door.MEASURE, gaems=1)


def test_where_there_is_no_room_at_all_everything_works_and_nothing_is_kept(checkout):
    nowhere = """
import tempfile
def no_room(*_, **__):
    raise FileNotFoundError(2, "No usable temporary directory found")
tempfile.gettempdir = tempfile.mkdtemp = no_room
"""
    (checkout / "file").write_text("not a folder", encoding="utf-8")
    places = {"MINEGAME_CACHE_DIR": str(checkout / "file" / "cache")}
    assert [run(checkout, nowhere + TRADE, **places)["compiled"] for _ in range(2)] == [1, 1]
    assert run(checkout, nowhere + TRADE)["compiled"] == 1
    assert run(checkout, nowhere + TRADE)["compiled"] == 0


def test_what_a_killed_process_was_writing_goes_when_somebody_writes_again(tmp_path):
    file = tmp_path / "game.bin"
    old, new = (tmp_path / f".game.bin.{number}.partial" for number in (7, 8))
    for left in (old, new):
        left.touch()
    os.utime(old, (0, 0))
    cache.write(file, b"machine code")
    assert sorted(path.name for path in tmp_path.iterdir()) == [new.name, file.name]


def test_another_processor_has_machine_code_of_its_own(checkout):
    run(checkout)
    other = "from llvmlite import binding\nbinding.get_host_cpu_name = lambda: 'another'\n"
    assert [run(checkout, other + TRADE)["compiled"] for _ in range(2)] == [1, 0]


def test_machine_code_that_needs_what_is_not_there_is_not_used(checkout):
    price = run(checkout)["price"]
    (file,) = (checkout / "cache").rglob("*.bin")
    needs, code = cache.read(file).split(b"\n", 1)
    cache.write(file, json.dumps([*json.loads(needs), "no_such_function"]).encode() + b"\n" + code)
    assert run(checkout) == {"price": price, "compiled": 1}
    assert run(checkout) == {"price": price, "compiled": 0}


@pytest.mark.parametrize(
    ("states", "why"),
    [
        (new_records(STATE)["price_kept"], r"states: an array of <f8 with 1 axes instead of \|V"),
        (new_records(STATE).reshape(1, 1), "with 2 axes instead of"),
        (new_records(STATE, 4)[::2], "scattered in memory"),
    ],
)
def test_an_array_of_another_kind_is_refused(states, why):
    from minegame import door

    with pytest.raises(TypeError, match=why):
        door._enter(states=states)


ANOTHER_NUMBA = """
import numba
numba.version_info = numba.version_info._replace(short=(0, 0))
"""


def test_a_function_that_numba_compiles_in_its_own_way_may_call_rules_that_call_others():
    program = """
import numba
from minegame import rules

@numba.njit
def outlook(x):
    return rules.mine_price(x, 0.15, 0.3, 530.0, 12.0) + rules.price_motion(0.15, 0.3, x, 1.0)[1]

plain = rules.mine_price(6.0, 0.15, 0.3, 530.0, 12.0) + rules.price_motion(0.15, 0.3, 6.0, 1.0)[1]
print(outlook(6.0) == plain)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)  # a fault kills its process
    assert (done.returncode, done.stdout.strip()) == (0, "True"), done.stderr


BEFORE_THE_FIRST = """
from minegame import compiled, game, machine_code, turns

@compiled.rule
def hand_over(games, states):
    turns._hand_over(games[0], states[0], -2, 0)
    return 0.0

records = {"games": game.new_records(game.GAME), "states": game.new_records(game.STATE)}
machine_code.Entry("hand_over", hand_over, (), records)()
"""


@pytest.mark.slow
def test_no_index_lies_outside_its_array(checkout):
    """Compiled code does not look: the games and campaigns of these tests are played with numba's checks."""
    tests = Path(__file__).parent
    checked = {"NUMBA_BOUNDSCHECK": "1", "MINEGAME_CACHE_DIR": str(checkout / "checked")}
    noticed = subprocess.run(
        [sys.executable, "-c", BEFORE_THE_FIRST], env={**os.environ, **checked}, capture_output=True, text=True
    )
    assert "RuntimeError: the compiled game stopped at an error" in noticed.stderr
    files = [str(tests / f"test_{name}.py") for name in ("twins", "completeness", "campaign", "env", "discovery")]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *files],
        env={**os.environ, **checked}, cwd=tests.parent, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.slow
def test_another_numba_compiles_the_game_in_its_own_way(checkout):
    slim = run(checkout, PLAY)
    usual = run(checkout, ANOTHER_NUMBA + PLAY, MINEGAME_CACHE_DIR=str(checkout / "other"))
    assert usual == slim


TOLD = """
import sys
from minegame import machine_code

machine_code.before_compiling(lambda why: print(why, file=sys.stderr))
"""
WAITS = "Compiling the game (once; some twenty seconds) ...\n"


def said(checkout, program):
    process = start(checkout, program)
    err = process.communicate(timeout=300)[1]
    assert process.returncode == 0, err
    return err


def test_who_waits_for_the_compiler_is_told_once(checkout):
    """A rule that is called for itself is not compiled at all."""
    another = TOLD + "from minegame import rules\nrules.annuity_factor(0.1, 10.0, 5.0)\n"
    assert [said(checkout, program) for program in (another, TOLD + TRADE, TOLD + TRADE)] == ["", WAITS, ""]


@pytest.mark.slow
def test_the_commands_say_that_they_compile(checkout):
    """Once for all of them, whatever is asked first."""
    command = "from minegame.cli import app\napp({})".format
    few = ["two_bidders", "--replications", "2"]
    programs = (["play", "two_bidders"], ["odds", *few], ["analyse", "ledger", *few], ["analyse", "attribution", *few])
    told = [said(checkout, command(program)).count("Compiling the game") for program in programs]
    assert told == [1, 0, 0, 0]


def test_where_the_cache_cannot_be_written_a_temporary_folder_is_used(checkout):
    (checkout / "file").write_text("not a folder", encoding="utf-8")
    (checkout / "tmp").mkdir()
    places = {"MINEGAME_CACHE_DIR": str(checkout / "file" / "cache"), "TMPDIR": str(checkout / "tmp")}
    first, second = (run(checkout, **places) for _ in range(2))
    assert list((checkout / "tmp").rglob("*.bin"))
    assert (first["compiled"], second["compiled"]) == (1, 0)
    assert first["price"] == second["price"]


def test_two_processes_may_fill_an_empty_cache_at_once(checkout):
    processes = [start(checkout, TRADE) for _ in range(2)]
    first, second = (finish(process) for process in processes)
    assert first["price"] == second["price"]
    assert run(checkout)["compiled"] == 0


@pytest.mark.slow
def test_the_same_of_a_whole_negotiation(checkout):
    """Two processes at once, then a third that compiles nothing, a changed rule, and the old one again."""
    processes = [start(checkout, PLAY) for _ in range(2)]
    first, second = (finish(process) for process in processes)
    assert first["price"] == second["price"]
    third = run(checkout, PLAY)
    assert third == {"price": first["price"], "compiled": 0}
    edit(checkout, "rules.py", "return weight * credit * scale * share", "return weight * credit * scale * share + 7.0")
    edit(checkout, "rules.py", "bonus * coverage", "bonus * coverage + 7.0")
    changed = run(checkout, PLAY)
    assert (changed["compiled"], changed["price"] != first["price"]) == (1, True)
    edit(checkout, "rules.py", " + 7.0", "")
    assert run(checkout, PLAY) == third


def test_without_the_compiler_nothing_is_kept(checkout):
    plain = run(checkout, NUMBA_DISABLE_JIT="1")
    assert plain["compiled"] == 0
    assert not (checkout / "cache").exists()
    assert plain["price"] == run(checkout)["price"]


@pytest.mark.parametrize("name", machine_code.SOURCES)
def test_every_compiled_source_counts(checkout, name):
    def known():
        command = [sys.executable, "-c", "from minegame import machine_code; print(machine_code.code_hash())"]
        environment = {**os.environ, "PYTHONPATH": str(checkout / "src"), "NUMBA_DISABLE_JIT": "1"}
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    before = known()
    path = checkout / "src" / "minegame" / name
    path.write_text(path.read_text(encoding="utf-8") + "\n# a note\n", encoding="utf-8")
    assert known() != before


def test_all_rules_stand_in_sources_that_count():
    decorated = re.compile("^@(rule|seldom|side_by_side)$", re.MULTILINE)
    ruled = {path.name for path in SOURCE.rglob("*.py") if decorated.search(path.read_text("utf-8"))}
    assert len(ruled) > 5
    assert ruled <= set(machine_code.SOURCES)


def lines_of(checkout):
    """What is printed of the price, and what is said, by a program that trades."""
    process = start(checkout, TOLD + TRADE)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return json.loads(out)["price"], err.splitlines()


def ways_to_damage(content):
    """A file's content emptied, cut in many places, with bits flipped in fifty places, longer, and something else."""
    chosen = random.Random(7)
    yield b""
    yield b"rubbish"
    yield content + b"\0"
    yield content[32:]
    for _ in range(10):
        yield content[: chosen.randrange(len(content))]
    for place in [0, 31, 32, len(content) - 1, *(chosen.randrange(len(content)) for _ in range(46))]:
        yield content[:place] + bytes([content[place] ^ (1 << chosen.randrange(8))]) + content[place + 1 :]


def test_a_damaged_file_is_dropped_and_the_game_compiled_anew_with_one_line(checkout):
    price, _ = lines_of(checkout)
    assert lines_of(checkout) == (price, [])
    for damage in (b"", b"rubbish"):
        (file,) = (checkout / "cache").rglob("*.bin")
        file.write_bytes(damage)
        again, said = lines_of(checkout)
        assert again == price
        assert [line[:28] for line in said] == ["What was kept of the compiled"[:28]]
        assert lines_of(checkout) == (price, [])


def test_no_damage_is_ever_loaded(tmp_path):
    """Whatever happens to a file, it is as if it were not there."""
    file, content = tmp_path / "game.bin", b"machine code" * 30
    cache.write(file, content)
    assert cache.read(file) == content
    whole = file.read_bytes()
    for damage in ways_to_damage(whole):
        file.write_bytes(damage)
        assert cache.read(file) is None
        assert not file.exists()
    file.write_bytes(whole)
    assert cache.read(file) == content


def test_a_full_disk_costs_the_wait_and_nothing_else(checkout):
    full = f"""
from minegame import atomic
def no_room(file):
    raise OSError({errno.ENOSPC}, "No space left on device", file.name)
atomic._flush = no_room
"""
    found = run(checkout, full + TRADE)
    assert found["compiled"] == 1
    assert [path.name for path in (checkout / "cache").rglob("*") if path.is_file()] == [cache._MARKER]
    assert run(checkout)["price"] == found["price"]


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A place for the cache and one for temporary files."""
    monkeypatch.setenv("MINEGAME_CACHE_DIR", str(tmp_path / "chosen"))
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    return tmp_path / "chosen", tmp_path / "tmp" / f"minegame-{os.getuid()}"


def test_whatever_the_umask_the_folder_is_its_users_alone(places):
    chosen, _ = places
    before = os.umask(0)
    try:
        folder = cache.folder_named("f" * 16)
    finally:
        os.umask(before)
    assert folder == chosen / ("f" * 16)
    assert [path.stat().st_mode & 0o777 for path in (chosen, folder)] == [0o700, 0o700]


@pytest.mark.parametrize("of", ["place", "folder"])
def test_a_folder_that_others_could_write_to_is_not_used(places, of):
    """What lies in a cache is run: a folder that others made, or may write to, or a link to elsewhere, is none."""
    for place in places:
        open_to_all = cache.folder_named("f" * 16)
        assert open_to_all.parent == place
        (place if of == "place" else open_to_all).chmod(0o777)
    nobody_elses = cache.folder_named("f" * 16)
    assert not any(place in nobody_elses.parents for place in places)
    assert nobody_elses.stat().st_mode & 0o077 == 0


def test_a_link_is_no_folder(places, tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    places[0].symlink_to(tmp_path / "elsewhere")
    assert cache.folder_named("f" * 16).parent == places[1]
    assert not list((tmp_path / "elsewhere").iterdir())


def no_home(*names, **options):
    raise RuntimeError("could not determine the home directory")


@pytest.mark.parametrize("told", [lambda *names, **options: Path("~/.cache/minegame"), no_home])
def test_without_a_home_folder_a_temporary_one_is_used(told, places, monkeypatch):
    monkeypatch.delenv("MINEGAME_CACHE_DIR")
    monkeypatch.setattr("platformdirs.user_cache_path", told)
    assert cache.folder_named("f" * 16).parent == places[1]


def test_caches_that_nobody_used_for_a_month_are_removed_and_nothing_else(places):
    """A user's folder may be as long as a cache's name, and even look like one: only what was made here goes."""
    place, _ = places
    old, recent, marked = place / ("0" * 16), place / ("1" * 16), place / "holiday-pictures"
    foreign = [place / "sixteen-letters!", place / ("a" * 16), place / "something-else", marked]
    place.mkdir(mode=0o700)
    for folder in (old, recent, *foreign):
        folder.mkdir()
        (folder / "kept").write_text("")
    for folder in (old, recent, marked):
        (folder / ".minegame-cache").touch()
    for folder in (old, *foreign):
        os.utime(folder, (0, 0))
    current = cache.folder_named("f" * 16)
    assert set(place.iterdir()) == {current, recent, *foreign}
    assert cache.folder_named("f" * 16) == current


def test_a_cache_made_here_is_removed_by_a_later_version(places):
    old = cache.folder_named("e" * 16)
    os.utime(old, (0, 0))
    assert list(places[0].iterdir()) == [old]
    current = cache.folder_named("f" * 16)
    assert list(places[0].iterdir()) == [current]
