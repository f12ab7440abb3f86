"""The results folder on disk: chunks while a run goes on, tables when it is done, a manifest that vouches for both.

Every file is written under another name, flushed to the disk and renamed, so that it is there whole or not at all.  A
chunk's name ends in the checksum of its content, a table's checksum stands in the manifest, and so does the manifest's
own: what was cut short or altered is noticed.  Tables hold no dates, so that the same run writes the same bytes.

    manifest.json      what was asked, of which scenario, with which code, and the checksums of the tables
    design.parquet     a row a design point
    summary.parquet    count, sum and sum of squares of every measure of every point
    contrasts.parquet  the same of the paired differences against the reference policy
    outcomes.parquet   a row a negotiation, where asked for
    experiment.yaml    the experiment, to be run again, and
    scenario.yaml      the scenario that it plays, and
    points.csv         its points, where they were given as a table
    winning.csv        the headline: win probabilities with intervals; beside it, where they apply,
    contrasts.csv      how far a policy changes them, and
    terms.csv          the mean terms of what each bidder won
    chunks/            what an unfinished run has finished
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from minegame import atomic, campaign_tally, ensemble
from minegame.campaign_file import CampaignScenario
from minegame.campaign_game import REPORTED
from minegame.cases import Case
from minegame.game import OUTCOME_TABLE
from minegame.scenario import Problem, Scenario, ScenarioError

FORMAT = 3
_READ = (2, FORMAT)  # a folder of format 2 holds an experiment, and its manifest has tables for files
EXPERIMENT = "experiment"  # the kind of a folder that holds a run; others are kinds of question
MANIFEST, ANSWER, CHUNKS, LOCK = "manifest.json", "answer.json", "chunks", ".lock"
DESIGN, SUMMARY, CONTRASTS, OUTCOMES, HEADLINE = (
    "design.parquet", "summary.parquet", "contrasts.parquet", "outcomes.parquet", "winning.csv",
)  # fmt: skip
HEADLINES = (HEADLINE, "contrasts.csv", "terms.csv")
QUESTION, SCENARIO, POINTS = "experiment.yaml", "scenario.yaml", "points.csv"

_ROW_GROUP = 1 << 19  # rows; fixed, so that a table's bytes follow from its rows alone
_MOMENT = 0.2  # seconds for which somebody may hold a folder only to see whether it is held
_CHECKSUM = 16  # hexadecimal digits in the name of a chunk
_OWN = "sha256"  # the manifest's field with the checksum of all others
_ANEW = "run the experiment anew beside it with --fresh, or remove the folder"
_CHUNK_NAME = re.compile(rf"([0-9a-f]+-\d+)-([0-9a-f]{{{_CHECKSUM}}})\.(\w+)")

_BEGINS = {"npy": b"\x93NUMPY", "parquet": b"PAR1"}  # what chunks of a kind begin with


class ResultsError(ScenarioError):
    """A results folder that cannot be used, and what to do about it."""

    def __init__(self, folder: Path | str, text: str) -> None:
        super().__init__(Problem(str(folder), None, "", text))


# ---------------------------------------------------------------------------------------------- whole or not at all


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, and stays there if the power fails.

    A link is followed.  A stream, such as a pipe or /dev/stdout, has nothing to replace and is simply written to.

    Raises:
        OSError: with the file's name.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a folder: expected the name of a file")
        if is_stream(path):
            _pour(path, content)
        else:
            _replace(path.resolve(), content)
    except OSError as problem:
        raise OSError(problem.errno, problem.strerror, str(path)) from None


def is_stream(path: Path) -> bool:
    """Whether a path is a pipe or a device, or where this process's standard output or error goes."""
    return path.exists() and (not path.is_file() or _descriptor(path) is not None)


def _descriptor(path: Path) -> int | None:
    """The descriptor of standard output or error if it writes to this very file."""
    for number in (1, 2):
        with suppress(OSError):  # closed
            if os.path.samestat(path.stat(), os.fstat(number)):
                return number
    return None


def _pour(path: Path, content: bytes) -> None:
    """Write to a stream; through the descriptor that is open already, so that what was printed is not written over."""
    number = _descriptor(path)
    if sys.stdout is not None:
        sys.stdout.flush()
    with path.open("wb") if number is None else open(number, "wb", closefd=False) as stream:
        stream.write(content)


