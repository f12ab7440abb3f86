"""Whether a folder of results is whole, what made it, and whether it comes out the same again.

A folder vouches for itself: its manifest for every file, and for itself.  That shows what was cut short or altered, not
what was made up; playing it once more, from nothing but what the folder keeps, shows that too.

>>> import minegame.verify
>>> minegame.verify.verify("results/attribution", again=True).said()      # doctest: +SKIP
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minegame import answers, experiment, results, storage
from minegame.answers import answer as kept
from minegame.answers import reading
from minegame.experiment_file import Experiment, Plan, Replications
from minegame.results import Results
from minegame.runner import Watch, sources_hash
from minegame.scenario import ScenarioError, typed
from minegame.text import counted, listed

if TYPE_CHECKING:
    import pandas as pd

_TABLES = (".csv", ".parquet")
_COMMIT = 12  # letters of a commit that are shown


# --------------------------------------------------------------------------------------------------------- the verdict


@dataclass(frozen=True)
class Verdict:
    """What was found about a folder.

    ``what``: what it holds, in words.  ``problems``: what is not there as it was written; none if all is.  ``version``,
    ``commit``, ``date``: what made it, and when.  ``same_rules``: whether the rules of the game (the code) are those of
    this version, None where that was not kept.  ``differs``: what came out otherwise when it was played once more, None
    where it was not played.  ``notes``: what else a reader should know.
    """

    folder: Path
    kind: str
    what: str
    problems: tuple[str, ...] = ()
    version: str = ""
    commit: str = ""
    date: str = ""
    same_rules: bool | None = None
    files: int = 0
    differs: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether everything is there as it was written."""
        return not self.problems

    def document(self) -> dict[str, Any]:
        """The verdict as plain values."""
        return {**asdict(self), "folder": str(self.folder), "whole": self.whole}

    def said(self) -> list[str]:
        """The verdict in words, a line a finding."""
        lines = [f"{self.folder}: {self.what}"]
        if self.version:
            commit = f", commit {self.commit[:_COMMIT]}" if self.commit else ""
            changed = " with changes that were not committed" if self.commit.endswith("+") else ""
            lines.append(f"made by minegame {self.version}{commit}{changed}" + (f", {self.date}" if self.date else ""))
        if self.same_rules is not None:
            since = "are those of this version" if self.same_rules else "have changed since it was made"
            lines.append(f"the rules of the game {since}")
        lines += self.notes
        lines += [f"not whole: {problem}" for problem in self.problems]
        if self.whole and self.files:
            lines.append(f"whole: the manifest and {counted(self.files, 'file')} are as they were written")
        if self.differs is not None:
            lines += [f"played again: {line}" for line in self.differs or ("every number is the same",)]
        return lines


# ---------------------------------------------------------------------------------------------------------- is it whole


def verify(
    folder: Path | str,
    again: bool = False,
    *,
    executor: Executor | None = None,
    workers: int | None = None,
    watch: Watch | None = None,
) -> Verdict:
    """Whether what a folder holds is whole, and, with ``again``, whether it comes out the same.

    Args:
        folder: a folder that holds an answer or a run, of this version or of the one before.
        again: play it once more, elsewhere, from what the folder keeps alone, and compare the tables.
        executor: any executor of Python's standard interface (default: threads).
        workers: how many tasks it can work on at a time (default: the cores of this machine).
        watch: called with the negotiations finished and planned.

    Raises:
        ScenarioError: for a folder that holds no results, or asks what this version cannot ask.
        OSError: for one that cannot be read.
    """
    folder = Path(folder)
    reading.refuse_if_empty(folder)
    if not storage.is_results_folder(folder):
        return _without_manifest(folder, again)
    try:
        manifest = storage.read_manifest(folder)
    except ScenarioError as problem:
        return Verdict(folder, "", "a folder of results", tuple(one.text for one in problem.problems))
    verdict = _read_off(folder, manifest)
    if not again:
        return verdict
    if not verdict.whole:
        return replace(verdict, notes=(*verdict.notes, "it was not played again, since it is not whole"))
    with tempfile.TemporaryDirectory(prefix="minegame-") as target:
        _play(folder, manifest, Path(target), executor=executor, workers=workers, watch=watch)
        found = list(_compared(folder, manifest, Path(target)))
    differs = tuple(line for line, same in found if not same)
    return replace(verdict, differs=differs, notes=(*verdict.notes, *(line for line, same in found if same)))


