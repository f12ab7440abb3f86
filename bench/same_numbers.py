"""Compare the numbers of two checkouts: every table of every kind of question, and of experiments, at the same seeds.

    .venv/bin/python bench/same_numbers.py OLD_CHECKOUT [KIND …]

Values are compared, not headings: every number that the old version prints must be found in the new one, to nine
digits, in the unit in which a reader sees it.  Old numbers that are not found are listed and make the exit code 1.
"""

from __future__ import annotations

import bisect
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SCALES = {"share": 100.0, "points": 100.0}
#: kind: (what the old version calls it, options of the old one, of the new one)
VARY = "--vary host.balance_weight=0:4 --vary patrons.us.link=0:1"
FEW = "--player us=access,finance --player china=access --draws 20"
KINDS = {
    "winning": ("winning", "-n 2000", "-n 2000"),
    "odds": ("odds", "-n 2000", "-n 2000"),
    "odds_against": ("odds", *["-n 2000 --set-against patrons.us.levers.*.intensity=0"] * 2),
    "odds_split": ("odds", *["kazakhstan_split_lots --against kazakhstan_tungsten -n 500"] * 2),
    "attribution": ("attribution", *["-n 2000 --worlds 12"] * 2),
    "ledger": ("ledger", *["-n 2000"] * 2),
    "sensitivity": ("sensitivity", *[f"{VARY} --base 64 -n 16"] * 2),
    "morris": ("sensitivity", *[f"{VARY} --method morris --base 8 -n 50"] * 2),
    "tornado": ("sensitivity", *[f"{VARY} --method tornado -n 500"] * 2),
    "tipping": ("tipping", *["-n 1000"] * 2),
    "threshold": ("threshold", *["-n 200"] * 2),
    "lever_prices": ("prices", *["-n 2000"] * 2),
    "equilibrium": ("strategy", *[f"{FEW} -n 300"] * 2),
    "tender_rules": ("rules", *[f"{FEW} -n 200"] * 2),
    "discovery": ("discovery", *[f"{VARY} --points 500 -n 24"] * 2),
    "history_matching": (
        "learning", *[f"{VARY} --vectors 200 -n 24 --observed-month 7 --observed-equity 0.3"] * 2,
    ),
}  # fmt: skip
NEW_COMMANDS = {"morris": "sensitivity", "tornado": "sensitivity"}
EXPERIMENTS = ("who_wins", "balance_weight", "wide_uncertainty")


def main() -> int:
    """Compare all kinds, or those that are named."""
    old, chosen = Path(sys.argv[1]).resolve(), sys.argv[2:] or [*KINDS, *EXPERIMENTS]
    missing = 0
    for name in chosen:
        before, after = told(old, name, old=True), told(ROOT, name, old=False)
        lost = list(not_found(before, sorted(after)))
        print(f"{name:18} {len(before):6,} numbers before, {len(after):6,} after, {len(lost):4,} not found", flush=True)
        for path, value in lost[:12]:
            print(f"    {path}: {value}")
        missing += bool(lost)
    return min(missing, 1)


def told(checkout: Path, name: str, *, old: bool) -> dict[str, float] | list[float]:
    """The numbers that a version tells: with their place for the old one."""
    if name in EXPERIMENTS:
        with tempfile.TemporaryDirectory() as folder:
            out = str(Path(folder) / "run")
            printed(checkout, ["run", name, "--replications", "300", "--out", out, "--yes", "--json"])
            return summary(Path(out), old=old)
    kind, before, after = KINDS[name]
    arguments = (before if old else after).split()
    command = [kind] if kind == "odds" else ["analyse", kind if old else NEW_COMMANDS.get(name, name)]
    document = json.loads(printed(checkout, [*command, *arguments, "--seed", "3", "--json"]))
    return dict(numbers(document)) if old else [value for _, value in shown(document)]


def printed(checkout: Path, arguments: list[str]) -> str:
    environment = {**os.environ, "PYTHONPATH": str(checkout / "src")}
    done = subprocess.run(
        [sys.executable, "-m", "minegame", *arguments], capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode:
        raise SystemExit(f"{checkout}: minegame {' '.join(arguments)}: {done.stderr[-2000:]}")
    return done.stdout


def numbers(document: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """The numbers of an old document: of its tables, or of everything that odds tells."""
    parts = document.get("tables", [document])
    for n, part in enumerate(parts):
        yield from leaves(part.get("rows", part), str(part.get("title", n)))


def leaves(value: Any, path: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, dict):
        skipped = ("replications", "seed", "confidence")
        for key, item in value.items():
            if key not in skipped:
                yield from leaves(item, f"{path}/{key}")
    elif isinstance(value, list):
        for n, item in enumerate(value):
            yield from leaves(item, f"{path}/{n}")
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield path, float(value)


def shown(document: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """The numbers of a new document, as kept and as a reader sees them."""
    for key, table in document["tables"].items():
        for column in table["columns"]:
            names = [column["name"]] + [f"{column['name']}_{end}" for end in ("low", "high") if column["bounded"]]
            for row in table["rows"]:
                for name in names:
                    value = row[name]
                    if isinstance(value, (int, float)) and not isinstance(value, bool):
                        yield f"{key}/{name}", float(value)
                        if column["unit"] in SCALES:
                            yield f"{key}/{name}", SCALES[column["unit"]] * float(value)


def summary(folder: Path, *, old: bool) -> dict[str, float] | list[float]:
    import pandas as pd

    table = pd.read_parquet(folder / "summary.parquet")
    rows = zip(table["point"], table["measure"], table["subject"], table["sum"], table["squares"], strict=True)
    found = {f"{point}/{measure}/{subject}": (total, squares) for point, measure, subject, total, squares in rows}
    flat = {f"{path}/{n}": float(value) for path, pair in found.items() for n, value in enumerate(pair)}
    return flat if old else list(flat.values())


def not_found(before: Any, after: list[float]) -> Iterable[tuple[str, float]]:
    for path, value in before.items():
        near = 1e-9 * max(1.0, abs(value))
        place = bisect.bisect_left(after, value - near)
        if math.isfinite(value) and not (place < len(after) and after[place] <= value + near):
            yield path, value


if __name__ == "__main__":
    raise SystemExit(main())