def _replace(path: Path, content: bytes) -> None:
    with atomic.writing(path) as file:
        file.write(content)


def _is_chunk(path: Path) -> bool:
    return _CHUNK_NAME.fullmatch(path.name) is not None or atomic.is_draft(path)


def _flush_folder(folder: Path) -> None:
    """Make renames in a folder survive a loss of power, where the system knows how."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def checksum(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def nothing_left_behind(folder: Path) -> Iterator[None]:
    """If what is begun in a folder fails before a chunk is kept, it leaves the folders as they were."""
    made = [path for path in (folder / CHUNKS, folder, *folder.absolute().parents) if not path.exists()]
    vacant = is_vacant(folder)
    try:
        yield
    except BaseException:
        if vacant and _is_bare(folder):
            for name in (MANIFEST, LOCK):
                (folder / name).unlink(missing_ok=True)
            for path in made:
                with suppress(OSError):  # it was never made, or somebody has put something there
                    path.rmdir()
        raise


def _is_bare(folder: Path) -> bool:
    """Whether a folder holds nothing that was found out."""
    bare = {MANIFEST, LOCK, CHUNKS}
    return folder.is_dir() and {path.name for path in folder.iterdir()} <= bare and not any(folder.glob(f"{CHUNKS}/*"))


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Hold a results folder for this process alone; the system lets go of it however the process ends.

    Raises:
        ResultsError: if another process holds it.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=_MOMENT, poll_interval=_MOMENT / 4)
    except Timeout:
        text = "another process is running in this folder: wait until it ends, or choose another with --out"
        raise ResultsError(folder, text) from None
    try:
        yield
    finally:
        lock.release()


# --------------------------------------------------------------------------------------------------------- manifest


def is_results_folder(folder: Path) -> bool:
    """Whether a folder holds the results of a run, finished or not."""
    return (folder / MANIFEST).is_file()


def is_vacant(folder: Path) -> bool:
    """Whether a folder holds nothing but what a run leaves behind that was killed before it began."""
    if not folder.exists():
        return True
    return folder.is_dir() and all(item.name == LOCK or item.name.endswith(".partial") for item in folder.iterdir())


def is_read_only(folder: Path) -> bool:
    """Whether a folder is there and nothing can be written in it."""
    return folder.is_dir() and not os.access(folder, os.W_OK)


def is_claimed(folder: Path) -> bool:
    """Whether a process is running in a results folder at this moment."""
    if not (folder / LOCK).exists() or is_read_only(folder):
        return False
    try:
        with claimed(folder):
            return False
    except ResultsError:
        return True


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a results folder.

    Raises:
        ResultsError: if there is none, or it cannot be read.
    """
    if not folder.exists():
        raise ResultsError(folder, "there is no such folder")
    if not is_results_folder(folder):
        raise ResultsError(folder, f"is not a results folder: it holds no {MANIFEST}")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        raise ResultsError(folder, f"its {MANIFEST} cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError) as error:
        raise ResultsError(folder, f"its {MANIFEST} cannot be read ({error}): {_ANEW}") from None
    if not isinstance(manifest, dict) or manifest.get("format") not in _READ:
        found = manifest.get("format") if isinstance(manifest, dict) else None
        text = f"its {MANIFEST} has format {found}: this version of minegame reads {FORMAT}; {_ANEW}"
        raise ResultsError(folder, text)
    if manifest.pop(_OWN, None) != content_mark(manifest):
        raise ResultsError(folder, f"its {MANIFEST} is not as it was written, so nothing vouches for the rest: {_ANEW}")
    return manifest if manifest["format"] == FORMAT else {"kind": EXPERIMENT, "files": manifest["tables"], **manifest}


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest with its own checksum, whole or not at all."""
    signed = {**manifest, _OWN: content_mark(manifest)}
    text = json.dumps(signed, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(folder / MANIFEST, text.encode())
    _flush_folder(folder)


def content_mark(manifest: Mapping[str, Any]) -> str:
    """The checksum of what a manifest, or a part of it, says.

    Keys keep their order: that of the policies has a meaning.
    """
    return hashlib.sha256(json.dumps(manifest, separators=(",", ":")).encode()).hexdigest()


def table_entry(path: Path) -> dict[str, Any]:
    """What the manifest says of a table: its checksum and size."""
    return {"sha256": checksum(path), "bytes": path.stat().st_size}


def damaged(folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    """The tables that are missing or not as they were written."""
    return [
        name
        for name, entry in manifest["files"].items()
        if not (folder / name).is_file() or checksum(folder / name) != entry["sha256"]
    ]


# ----------------------------------------------------------------------------------------------------------- chunks


@dataclass(frozen=True)
class ChunkStore:
    """The finished chunks of some work, each vouched for by its name.

    The checksum in a chunk's name is of its content, of its own name and of the ``work`` that it belongs to: a chunk of
    other work, or under another's name, is no chunk.
    """

    folder: Path
    work: str
    _paths: dict[tuple[str, str], Path] = field(default_factory=dict, init=False, repr=False, compare=False)
    _whole: set[str] = field(default_factory=set, init=False, repr=False, compare=False)

    @property
    def _chunks(self) -> Path:
        return self.folder / CHUNKS

    def gather(self, kinds: Sequence[str] = ("npy",), tell: Callable[[str], None] | None = None) -> None:
        """Find the chunks that are whole in every kind, and throw away what is not as it was written."""
        self.sweep()
        self._chunks.mkdir(exist_ok=True)
        found: dict[str, set[str]] = {}
        damaged = 0
        for path in self._own():
            match = _CHUNK_NAME.fullmatch(path.name)
            if match and self._is_whole(match[1], match[3], match[2], path.read_bytes()):
                found.setdefault(match[1], set()).add(match[3])
                self._paths[match[1], match[3]] = path
            else:
                damaged += match is not None  # and not a draft
                path.unlink()
        self._whole.update(name for name, has in found.items() if has >= set(kinds))
        if damaged and tell:
            tell(f"{damaged:,} damaged chunk{' was' if damaged == 1 else 's were'} thrown away to be made again.")

    def _own(self) -> list[Path]:
        """The chunks and their drafts; whatever else somebody put there is left alone."""
        return [path for path in sorted(self._chunks.iterdir()) if _is_chunk(path) and not path.is_dir()]

    def _mark(self, name: str, kind: str, data: bytes) -> str:
        return hashlib.sha256(f"{self.work}|{name}|{kind}|".encode() + data).hexdigest()[:_CHECKSUM]

    def _is_whole(self, name: str, kind: str, mark: str, data: bytes) -> bool:
        """Whether content is as it was written, and is any: whoever knows how may have vouched for rubbish."""
        return self._mark(name, kind, data) == mark and data.startswith(_BEGINS.get(kind, b""))

    def has(self, name: str) -> bool:
        """Whether a chunk is there, whole."""
        return name in self._whole

    def keep(self, name: str, content: Mapping[str, bytes]) -> None:
        """Write a finished chunk: its content by kind."""
        for kind, data in content.items():
            path = self._paths[name, kind] = self._chunks / f"{name}-{self._mark(name, kind, data)}.{kind}"
            write_whole(path, data)
        self._whole.add(name)

    def read(self, name: str, kind: str) -> io.BytesIO:
        """The content of a chunk that was found or kept, checked once more.

        Raises:
            ResultsError: if the file was altered while the run went on.
        """
        path = self._paths[name, kind]
        data = path.read_bytes()
        if f"-{self._mark(name, kind, data)}." not in path.name:
            raise ResultsError(path, "was altered while the run went on: run again to make it again")
        return io.BytesIO(data)

    def clear(self) -> None:
        """Remove all chunks and whatever a killed run has left."""
        if self._chunks.is_dir():
            for path in self._own():
                path.unlink()
            if not any(self._chunks.iterdir()):
                self._chunks.rmdir()
        self.sweep()

    def sweep(self) -> None:
        """Remove half-written files of a killed run."""
        for path in self.folder.glob(".*.partial"):
            path.unlink()


# ----------------------------------------------------------------------------------------------------------- tables


class Measure(NamedTuple):
    """A measure of a scenario: its place in a tally, its name, and of whom it is."""

    place: int
    name: str
    subject: str


def measures(scenario: Case) -> list[Measure]:
    """Everything that is measured in a scenario or a campaign, in the order of the tally.

    What is of a tender of a campaign has it before its subject: ``first: north_mining``, or ``first`` alone.
    """
    if isinstance(scenario, CampaignScenario):
        return [*_of_tenders(scenario), *_of_campaign(scenario)]
    return _of_tender(scenario)


def _of_tenders(campaign: CampaignScenario) -> Iterator[Measure]:
    for n, (tender, scenario) in enumerate(campaign.scenarios.items()):
        for place, name, subject in _of_tender(scenario):
            whose = f"{tender}: {subject}" if subject else tender
            yield Measure(campaign_tally.in_tender(n, place), name, whose)


def _of_campaign(campaign: CampaignScenario) -> Iterator[Measure]:
    """What is measured of everybody who is in a campaign, and of the minerals whose supply is counted."""
    subjects = campaign.subjects()
    for quantity in REPORTED:
        for number, subject in subjects[quantity.subject].items():
            place = campaign_tally.of_campaign(len(campaign.tenders), quantity.name, *number)
            yield Measure(place, quantity.name, subject)


def width(scenario: Case) -> int:
    """How many places there are in a row of what is measured."""
    whole = isinstance(scenario, CampaignScenario)
    return campaign_tally.width(scenario.negotiations) if whole else ensemble.MEASURES


def _of_tender(scenario: Scenario) -> list[Measure]:
    names = (scenario.bidder_names, scenario.patron_names, scenario.financier_names, scenario.deposit_names)
    bidders, patrons, financiers, deposits = (list(enumerate(listed)) for listed in names)
    found = [Measure(ensemble.general(name), name, "") for name in ensemble.GENERAL]
    found += [Measure(ensemble.by_bidder(name, i), name, who) for i, who in bidders for name in ensemble.BY_BIDDER]
    found += [Measure(ensemble.wins(i, d), "wins", f"{who}@{what}") for i, who in bidders for d, what in deposits]
    found += [Measure(ensemble.by_patron(name, k), name, who) for k, who in patrons for name in ensemble.BY_PATRON]
    found += [
        Measure(ensemble.by_financier(name, f), name, who) for f, who in financiers for name in ensemble.BY_FINANCIER
    ]
    return sorted(found)


class Outcome(NamedTuple):
    """How a tender may end: the name of it, and the place of its measure in a tally; ``built`` is that of building."""

    name: str
    place: int
    built: int | None


def outcomes(scenario: Case) -> list[Outcome]:
    """How a tender may end, each bidder winning something and then shelving; those of a campaign tender by tender.

    >>> from minegame.scenario import Scenario
    >>> [outcome.name for outcome in outcomes(Scenario.load("two_bidders"))]
    ['north_mining', 'south_metals', 'shelved']
    """
    found = {(measure.name, measure.subject): measure.place for measure in measures(scenario)}
    tenders = list(scenario.scenarios.items()) if isinstance(scenario, CampaignScenario) else [("", scenario)]
    listed = []
    for tender, one in tenders:
        for bidder in one.bidder_names:
            name = f"{tender}: {bidder}" if tender else bidder
            listed.append(Outcome(name, found["wins_any", name], found["wins_and_built", name]))
        listed.append(Outcome(f"{tender}: shelved" if tender else "shelved", found["shelved", tender], None))
    return listed


def places(scenario: Case) -> np.ndarray:
    """The places of a scenario's measures in a tally, in order."""
    return np.array([measure.place for measure in measures(scenario)])


def _labels(codes: np.ndarray, names: Sequence[str]) -> Any:
    import pyarrow as pa

    kind = np.int16 if len(names) < 2**15 else np.int32
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(kind)), pa.array(list(names), pa.string()))