def _read_off(folder: Path, manifest: Mapping[str, Any]) -> Verdict:
    """What a manifest says, and what of it is true."""
    made_of = manifest["scenario"]["name"]
    run = manifest["kind"] == storage.EXPERIMENT
    what = f"the run {manifest['name']}" if run else f"an answer to {manifest['kind'].replace('_', ' ')}"
    return Verdict(
        folder,
        manifest["kind"],
        f"{what}, of the scenario {made_of}",
        tuple(_problems(folder, manifest)),
        manifest["versions"]["minegame"],
        manifest.get("commit", ""),
        str(manifest.get("ended", manifest["begun"]))[:16].replace("T", " "),
        manifest["fingerprint"]["rules"] == sources_hash(),
        len(manifest["files"]),
        notes=tuple(_libraries(manifest["fingerprint"]["libraries"])),
    )


def _problems(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    if manifest["state"] != "complete":
        yield "it is not finished: what was asked, asked again, goes on"
    whose = {entry["sha256"]: name for name, entry in manifest["files"].items()}
    for name in storage.damaged(folder, manifest):
        file = folder / name
        if not file.is_file():
            yield f"{name} is missing"
            continue
        size, was = file.stat().st_size, manifest["files"][name]["bytes"]
        other = whose.get(storage.checksum(file))
        told = f"it holds what {other} held" if other else f"{size:,} bytes, of {was:,}" if size != was else "altered"
        yield f"{name} is not as it was written ({told})"


def _libraries(before: Mapping[str, str]) -> Iterator[str]:
    """The libraries that decide the last bit of a number, where they are not those of then."""
    for name, was in before.items():
        try:
            now = version(name)
        except PackageNotFoundError:
            now = "not installed"
        if now != was:
            yield f"made with {name} {was}, here {now}: the last digits may differ"


def _without_manifest(folder: Path, again: bool) -> Verdict:
    """An answer of the version before, which kept no manifest, or one from which it was taken away."""
    try:
        head = kept.read_head(folder)
    except ScenarioError as problem:
        return Verdict(folder, "", "an answer", tuple(one.text for one in problem.problems))
    name = head.get("kind", head.get("name", ""))
    kind = answers.FORMER.get(name, name)
    what = f"an answer to {kind.replace('_', ' ')}, of the scenario {head['scenario']}"
    if head["format"] == kept.FORMAT:
        return Verdict(folder, kind, what, (f"there is no {storage.MANIFEST}: nothing vouches for the files",))
    try:
        reading.opened(folder)
    except ScenarioError as problem:
        return Verdict(folder, kind, what, tuple(str(one) for one in problem.problems))
    notes = [
        "the version that wrote it kept no checksums: all files are there, tables have the rows that they had and "
        "pictures are whole; whether a number was altered cannot be told"
    ]
    if again:
        notes.append(f"it cannot be played again from here: make it anew with {head['command']}")
    made_by = str(head["versions"].get("minegame", ""))
    return Verdict(folder, kind, what, version=made_by, notes=tuple(notes))


# ----------------------------------------------------------------------------------------------------- playing it again


def _play(folder: Path, manifest: Mapping[str, Any], target: Path, **how: Any) -> None:
    """Play what a folder asks into another folder."""
    if manifest["kind"] == storage.EXPERIMENT:
        experiment.run(plan_of(results.load(folder)), target, **how)
        return
    scenario = kept.read_scenario(folder / kept.SCENARIO, manifest["scenario"]["name"])
    answers.ask(manifest["kind"], scenario, target, **how, **manifest["asked"])


def plan_of(found: Results) -> Plan:
    """What was played, from what the folder of a run keeps: its scenario, and what was asked of it.

    Raises:
        ScenarioError: if this version cannot ask it.
    """
    manifest = found.manifest
    if not manifest["asked"]:  # a plan made in Python
        return _made_plan(found)
    with tempfile.TemporaryDirectory(prefix="minegame-") as folder:
        file = Path(folder) / "scenario.yaml"
        file.write_text(found.scenario.to_yaml(), encoding="utf-8")
        asked = {name: value for name, value in manifest["asked"].items() if name != "set"}  # which it has in it
        asked |= {"scenario": str(file), "luck": found.luck}  # of before luck could be chosen: common
        if "table" in asked:
            asked["table"] = str(found.folder.absolute() / storage.POINTS)
        plan = Experiment.from_document(asked, manifest["name"]).plan()
    return plan.named(manifest["name"], manifest["experiment"])


def _made_plan(found: Results) -> Plan:
    import pandas as pd
    import pyarrow.parquet as pq

    columns = pq.read_table(found.folder / storage.DESIGN, columns=found.factors).to_pydict()
    points = {path: [typed(x) if isinstance(x, str) else x for x in values] for path, values in columns.items()}
    manifest = found.manifest
    return Plan(
        found.scenario,
        pd.DataFrame(points, index=range(found.groups)),
        manifest["policies"],
        Replications(**manifest["replications"]),
        manifest["seed"],
        manifest["reference"],
        manifest["results"],
        manifest["title"],
        manifest["name"],
        luck=found.luck,
    )


# ----------------------------------------------------------------------------------------------------- comparing tables


def _compared(folder: Path, manifest: Mapping[str, Any], target: Path) -> Iterator[tuple[str, bool]]:
    """What is said of every table that is not the same byte for byte, and whether its numbers are the same."""
    names = [name for name in manifest["files"] if Path(name).suffix in _TABLES]
    now = storage.read_manifest(target)["files"]
    for name in names:
        if name not in now:
            yield f"{name} is no longer among the tables", False
        elif now[name]["sha256"] != manifest["files"][name]["sha256"]:
            differs = difference(_table(folder / name), _table(target / name))
            yield f"{name} {differs or 'has the same numbers, written in other bytes'}", not differs
    more = [name for name in now if Path(name).suffix in _TABLES and name not in names]
    if more:
        yield f"{listed(more)} came beside the tables that there were", False
    if manifest["kind"] != storage.EXPERIMENT:
        before, after = (kept.read_head(where)["sentences"] for where in (folder, target))
        if before != after:
            yield "the sentences are others", False


def _table(file: Path) -> pd.DataFrame:
    import pandas as pd

    if file.suffix == ".parquet":
        table: pd.DataFrame = storage.read_table(file)
        return table
    return pd.read_csv(file, keep_default_na=False, na_values=[""], float_precision="round_trip")


def difference(before: pd.DataFrame, now: pd.DataFrame) -> str:
    """In what a table differs from what it was, in words; nothing where no value differs.

    >>> import pandas as pd
    >>> difference(pd.DataFrame({"x": [1.0, 2.0]}), pd.DataFrame({"x": [1.0, 2.5]}))
    'differs in 1 of 2 values, by up to 0.5 (x)'
    """
    if list(before) != list(now):
        return f"has other columns: {listed(map(str, now))}, and had {listed(map(str, before))}"
    if len(before) != len(now):
        return f"has {len(now):,} rows, and had {len(before):,}"
    unequal = {str(name): _unequal(before[name], now[name]) for name in before}
    count = sum(int(where.sum()) for where in unequal.values())
    if not count:
        return ""
    gaps = {name: gap for name, where in unequal.items() if (gap := _gap(before[name][where], now[name][where])) > 0}
    widest = max(gaps, key=lambda name: gaps[name], default="")
    most = f", by up to {gaps[widest]:.3g} ({widest})" if widest else ""
    return f"differs in {count:,} of {counted(before.size, 'value')}{most}"


def _unequal(before: pd.Series, now: pd.Series) -> pd.Series:
    one, other = before.astype(object), now.astype(object)
    return (one != other) & ~(before.isna() & now.isna())


def _gap(before: pd.Series, now: pd.Series) -> float:
    """By how much numbers differ at most; nil for words."""
    import pandas as pd

    one, other = (pd.to_numeric(part.astype(object), errors="coerce") for part in (before, now))
    gap = (one - other).abs().max()
    return 0.0 if pd.isna(gap) else float(gap)
