"""Runs that are killed, starved or tampered with end with the same bytes as a run that nobody disturbed."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asked
import pytest

from minegame import experiment, storage
from minegame.experiment_file import Plan

CHUNK = 2_000
KILLS = int(os.environ.get("KILLS", 24))  # more by hand
ONE = b"\x93NUMPY one"  # the content of a chunk
RUN = """
import sys
from minegame import experiment
from minegame.experiment_file import Experiment
print("ready", flush=True)
plan = Experiment.load(sys.argv[1])[1]
experiment.run(plan, sys.argv[2], chunk=int(sys.argv[3]), workers=2)
"""
COMMAND = "from minegame.cli import main; main()"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills processes")


@pytest.fixture
def asked_file(tmp_path: Path) -> Path:
    asked.plan(asked.FOUR_POLICIES, tmp_path, replications=2000)
    file = tmp_path / "asked.yaml"
    file.write_text(asked.FOUR_POLICIES.replace("700", "2000"))
    return file


def plan_of(file: Path) -> Plan:
    return asked.plan(file.read_text(), file.parent)


def child(file: Path, folder: Path) -> subprocess.Popen[str]:
    """A process of its own that runs the experiment, once it has got its imports behind it."""
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, str(file), str(folder), str(CHUNK)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def reference(file: Path) -> dict[str, str]:
    """The checksums of the tables of a run that nobody disturbs."""
    folder = file.parent / "undisturbed"
    experiment.run(plan_of(file), folder, chunk=CHUNK)
    return asked.table_sums(folder)


def stop_after(count: int) -> Any:
    """A watch that interrupts the run after so many chunks."""
    heard = 0

    def watch(done: int, planned: int) -> None:
        nonlocal heard
        heard += 1
        if heard > count:
            raise KeyboardInterrupt

    return watch


def interrupted(file: Path, folder: Path, chunks: int = 6) -> list[Path]:
    """A run that was interrupted, and the chunks it has finished."""
    with pytest.raises(KeyboardInterrupt):
        experiment.run(plan_of(file), folder, chunk=CHUNK, watch=stop_after(chunks))
    found = sorted((folder / storage.CHUNKS).iterdir())
    assert len(found) >= chunks - 1
    return found


def chunks_in(folder: Path) -> int:
    """How many chunks are finished."""
    return len(list((folder / storage.CHUNKS).glob("[0-9]*.npy")))


def writes_tables(folder: Path) -> bool:
    """Whether a run has played everything and is writing its tables."""
    return any(folder.glob("*.parquet")) or any(folder.glob(".*.parquet.*.partial"))


def killed_at(process: subprocess.Popen[str], folder: Path, luck: random.Random) -> str:
    """Kill a run where luck has it, and say where: before its first chunk, after so many, or while tables are written.

    Nothing if it ends before.
    """
    more = luck.choice([0, 1, 1, 2, 4, 7, 99])  # chunks; after the last come the tables
    wanted, pause = chunks_in(folder) + more, luck.uniform(0, 0.03)
    was_there = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.parquet")}

    def has_come() -> bool:
        if more == 99:
            now = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.parquet")}
            return now != was_there or any(folder.glob(".*.parquet.*.partial"))
        return chunks_in(folder) >= wanted

    while process.poll() is None and not has_come():
        time.sleep(0.001)
    time.sleep(pause if more != 99 else pause / 10)
    process.send_signal(signal.SIGKILL)
    if process.wait() != -signal.SIGKILL:
        return ""
    return "tables" if writes_tables(folder) else "chunks" if chunks_in(folder) else "beginning"


def kill_and_resume(file: Path, kills: int, seed: int) -> Counter[str]:
    """Kill runs wherever luck has it, resume them, and compare, until so many have been killed; where they were."""
    expected, luck, where, run = reference(file), random.Random(seed), Counter[str](), 0
    folder = file.parent / "run0"
    while where.total() < kills:
        process = child(file, folder)
        if at := killed_at(process, folder, luck):
            where[at] += 1
            continue
        assert process.returncode == 0, process.stderr.read() if process.stderr else ""
        assert asked.table_sums(folder) == expected
        run += 1
        folder = file.parent / f"run{run}"
    experiment.run(plan_of(file), folder, chunk=CHUNK)
    assert asked.table_sums(folder) == expected
    assert not list(folder.glob(".*.partial"))
    return where


def test_a_killed_run_goes_on_to_the_same_bytes(asked_file: Path) -> None:
    kill_and_resume(asked_file, kills=2, seed=1)


@pytest.mark.slow
def test_a_run_killed_again_and_again_ends_with_the_same_bytes(asked_file: Path, tmp_path: Path) -> None:
    assert len(interrupted(asked_file, tmp_path / "counted", chunks=20)) >= 20 - 1
    where = kill_and_resume(asked_file, kills=KILLS, seed=2)
    assert where["chunks"] + where["tables"] >= 0.7 * KILLS, where
    assert where["tables"], where


@pytest.mark.slow
def test_rows_and_adaptive_runs_survive_kills_too(tmp_path: Path) -> None:
    for name, text in (("rows", asked.ROWS), ("sure", asked.UNTIL_SURE)):
        (tmp_path / name).mkdir()
        file = tmp_path / name / "asked.yaml"
        file.write_text(text)
        kill_and_resume(file, kills=5, seed=3)


def test_what_others_put_beside_the_chunks_stays(asked_file: Path, tmp_path: Path) -> None:
    interrupted(asked_file, tmp_path / "r")
    chunks = tmp_path / "r" / storage.CHUNKS
    (chunks / "mine").mkdir()
    (chunks / "mine" / "0-00000-0123456789abcdef.npy").touch()
    (chunks / "0-00000-0123456789abcdef.npy").mkdir()
    (chunks / "notes.txt").write_text("mine")
    (chunks / ".0-00000-0123456789abcdef.npy.77.partial").touch()
    experiment.run(plan_of(asked_file), tmp_path / "r", chunk=CHUNK)
    assert asked.table_sums(tmp_path / "r") == reference(asked_file)
    assert sorted(path.name for path in chunks.iterdir()) == ["0-00000-0123456789abcdef.npy", "mine", "notes.txt"]


def test_reading_chunks_does_not_look_through_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = storage.ChunkStore(tmp_path, "work")
    store.gather()
    store.keep("0-00001", {"npy": ONE})
    again = storage.ChunkStore(tmp_path, "work")
    again.gather(tell=pytest.fail)
    assert again.has("0-00001")
    for name in ("glob", "iterdir"):
        monkeypatch.setattr(Path, name, lambda *_: pytest.fail("looked through the folder"))
    assert store.read("0-00001", "npy").read() == again.read("0-00001", "npy").read() == ONE


@pytest.mark.parametrize("forgery", ["0-00002", "other work", "other content", "nothing", "rubbish"])
def test_a_chunk_under_another_name_or_of_other_work_is_no_chunk(forgery: str, tmp_path: Path) -> None:
    work = "other work" if forgery == "other work" else "work"
    store = storage.ChunkStore(tmp_path, work)
    store.gather()
    store.keep("0-00001", {"npy": ONE})
    file = next((tmp_path / storage.CHUNKS).iterdir())
    if forgery == "0-00002":
        file.rename(file.with_name(file.name.replace("0-00001", forgery)))
    if forgery == "other content":
        file.write_bytes(ONE + b"two")
    if forgery in ("nothing", "rubbish"):
        file.unlink()
        store.keep("0-00001", {"npy": b"" if forgery == "nothing" else b"rubbish"})
    told: list[str] = []
    again = storage.ChunkStore(tmp_path, "work")
    again.gather(tell=told.append)
    assert not again.has("0-00001")
    assert not again.has("0-00002")
    assert told == ["1 damaged chunk was thrown away to be made again."]
    assert not list((tmp_path / storage.CHUNKS).iterdir())


def test_finished_chunks_are_not_played_again(
    asked_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    finished = {path.name.rsplit("-", 1)[0] for path in interrupted(asked_file, tmp_path / "r")}
    keep, played = storage.ChunkStore.keep, []

    def note_and_keep(store: storage.ChunkStore, name: str, content: dict[str, bytes]) -> None:
        played.append(name)
        keep(store, name, content)

    monkeypatch.setattr(storage.ChunkStore, "keep", note_and_keep)
    experiment.run(plan_of(asked_file), tmp_path / "r", chunk=CHUNK)
    assert played
    assert finished.isdisjoint(played)
    assert asked.table_sums(tmp_path / "r") == reference(asked_file)


def test_the_chunks_of_a_folder_are_those_it_began_with(asked_file: Path, tmp_path: Path) -> None:
    interrupted(asked_file, tmp_path / "r")
    experiment.run(plan_of(asked_file), tmp_path / "r", chunk=999_999)
    assert asked.table_sums(tmp_path / "r") == reference(asked_file)


@pytest.mark.parametrize("spoil", ["cut short", "one bit", "empty", "strange name"])
def test_a_spoilt_chunk_is_made_again(spoil: str, asked_file: Path, tmp_path: Path) -> None:
    chunk = interrupted(asked_file, tmp_path / "r")[2]
    data = bytearray(chunk.read_bytes())
    if spoil == "cut short":
        chunk.write_bytes(data[: len(data) // 2])
    elif spoil == "one bit":
        data[len(data) // 3] ^= 4
        chunk.write_bytes(data)
    elif spoil == "empty":
        chunk.write_bytes(b"")
    else:
        chunk.rename(chunk.with_name("what is this.npy"))
    told: list[str] = []
    experiment.run(plan_of(asked_file), tmp_path / "r", chunk=CHUNK, tell=told.append)
    assert asked.table_sums(tmp_path / "r") == reference(asked_file)
    assert told == ([] if spoil == "strange name" else ["1 damaged chunk was thrown away to be made again."])


def swapped(chunks: list[Path], other: list[Path]) -> None:
    """Two chunks under each other's names."""
    aside = chunks[0].with_name("aside")
    chunks[0].rename(aside)
    chunks[1].rename(chunks[0])
    aside.rename(chunks[1])