def sums_table(scenario: Case, policies: Sequence[str], first_group: int, sums: np.ndarray, skip: int | None) -> Any:
    """Sums of shape (groups, policies, measures, 3), a row a measure, as the summary and the contrasts have them.

    ``skip`` is the number of a policy to leave out.
    """
    import pyarrow as pa

    chosen = [p for p in range(len(policies)) if p != skip]
    listed = measures(scenario)
    names = list(dict.fromkeys(m.name for m in listed))
    subjects = list(dict.fromkeys(m.subject for m in listed))
    groups, each = len(sums), len(listed)
    group = np.repeat(np.arange(first_group, first_group + groups), len(chosen) * each)
    policy = np.tile(np.repeat(chosen, each), groups)
    rows = sums[:, chosen].reshape(-1, 3)
    repeat = groups * len(chosen)
    return pa.table(
        {
            "point": pa.array((group * len(policies) + policy).astype(np.int32)),
            "group": pa.array(group.astype(np.int32)),
            "policy": _labels(policy, policies),
            "measure": _labels(np.tile([names.index(m.name) for m in listed], repeat), names),
            "subject": _labels(np.tile([subjects.index(m.subject) for m in listed], repeat), subjects),
            "count": pa.array(rows[:, 0].astype(np.int64)),
            "sum": pa.array(rows[:, 1]),
            "squares": pa.array(rows[:, 2]),
        }
    )


