"""Small experiments for the tests of running, keeping and surviving."""

from __future__ import annotations

import hashlib
from pathlib import Path

from minegame.experiment_file import Experiment, Plan

FOUR_POLICIES = """
title: Four policies at six points
scenario: kazakhstan_tungsten
packages: {us: [access, finance]}
factors: {market.long_run_price: [450, 550], host.balance_weight: {low: 1, high: 3}}
design: {kind: factorial, levels: 3}
replications: 700
seed: 5
"""
UNTIL_SURE = """
title: Until sure
scenario: kazakhstan_tungsten
policies: {none: {patrons.us.levers.*.intensity: 0}, all: {}}
factors: {host.balance_weight: [0, 1, 2.2, 4]}
replications: {until: 0.02, first: 300, at_most: 2500}
"""
ROWS = """
title: Rows
scenario: kazakhstan_split_lots
policies: {as it is: {}, no tariff: {patrons.us.levers.tariff.intensity: 0}}
factors: {tender.synergy: [0, 60, 200]}
replications: 400
results: rows
"""


def plan(text: str, folder: Path, **changes: object) -> Plan:
    """The plan of an experiment's text, with some of its fields replaced."""
    file = folder / "asked.yaml"
    file.write_text(text)
    return Experiment.load(file, changes)[1]


def table_sums(folder: Path) -> dict[str, str]:
    """The checksum of every table in a results folder."""
    tables = [path for path in folder.iterdir() if path.suffix in (".parquet", ".csv")]
    assert tables
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(tables)}
