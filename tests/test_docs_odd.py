"""docs/odd.md tells the truth: it names every rule, path, stream and measure, and its numbers hold."""

from __future__ import annotations

import ast
import inspect
import re
from functools import cache
from math import exp, log, sqrt
from pathlib import Path
from typing import Any

import pytest

from minegame import chance, ensemble, rules
from minegame.game import FULL, LEVERS, OFFERED, OPENING, TRIGGERS
from minegame.model import Negotiation
from minegame.scenario import Parameter, Scenario

PAGE = (Path(__file__).parents[1] / "docs" / "odd.md").read_text(encoding="utf-8")
BY_HAND = PAGE[PAGE.index("# V. A month by hand") : PAGE.index("# VI. Campaigns")]
BASELINE = Scenario.load()
GROUPS = ("deposits", "patrons", "bidders", "financiers")
NAMED = set(re.findall(r"`([A-Za-z_][A-Za-z_0-9.*]*)`", PAGE))


def placeholder(path: str) -> str:
    """A path with * for the name of the agent and of the lever."""
    parts = path.split(".")
    if parts[0] in GROUPS:
        parts[1] = "*"
        if parts[2] == "levers":
            parts[3] = "*"
    return ".".join(parts)


def rows(text: str) -> dict[str, list[str]]:
    """The tables of a text: the cells of each row by its first cell, without backquotes."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    return {row[0].strip("`"): row[1:] for row in cells}


def functions(module: Any) -> list[str]:
    return [node.name for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.FunctionDef)]


# ------------------------------------------------------------------------------------------------------- completeness


@pytest.mark.parametrize("name", functions(rules))
def test_every_rule_is_named(name: str) -> None:
    assert name in NAMED


@pytest.mark.parametrize("number", range(1, 22))
def test_every_rule_has_a_section(number: int) -> None:
    assert re.search(rf"^### R{number} ", PAGE, re.MULTILINE)


def test_every_path_is_named() -> None:
    assert sorted({placeholder(parameter.path) for parameter in BASELINE.parameters()} - NAMED) == []


def test_no_path_is_made_up() -> None:
    known = {placeholder(parameter.path) for parameter in BASELINE.parameters()} | {"tender.start"}
    known |= {parameter.path for parameter in BASELINE.parameters()}
    groups = {path.split(".")[0] for path in known}
    assert sorted(name for name in NAMED if "." in name and name.split(".")[0] in groups and name not in known) == []


def test_every_stream_stands_in_the_table_with_its_number() -> None:
    table = rows(PAGE)
    streams = {name: value for name, value in vars(chance).items() if name.isupper() and name in table}
    assert sorted(streams.values()) == list(range(21))
    assert {name: int(table[name][0]) for name in streams} == streams


@pytest.mark.parametrize(
    "measure", [*ensemble.GENERAL, *ensemble.BY_BIDDER, *ensemble.BY_PATRON, *ensemble.BY_FINANCIER]
)
def test_every_measure_is_named(measure: str) -> None:
    assert measure in NAMED


@pytest.mark.parametrize("name", [*LEVERS, *TRIGGERS])
def test_every_lever_and_trigger_is_named(name: str) -> None:
    assert re.search(rf"^(\| |\* )`{name}`", PAGE, re.MULTILINE)


# ------------------------------------------------------------------------------------------------ numbers of the tables


def shown(parameter: Parameter) -> str:
    value, tag = parameter.value, {"calibrated": " [C]", "swept": " [S]"}.get(parameter.status, "")
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value] + tag
    return (value if isinstance(value, str) else f"{value:g}") + tag


def baseline_cells() -> dict[str, tuple[str, list[str]]]:
    """The unit and the cells, one for each agent, that the tables of the page should hold, by path."""
    cells: dict[str, tuple[str, dict[str, list[str]]]] = {}
    for parameter in BASELINE.parameters():
        parts = parameter.path.split(".")
        agent = parts[1] if parts[0] in GROUPS else ""
        row = cells.setdefault(placeholder(parameter.path), (parameter.unit or "–", {}))
        row[1].setdefault(agent, []).append(shown(parameter))
    return {path: (unit, [", ".join(values) for values in row.values()]) for path, (unit, row) in cells.items()}


def test_the_tables_hold_the_baseline() -> None:
    table = rows(PAGE)
    wrong = [
        (path, expected, table.get(path))
        for path, (unit, expected) in baseline_cells().items()
        if table.get(path, [])[1:-1] != [unit, *expected]
    ]
    assert wrong == []


# ----------------------------------------------------------------------------------------------------- a month by hand


@cache
def quiet() -> Scenario:
    code = re.search(r"```python\n(.*?)```", BY_HAND, re.DOTALL)
    assert code is not None
    names: dict[str, Any] = {}
    exec(code.group(1), names)
    return BASELINE.at(names["QUIET"])


@cache
def november() -> Negotiation:
    """The quiet baseline at the end of month 7."""
    negotiation = Negotiation(quiet(), seed=1)
    for _ in range(8):
        negotiation.step()
    return negotiation


@cache
def played() -> dict[str, tuple[float, ...]]:
    """The rows of the worked example as the program plays them."""
    state, host = november().state, november().host
    bundle = [(i, d) for i in range(2) for d in range(2)]
    per_offer = {
        "value V (R3)": state.project_value,
        "TAX (R3)": state.tax,
        "reservation ḡ (R11)": state.reservation,
        "transfer g (R12)": state.transfer,
        "equity e (R12)": state.equity,
        "bonus b (R12)": state.bonus,
        "rent as offered (R13)": state.rent[:, :, OFFERED],
        "rent at s = 0 (R13)": state.rent[:, :, OPENING],
        "rent at s = 1 (R13)": state.rent[:, :, FULL],
    }
    per_bidder = {
        "processing l (R12)": state.processing,
        "offtake o (R12)": state.offtake,
        "coverage (R8)": state.coverage,
        "completion π (R9)": state.completion,
    }
    ledgers = host.ledger().values()
    terms = {
        "synergy": "synergy",
        "threat loss (R14)": "threat_loss",
        "backlash (R15)": "backlash",
        "access (R17)": "access",
        "credit (R17)": "credit",
        "balance (R19)": "balance",
        "utility U": "total",
    }
    rents = state.rent[:2, :2].sum(axis=1)
    totals = [ledger["total"] for ledger in ledgers]
    return {
        **{name: tuple(float(values[i, d]) for i, d in bundle) for name, values in per_offer.items()},
        **{name: (float(values[0]), float(values[1])) for name, values in per_bidder.items()},
        **{name: tuple(ledger[term] for ledger in ledgers) for name, term in terms.items()},
        "rents as offered": tuple(rents[:, OFFERED]),
        "U at s = 0": tuple(totals - rents[:, OFFERED] + rents[:, OPENING]),
        "U at s = 1": tuple(totals - rents[:, OFFERED] + rents[:, FULL]),
        "U0 (R16)": (state.shelve_utility,),
        "second": (state.runner_up,),
        "U_lo (R20)": (state.floor,),
        "Asp (R20)": (state.aspiration,),
        "s_req (R20)": (state.requested_concession,),
    }


@cache
def by_hand() -> dict[str, tuple[float, ...]]:
    """The same month from the formulas on the page alone, and the numbers in its text."""
    annuity = (1 - 1.09**-25) / 0.09 * 1.09**-4
    x = log(530) + (log(380) - log(530)) * exp(-0.15 * 8 / 12)
    price = exp(exp(-0.15 * 12) * x + (1 - exp(-0.15 * 12)) * log(530))
    share = 0.13 / 0.25
    rho = log(1 - share) / log(share)
    bidder, host = 0.59 * sqrt(rho), 0.59 / sqrt(rho)
    s, planned, eta = (8 / 12) ** (1 / bidder), (9 / 12) ** (1 / bidder), 1 - (8 / 12) ** (1 / host)
    cove = hand_offers(annuity, price, s, 235, 0.15, 0.71, 0.05 + 0.72 * min(0.82, 1.17 * 0.7) + 0.18, 0.30, 0, 198, 42)
    soe = hand_offers(annuity, price, s, 220, 0.03, 0.69, min(1.0, 0.45 + 0.95 * 0.6 + 0.15), 0.12, 115, 363, 54)
    tariff = 0.25 * 1970 * 0.15 * 0.6 * 2.5
    threat, credit = 0.5 * 0.6 * tariff, [c * 2 ** (-8 / 60) for c in (0.35, 0.62)]
    table = {
        "synergy": (60.0, 60.0),
        "threat loss (R14)": (0.0, -threat),
        "backlash (R15)": (-0.04 * 0.45 * 1000, 0.0),
        "access (R17)": (0.6 * 0.8 * 280, 0.0),
        "credit (R17)": (0.18 * 1000 * credit[0], 0.18 * 1000 * credit[1]),
        "balance (R19)": (hand_balance(1, 0), hand_balance(0, 1)),
    }
    standing = [sum(term[i] for term in table.values()) for i in range(2)]
    utility = {
        level: tuple(standing[i] + sum(offers[level]) for i, offers in enumerate((cove, soe)))
        for level in ("rent as offered (R13)", "rent at s = 0 (R13)", "rent at s = 1 (R13)")
    }
    now, opening, full = utility.values()
    gross, capital = annuity * (price - 230), 0.9 * 1100
    tilt = (0.09 - 0.05) / 0.30**2 - 0.5
    root = -tilt + sqrt(tilt**2 + 2 * 0.09 / 0.30**2)
    invest = root / (root - 1) * capital
    option = (invest - capital) * (gross / invest) ** root
    shelve = 0.35 * 0.6 * option - threat + hand_balance(0, 0)
    floor = max(shelve, opening[0], min(full[1], full[0]))
    hope = floor + eta * (max(full[0], floor) - floor)
    return {
        **{name: (*cove[name], *soe[name]) for name in cove},
        **table,
        "utility U": now,
        "U at s = 0": opening,
        "U at s = 1": full,
        "rents as offered": tuple(sum(offers["rent as offered (R13)"]) for offers in (cove, soe)),
        "option to develop Φ (R16)": (option,),
        "U0 (R16)": (shelve,),
        "second": (full[1],),
        "U_lo (R20)": (floor,),
        "η (R20)": (eta,),
        "Asp (R20)": (hope,),
        "s_req (R20)": ((hope - opening[0]) / (full[0] - opening[0]),),
        "text 2": (exp(x), price, tariff, hand_balance(0, 0)),
        "text 4": (annuity, *credit, rho, bidder, host, s, planned, root),
        "text 1": (gross, invest),
    }


def hand_offers(
    annuity: float, price: float, s: float, cost: float, wedge: float, capability: float, coverage: float,
    hurdle: float, premium: float, processing_cost: float, offtake_value: float,
) -> dict[str, tuple[float, ...]]:  # fmt: skip
    """One bidder's rows of the worked example; those of a bidder hold one number, those of an offer two."""
    completion, processing, offtake = capability * coverage, min(1, 165 / processing_cost), min(1, offtake_value / 60)
    columns: list[dict[str, float]] = []
    for output, capex in ((0.58, 650), (0.42, 450)):
        revenue, royalty = annuity * output * price, 0.078 * annuity * output * price
        profit = revenue - annuity * output * cost - royalty - 0.9 * capex * (1 + wedge * (1 - coverage))
        value, tax = 0.8 * profit, royalty + 0.2 * profit
        own = 0.85 * value - 0.5 * processing_cost * processing**2 * output
        reservation = (1 - hurdle) * own + premium * output
        rent, equity, bonus = {}, 0.0, 0.0
        for level, at in (("s = 0", 0.0), ("s = 1", 1.0), ("offered", s)):
            equity = min(0.49, 0.15 + 0.5 * at * reservation / value)
            bonus = at * reservation - (equity - 0.15) * value
            income = tax + equity * value + 165 * output * processing - 0.5 * 60 * output * offtake**2
            rent[level] = completion * income + bonus * coverage
        columns.append(
            {
                "value V (R3)": value,
                "TAX (R3)": tax,
                "reservation ḡ (R11)": reservation,
                "transfer g (R12)": s * reservation,
                "equity e (R12)": equity,
                "bonus b (R12)": bonus,
                "rent as offered (R13)": rent["offered"],
                "rent at s = 0 (R13)": rent["s = 0"],
                "rent at s = 1 (R13)": rent["s = 1"],
            }
        )
    return {
        **{name: tuple(column[name] for column in columns) for name in columns[0]},
        "processing l (R12)": (processing,),
        "offtake o (R12)": (offtake,),
        "coverage (R8)": (coverage,),
        "completion π (R9)": (completion,),
    }