def outcomes_table(scenario: Scenario, policies: Sequence[str], groups: Sequence[int], outcomes: np.ndarray) -> Any:
    """Outcome records of shape (groups, replications, policies) as rows with typed columns, in that order."""
    import pyarrow as pa

    shape, flat = outcomes.shape, outcomes.reshape(-1)
    group, policy = (np.broadcast_to(a, shape).reshape(-1) for a in _coordinates(groups, shape))
    columns: dict[str, Any] = {
        "group": pa.array(group.astype(np.int32)),
        "policy": _labels(policy, policies),
        "replication": pa.array(flat["replication"]),
    }
    for quantity in OUTCOME_TABLE:
        name = quantity.name
        if quantity.subject == "negotiation":
            columns.setdefault(name, _typed(flat[name]))
            continue
        for n, subject in enumerate(getattr(scenario, f"{quantity.subject}_names")):
            columns[f"{name}.{subject}"] = _typed(flat[name][:, n])
    _name_winners(columns, scenario, flat["winner"])
    return pa.table(columns)


def _coordinates(groups: Sequence[int], shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(groups).reshape(-1, 1, 1), np.arange(shape[2]).reshape(1, 1, -1)


def _typed(cells: np.ndarray) -> Any:
    import pyarrow as pa

    if cells.dtype.kind == "f":
        return pa.array(np.ascontiguousarray(cells))
    return pa.array(cells.astype(bool if cells.dtype.itemsize == 1 else np.int16))


def _name_winners(columns: dict[str, Any], scenario: Scenario, winners: np.ndarray) -> None:
    """Winners by name, and no terms where a deposit was shelved."""
    import pyarrow as pa

    names = [*scenario.bidder_names, "shelved"]
    for d, deposit in enumerate(scenario.deposit_names):
        shelved = winners[:, d] < 0
        columns[f"winner.{deposit}"] = _labels(np.where(shelved, len(names) - 1, winners[:, d]), names)
        for term in (f"{quantity.name}.{deposit}" for quantity in OUTCOME_TABLE if quantity.is_term):
            columns[term] = pa.array(columns[term].to_numpy(zero_copy_only=False), mask=shelved)


def table_bytes(table: Any) -> bytes:
    """A table as the bytes of a Parquet file."""
    import pyarrow.parquet as pq

    sheet = io.BytesIO()
    pq.write_table(table, sheet, compression="zstd", row_group_size=_ROW_GROUP)
    return sheet.getvalue()


def write_table(path: Path, tables: Iterable[Any]) -> None:
    """Write rows that come in pieces as one Parquet file, whole or not at all.

    The pieces are cut anew into row groups of a fixed length, so that the bytes do not depend on them.
    """
    import pyarrow.parquet as pq

    with atomic.writing(path) as file:
        writer = None
        for group in _row_groups(tables):
            writer = writer or pq.ParquetWriter(file, group.schema, compression="zstd")
            writer.write_table(group, row_group_size=_ROW_GROUP)
        assert writer is not None
        writer.close()


def _row_groups(tables: Iterable[Any]) -> Iterator[Any]:
    import pyarrow as pa

    waiting: list[Any] = []
    rows = 0
    for table in tables:
        waiting.append(table)
        rows += table.num_rows
        while rows >= _ROW_GROUP:
            joined = pa.concat_tables(waiting).combine_chunks()
            yield joined.slice(0, _ROW_GROUP)
            waiting, rows = [joined.slice(_ROW_GROUP)], rows - _ROW_GROUP
    if rows:
        yield pa.concat_tables(waiting).combine_chunks()


def read_table(path: Path) -> Any:
    """A Parquet file as a pandas DataFrame; labels become categories."""
    import pyarrow.parquet as pq

    return pq.read_table(path).to_pandas()


def free_space(folder: Path) -> int:
    """Bytes free where a folder is or would be."""
    import shutil

    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