def of_another_run(chunks: list[Path], other: list[Path]) -> None:
    """Chunks of another seed in place of this run's, with the names that they had there."""
    for path in chunks:
        path.unlink()
    for path in other:
        shutil.copy(path, chunks[0].with_name(path.name))


def with_the_manifest_too(chunks: list[Path], other: list[Path]) -> None:
    """The other run's manifest as well."""
    of_another_run(chunks, other)
    shutil.copy(other[0].parents[1] / storage.MANIFEST, chunks[0].parents[1] / storage.MANIFEST)


@pytest.mark.parametrize("tamper", [swapped, of_another_run, with_the_manifest_too])
def test_tampering_is_refused_or_what_is_not_as_written_is_made_again(
    tamper: Any, asked_file: Path, tmp_path: Path
) -> None:
    chunks = interrupted(asked_file, tmp_path / "r")
    (tmp_path / "elsewhere").mkdir()
    elsewhere = tmp_path / "elsewhere" / "asked.yaml"
    elsewhere.write_text(asked_file.read_text().replace("seed: 5", "seed: 6"))
    tamper(chunks, interrupted(elsewhere, tmp_path / "other"))
    told: list[str] = []
    if tamper is with_the_manifest_too:
        with pytest.raises(storage.ResultsError, match=r"holds results of something else: .*seed was 6 and is 5"):
            experiment.run(plan_of(asked_file), tmp_path / "r", chunk=CHUNK)
        return
    experiment.run(plan_of(asked_file), tmp_path / "r", chunk=CHUNK, tell=told.append)
    assert asked.table_sums(tmp_path / "r") == reference(asked_file)
    assert len(told) == 1
    assert "thrown away to be made again" in told[0]