def hand_balance(us: float, china: float) -> float:
    whole = 3 + 2 * (us + china)
    shares = (3 * 0.22 + 2 * us) / whole, (3 * 0.52 + 2 * china) / whole, 3 * 0.26 / whole
    return -2.2 * 1000 * sum((a - b) ** 2 for a, b in zip(shares, (0.34, 0.33, 0.33), strict=True))


def printed(cells: list[str], values: tuple[float, ...]) -> list[str]:
    """The values with as many decimals as the cells have."""
    assert len(cells) == len(values)
    return [f"{v:.{len(cell.split('.')[1])}f}".replace("-", "−") for cell, v in zip(cells, values, strict=True)]


@pytest.mark.parametrize("source", [played, by_hand])
def test_the_worked_rows_hold(source: Any) -> None:
    table, values = rows(BY_HAND), source()
    names = [name for name in values if not name.startswith("text")]
    assert {name: printed(table[name], values[name]) for name in names} == {name: table[name] for name in names}


def test_every_worked_row_is_checked() -> None:
    heads = {"per bidder", "per offer, M$", "host's utility, M$", "decision, M$", "---"}
    assert set(rows(BY_HAND)) - heads <= set(by_hand())


def test_by_hand_and_played_agree_beyond_what_is_printed() -> None:
    for name, values in played().items():
        assert by_hand()[name] == pytest.approx(values, rel=1e-7), name


@pytest.mark.parametrize("decimals", [1, 2, 4])
def test_the_worked_text_holds(decimals: int) -> None:
    numbers = [f"{abs(value):.{decimals}f}" for value in by_hand()[f"text {decimals}"]]
    assert [number for number in numbers if number not in BY_HAND] == []


def test_the_host_waits_in_november_and_accepts_in_december() -> None:
    assert november().host.decision == "wait"
    later = Negotiation(quiet(), seed=1).play()
    assert (later.host.decision, later.outcome.month) == ("accept", 8)
    assert set(later.winners.values()) == {"cove_kaz"}
    terms = f"is worth {later.host.utility:.2f} and the aspiration has come down to {later.host.aspiration:.2f}"
    assert terms in BY_HAND