@pytest.mark.parametrize("when", ["at the beginning", "at the end"])
def test_a_manifest_that_cannot_be_written_is_named(
    when: str, asked_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, begins = storage.write_whole, when == "at the beginning"

    def without_room(path: Path, content: bytes) -> None:
        if path.name == storage.MANIFEST and (begins or b'"complete"' in content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        write(path, content)

    monkeypatch.setattr(storage, "write_whole", without_room)
    said = "nothing was played yet" if begins else "what is finished is kept"
    with pytest.raises(OSError, match=f"{said}: make room, then run again") as error:
        experiment.run(plan_of(asked_file), tmp_path / "r", chunk=CHUNK)
    assert error.value.filename == str(tmp_path / "r" / storage.MANIFEST)


def test_a_full_disk_keeps_what_is_finished(asked_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, written = storage.write_whole, 0

    def until_full(path: Path, content: bytes) -> None:
        nonlocal written
        written += 1
        if written > 7:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        write(path, content)

    monkeypatch.setattr(storage, "write_whole", until_full)
    with pytest.raises(OSError, match="finished is kept: make room, then run again") as error:
        experiment.run(plan_of(asked_file), tmp_path / "r", chunk=CHUNK)
    assert error.value.errno == errno.ENOSPC
    assert len(list((tmp_path / "r" / storage.CHUNKS).iterdir())) >= 5
    monkeypatch.undo()
    experiment.run(plan_of(asked_file), tmp_path / "r", chunk=CHUNK)
    assert asked.table_sums(tmp_path / "r") == reference(asked_file)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with room for a few chunks."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a disk can be mounted only by root")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_run_on_a_disk_that_is_really_full_goes_on_after_more_room_is_made(
    asked_file: Path, small_disk: Path
) -> None:
    with pytest.raises(OSError, match="make room") as error:
        experiment.run(plan_of(asked_file), small_disk / "r", chunk=CHUNK)
    assert error.value.errno == errno.ENOSPC
    assert list((small_disk / "r" / storage.CHUNKS).iterdir())
    subprocess.run(["mount", "-o", "remount,size=16m", str(small_disk)], check=True)
    experiment.run(plan_of(asked_file), small_disk / "r", chunk=CHUNK)
    assert asked.table_sums(small_disk / "r") == reference(asked_file)


def test_two_processes_do_not_share_a_folder(asked_file: Path, tmp_path: Path) -> None:
    both = [child(asked_file, tmp_path / "r") for _ in range(2)]
    said = [process.communicate()[1] for process in both]
    codes = sorted(process.returncode for process in both)
    assert codes[0] == 0
    if codes[1]:  # else the second came when the first had ended
        assert "another process is running in this folder" in "".join(said)
    assert asked.table_sums(tmp_path / "r") == reference(asked_file)


def test_a_folder_in_use_is_said_to_be(asked_file: Path, tmp_path: Path) -> None:
    with storage.claimed(tmp_path / "r"):
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, "run", str(asked_file), "--out", str(tmp_path / "r")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert "another process is running in this folder" in done.stderr
    assert "Traceback" not in done.stderr
    experiment.run(plan_of(asked_file), tmp_path / "r")


def test_ctrl_c_says_how_to_go_on(asked_file: Path, tmp_path: Path) -> None:
    asked_file.write_text(asked.FOUR_POLICIES.replace("700", "200000"))
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "run", str(asked_file), "--out", str(tmp_path / "r")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    chunks = tmp_path / "r" / storage.CHUNKS
    deadline = time.monotonic() + 60
    while not any(chunks.glob("[0-9]*")) and time.monotonic() < deadline:  # a finished chunk, not a draft
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the same command goes on" in said
    assert "Traceback" not in said
    assert any(chunks.glob("[0-9]*"))


@pytest.mark.slow
def test_a_dask_worker_killed_in_mid_run_changes_nothing(asked_file: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    from minegame import cluster

    with cluster.connected(None, 2) as (executor, workers):
        client: Any = executor._client  # type: ignore[attr-defined]
        victims = list(client.run(os.getpid).values())
        heard = 0

        def watch(done: int, planned: int) -> None:
            nonlocal heard
            heard += 1
            if heard in (4, 12):
                os.kill(victims.pop(), signal.SIGKILL)

        plan = plan_of(asked_file)
        experiment.run(plan, tmp_path / "r", executor=executor, workers=workers, chunk=CHUNK, watch=watch)
    assert not victims
    assert asked.table_sums(tmp_path / "r") == reference(asked_file)


# ----------------------------------------------------------------------------------------------- a cluster with faults

WITHOUT = "import sys; sys.modules['minegame'] = None"
OTHER_RULES = "import minegame.runner; minegame.runner.sources_hash = lambda: 'other'"
WORKER = "; from distributed.cli.dask_worker import main; main()"
SCHEDULER = "from distributed.cli.dask_scheduler import main; main()"


class Cluster:
    """A Dask scheduler and workers, each a process of its own."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start(SCHEDULER, "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")

    def worker(self, first: str = "pass") -> subprocess.Popen[bytes]:
        """One more worker, which does something first."""
        return self._start(first + WORKER, self.address, "--no-nanny", "--nthreads", "1", "--no-dashboard")

    def _start(self, code: str, *arguments: str) -> subprocess.Popen[bytes]:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.processes.append(subprocess.Popen([sys.executable, "-c", code, *arguments], **quiet))  # type: ignore[call-overload]
        return self.processes[-1]

    def wait_for_workers(self, count: int) -> None:
        import distributed

        with distributed.Client(self.address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=60)

    def close(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def machines() -> Iterator[Cluster]:
    pytest.importorskip("distributed")
    found = Cluster()
    yield found
    found.close()


def started(file: Path, folder: Path, *options: str) -> subprocess.Popen[str]:
    """A long run, as a command in a process group of its own."""
    file.write_text(asked.FOUR_POLICIES.replace("700", "1000000"))
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, "run", str(file), "--out", str(folder), "--yes", *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def wait_for_chunks(folder: Path, count: int) -> None:
    deadline = time.monotonic() + 90
    while len(list((folder / storage.CHUNKS).glob("[0-9]*"))) < count:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def one_message(process: subprocess.Popen[str], seconds: float = 60) -> str:
    """What a run that fails says, which is an error in words and no traceback."""
    _, said = process.communicate(timeout=seconds)
    assert process.returncode == 2, said
    assert "Traceback" not in said, said
    assert said.count("Error: ") == 1
    return said


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_scheduler_that_is_gone_is_told(how: int, machines: Cluster, asked_file: Path, tmp_path: Path) -> None:
    machines.worker()
    machines.wait_for_workers(1)
    run = started(asked_file, tmp_path / "r", "--scheduler", machines.address)
    wait_for_chunks(tmp_path / "r", 2)
    machines.scheduler.send_signal(how)
    said = one_message(run)
    assert f"the scheduler {machines.address} is gone; what is finished is kept: the same command goes on" in said
    assert any((tmp_path / "r" / storage.CHUNKS).glob("[0-9]*"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "said"),
    [
        (OTHER_RULES, "runs other rules than the process that sent the work"),
        (WITHOUT, "install the same version of minegame"),
    ],
)
def test_a_worker_that_cannot_play_is_told(
    first: str, said: str, machines: Cluster, asked_file: Path, tmp_path: Path
) -> None:
    machines.worker(first)
    machines.wait_for_workers(1)
    assert said in one_message(started(asked_file, tmp_path / "r", "--scheduler", machines.address), 90)


@pytest.mark.slow
def test_a_run_waits_for_workers_when_all_are_dead(machines: Cluster, asked_file: Path, tmp_path: Path) -> None:
    victim = machines.worker()
    machines.wait_for_workers(1)
    run = started(asked_file, tmp_path / "r", "--scheduler", machines.address)
    wait_for_chunks(tmp_path / "r", 2)
    victim.kill()
    assert run.stderr is not None
    while "No workers left; waiting for one" not in (line := run.stderr.readline()):
        assert line
    before = len(list((tmp_path / "r" / storage.CHUNKS).glob("[0-9]*")))
    machines.worker()
    wait_for_chunks(tmp_path / "r", before + 2)
    os.killpg(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "No workers" not in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_ctrl_c_is_for_the_run_and_not_for_its_workers(asked_file: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    run = started(asked_file, tmp_path / "r", "--workers", "2")
    wait_for_chunks(tmp_path / "r", 2)
    os.killpg(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "the same command goes on" in said
    assert "Traceback" not in said
    assert "KeyboardInterrupt" not in said


# ---------------------------------------------------------------------------------------------------------- analyses

SENSITIVITY = [
    sys.executable, "-m", "minegame", "analyse", "sensitivity", "--vary", "host.balance_weight=0:4", "--vary",
    "patrons.us.link=0:1", "--base", "512", "-n", "64", "--quiet",
]  # fmt: skip


def kept_bytes(folder: Path) -> dict[str, bytes]:
    """The tables and pictures of an answer."""
    parts = (folder / part for part in ("tables", "pictures"))
    return {path.name: path.read_bytes() for part in parts for path in sorted(part.iterdir())}


@pytest.mark.slow
def test_an_analysis_killed_in_the_middle_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("SALib")
    subprocess.run([*SENSITIVITY, "--out", str(tmp_path / "undisturbed")], check=True, capture_output=True)
    kills = 0
    for wanted in (1, 2):
        process = subprocess.Popen([*SENSITIVITY, "--out", str(tmp_path / "killed")], stdout=subprocess.DEVNULL)
        chunks = tmp_path / "killed" / storage.CHUNKS
        while process.poll() is None and len(list(chunks.glob("*.npy")) if chunks.is_dir() else []) < wanted:
            time.sleep(0.002)
        kills += process.poll() is None
        process.kill()
        process.wait()
    assert kills == 2
    assert len(list(chunks.glob("*.npy"))) >= 2
    done = subprocess.run([*SENSITIVITY, "--out", str(tmp_path / "killed"), "--json"], check=True, capture_output=True)
    assert json.loads(done.stdout)["kind"] == "sensitivity"
    assert kept_bytes(tmp_path / "killed") == kept_bytes(tmp_path / "undisturbed")
    assert not chunks.exists()


@pytest.mark.slow
def test_an_analysis_on_a_local_dask_cluster_keeps_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("SALib")
    pytest.importorskip("distributed")
    for folder, where in (("here", []), ("there", ["--workers", "2"])):
        subprocess.run([*SENSITIVITY, "--out", str(tmp_path / folder), *where], check=True, capture_output=True)
    assert kept_bytes(tmp_path / "there") == kept_bytes(tmp_path / "here")
