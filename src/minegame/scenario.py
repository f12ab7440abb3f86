"""Scenarios: who sits at the table, for what, with which numbers, and where every number comes from.

A scenario is a YAML file that becomes a frozen :class:`Scenario`, which becomes a :data:`~minegame.game.GAME` record.
A path such as ``patrons.us.exposed_share`` names one value everywhere: in the file, in ``Scenario.at``, on the command
line, in a design, and (with a group's prefix) in the game.  Money is USD million (M$), present value at award.

Ranges are generous; where one is narrower than the meaning of the number demands, it keeps the formulas finite.
"""

from __future__ import annotations

import difflib
import fnmatch
import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NoReturn, TypeVar, get_args, get_origin

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from minegame import game as game_module
from minegame.game import GAME, LEVERS, MAX_MONTHS, derive, new_records

BASELINE = "kazakhstan_tungsten"
MAX_BYTES = 1_000_000

_DEEPEST = 20  # levels of nesting in a file, and files in a chain of extends
_MOST_VALUES = 100_000  # in one file, aliases counted as often as they are used
_MOST_PROBLEMS = 30  # shown in one message

# ---------------------------------------------------------------------------------------------------- what went wrong


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a scenario: where it stands and what is allowed."""

    file: str
    line: int | None
    path: str
    text: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}, line {self.line}"
        return ": ".join(part for part in (place, self.path, self.text) if part)


class ScenarioError(ValueError):
    """A scenario, or a change of one, that cannot be played; ``problems`` lists everything that is wrong."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:_MOST_PROBLEMS]]
        if len(self.problems) > _MOST_PROBLEMS:
            lines.append(f"… and {len(self.problems) - _MOST_PROBLEMS} more")
        return "\n".join(lines)


def _fail(file: object, text: str, *, line: int | None = None, path: str = "") -> NoReturn:
    raise ScenarioError(Problem(str(file), line, path, text))


def nearest(name: object, names: Iterable[str]) -> str:
    """``; did you mean 'x'?`` for the nearest of the names, or nothing if none is near."""
    near = difflib.get_close_matches(str(name), list(names), n=1, cutoff=0.5)
    return f"; did you mean '{near[0]}'?" if near else ""


def shown(value: object) -> str:
    """A value as it is said in a message."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "a group of values"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, int) and value.bit_length() > 200:
        return "a number that large"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…" + text[-1]


# ----------------------------------------------------------------------------------------------- the kinds of a value


def _whole(value: object) -> object:
    """A whole number that arrives as 3.0 (from a table, say) counts as 3."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_whole)]
Lots = Literal["bundled", "split"]
Trigger = Literal["always", "rival_leads", "rival_letter"]


def _number(unit: str, meaning: str, low: float, high: float, default: Any = ...) -> Any:
    return Field(default, description=meaning, ge=low, le=high, json_schema_extra={"unit": unit})


def _share(meaning: str, default: Any = ...) -> Any:
    return _number("share", meaning, 0, 1, default)


def _probability(meaning: str, default: Any = ...) -> Any:
    return _number("probability", meaning, 0, 1, default)


def _money(meaning: str, default: Any = ...) -> Any:
    return _number("M$", meaning, 0, 1e9, default)


def _hazard(meaning: str) -> Any:
    return _number("1/month", meaning, -100, 100, 0.0)


def _month(meaning: str) -> Any:
    return _number("months", meaning, 0, MAX_MONTHS, 0)


def _text(meaning: str, default: Any = ..., pattern: str | None = None) -> Any:
    return Field(default, description=meaning, pattern=pattern, max_length=5000)


def _choice(meaning: str, default: Any = ...) -> Any:
    return Field(default, description=meaning)


def _label() -> Any:
    return Field("", description="Name as people read it (default: the name).", max_length=200)


def _key() -> Any:
    meaning = (
        "Address of the agent's luck: a whole number, unlike that of any other of its kind "
        "(default: made from the name). Not a quantity."
    )
    return Field(0, description=meaning, ge=0, le=2**32 - 1)


class _Group(BaseModel):
    """A group of values that cannot be changed; numbers are numbers, never text, truth values, NaN or infinity."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


# ------------------------------------------------------------------------------------------------------------- groups


class TenderFields(_Group):
    """The tender: how long it runs and what is sold together."""

    months: Whole = _number("months", "Months until the deadline (T); in the last one the host decides.", 1, MAX_MONTHS)
    start: str = _text("Calendar month of month 0, as 2025-04.", pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    lots: Lots = _choice("All deposits to one bidder (bundled), or each on its own (split).", "bundled")
    synergy: float = _money("Worth to the host of one operator for all deposits (Syn).", 0.0)


class MarketFields(_Group):
    """The price of the metal, a mean-reverting random walk in logs."""

    initial_price: float = _number("USD/mtu", "Price at the start (P0).", 1e-3, 1e7)
    long_run_price: float = _number("USD/mtu", "Mean to which the price reverts (P-bar).", 1e-3, 1e7)
    mean_reversion: float = _number("1/y", "Speed of reversion (kappa); 0 is a random walk.", 0, 20)
    volatility: float = _number("number", "Volatility of the log price over a year (sigma).", 0, 3)


class DepositFields(_Group):
    """A deposit on offer."""

    label: str = _label()
    key: Whole = _key()
    output: float = _number("million mtu/y", "Output of the mine (Q); its part of the total weighs it.", 1e-6, 1e6)
    capex: float = _money("Capital cost before discounting (K).")


class ProjectFields(_Group):
    """What turns a deposit into money, whoever builds the mine."""

    discount_rate: float = _number("1/y", "Discount rate of project value (r).", 1e-3, 1)
    lead_time: float = _number("years", "Years from award to first output.", 0, 50)
    life: float = _number("years", "Years of production.", 0.1, 200)
    price_horizon: float = _number("years", "How far ahead the price counts that values the mine (h).", 0, 100)
    capex_factor: float = _number("number", "Present value of one M$ of capital cost (k_pv).", 0, 10)
    extraction_tax: float = _share("Mineral extraction tax, part of revenue (met).")
    income_tax: float = _share("Corporate income tax, part of profit (cit).")
    coverage_exponent: float = _number("number", "How strongly completion needs coverage (nu).", 0, 20, 1.0)
    denial_effect: float = _share("Completion lost to full denial by a fully dependent bidder (xi).")
    geology_sd: float = _number("number", "Spread of the output multiplier, in logs (sigma_q).", 0, 5)
    cost_sd: float = _number("number", "Spread of a bidder's unit cost, in logs (sigma_c).", 0, 5)


class HostFields(_Group):
    """The host: what it wants from a mine and from the powers behind the bidders."""

    label: str = Field("host", description="Name as people read it.", max_length=200)
    value_scale: float = _number("M$", "Money that one unit of a weight is worth (VREF).", 1e-3, 1e9)
    equity_min: float = _share("Smallest state equity (e_min).")
    equity_max: float = _share("Largest state equity (e_max).")
    equity_weight: float = _share("Part of a transfer paid as equity, not bonus (theta_e).")
    processing_value: float = _money("Worth of full local processing (v_l).")
    offtake_cost: float = _money("Cost of giving all output away as offtake (zeta).")
    balance_weight: float = _number("number", "Weight of a balanced portfolio of camps (omega).", 0, 1e6)
    history_weight: float = _number("number", "Weight of past deals in the portfolio (n0).", 1e-6, 1e6)
    award_weight: float = _number("number", "Weight of this award in the portfolio (n1).", 0, 1e6)
    credit_weight: float = _number("number", "Weight of past cooperation with a patron (chi).", 0, 1e6)
    threat_weight: float = _number("number", "Weight of threatened losses (omega_thr); 0 ignores threats.", 0, 1e6, 1.0)
    backlash: float = _number("number", "Weight of the domestic cost of yielding to a threat (psi).", 0, 1e6)
    taste_scale: float = _number(
        "number", "Scale of the host's Gumbel taste for a bidder, drawn once a run (s0).", 0, 1e6
    )
    evaluation_sd: float = _number("number", "Spread of the monthly evaluation of a bid (sigma_u).", 0, 1e6)


class ShelvingFields(_Group):
    """What the host has if it awards nothing: the option to develop the deposits later."""

    weight: float = _number("number", "Weight of the option to develop (d_s).", 0, 1e6)
    take: float = _share("Host's part of the option's value.")
    volatility: float = _number("number", "Yearly volatility of project value (sigma_Phi).", 0, 3)
    yield_rate: float = _number("1/y", "Yield forgone by waiting (delta).", 1e-3, 1)
    unit_cost: float = _number("USD/mtu", "Reference unit cost (c_ref).", 0, 1e7)


class BargainingFields(_Group):
    """How host and bidders give way over time."""

    host_impatience: float = _number("1/y", "The host's impatience (r_h).", 1e-3, 10)
    # A wider spread could make host and bidder differ by more than 1e15, where the patience ratio loses its meaning.
    impatience_sd: float = _number("number", "Spread of everybody's impatience, in logs (sigma_r).", 0, 1.5)
    concession_exponent: float = _number("number", "Date of concessions (beta-bar): small is late.", 0.01, 20)
    opening_concession: float = _share("Part of its reservation a bidder offers at once (k0).", 0.0)
    tremble_sd: float = _number("number", "Spread of the tremble of a concession (sigma_o).", 0, 5)
    initial_aspiration: float = _share("Part of the surplus the host holds out for at first (eta0).", 1.0)


class PoliticsFields(_Group):
    """How threats, beliefs, summits and credit work, for every patron alike."""

    follow_through_slope: float = _number("number", "How sharply follow-through answers to costs (lambda_p).", 0, 1e3)
    belief_step_executed: float = _number("number", "Belief gained when a threat is carried out (w_x).", 0, 1e6)
    belief_step_backed_down: float = _number("number", "Belief lost when a patron backs down (w_b).", 0, 1e6)
    resolve_sd: float = _number("number", "Spread of a patron's private resolve.", 0, 5, 0.5)
    summit_rate: float = _probability("Chance of a summit in a month of full engagement (d_E).")
    summit_weight: float = _number("number", "Trust in promises gained by a summit (w_E).", 0, 1e6)
    credit_half_life: float = _number("months", "Months in which unused credit halves.", 0.01, 1e9)
    credit_gain_summit: float = _share("Credit gained by a summit, part of what is missing (gamma_E).")
    credit_gain_award: float = _share("Credit gained by a finished mine, part of what is missing (gamma_A).")
    credit_loss: float = _share("Credit that the losing camps lose (gamma_L).")
    denial_bite_rate: float = _probability("Chance that denial bites after the award.", 0.8)
    execution_cost_scale: float = _share("Cost of carrying a threat out, in units of value_scale.", 0.05)
    audience_cost_scale: float = _share("Cost of a refused empty threat, in units of value_scale.", 0.02)


class RenegotiationFields(_Group):
    """When the host reopens a deal, and for how much."""

    base: float = _number("number", "Log-odds of reopening at the long-run price (o0).", -1000, 1000)
    price_slope: float = _number("number", "Rise of the log-odds with the log price (o1).", -1000, 1000)
    protection_slope: float = _number("number", "Fall of the log-odds with the patron's protection (o2).", -1000, 1000)
    # Beyond 30 years the most volatile price could fall to exactly 0, which has no logarithm.
    horizon: float = _number("years", "Years from award to the price that may reopen the deal (H).", 0, 30)
    equity_step: float = _share("State equity gained by reopening.", 0.10)
    equity_cap: float = _share("State equity that reopening cannot exceed.", 0.9)


class TariffFields(_Group):
    """The tariff lever of a patron."""

    intensity: float = _number("number", "Threatened tariff (theta): 1 is 25 %.", 0, 4, 0.0)
    onset: Whole = _month("First month in which the lever may be on.")
    trigger: Trigger = _choice("What must have happened before the lever is used.", "always")
    price: float = _number("points/month", "Political capital a month at intensity 1.", 0, 1e6, 1.0)


class LeverFields(_Group):
    """A lever of a patron other than the tariff."""

    intensity: float = _share("How hard the lever is pressed.", 0.0)
    onset: Whole = _month("First month in which the lever may be on.")
    trigger: Trigger = _choice("What must have happened before the lever is used.", "always")
    price: float = _number("points/month", "Political capital a month at intensity 1.", 0, 1e6, 1.0)


class LeversFields(_Group):
    """What a patron can press; a lever left out is never used."""

    tariff: TariffFields = TariffFields()
    access: LeverFields = LeverFields()
    engagement: LeverFields = LeverFields()
    finance: LeverFields = LeverFields()
    denial: LeverFields = LeverFields()


class PatronFields(_Group):
    """A government behind bidders."""

    label: str = _label()
    key: Whole = _key()
    exports: float = _number("M$/y", "The host's exports to the patron.", 0, 1e9)
    exposed_share: float = _share("Part of those exports that the tariff would hit.")
    incidence: float = _share("Part of the duty that the host's exporters bear.")
    annuity: float = _number("years", "Years of loss that the host counts, discounted.", 0, 1000)
    link: float = _share("How firmly the host believes the tariff to be tied to the tender.")
    belief_a: float = _number("number", "Belief that threats are carried out: Beta parameter a.", 1e-6, 1e6)
    belief_b: float = _number("number", "Belief that threats are empty: Beta parameter b.", 1e-6, 1e6)
    conflict_expectation: float = _share("How much the host's public expects conflict with the patron (ce).")
    publicity: float = _share("How public the threat is (pub).")
    audience_cost: float = _number("number", "Cost of backing down before its own public (aud).", 0, 100)
    resolve: float = _number("number", "Mean resolve (r_k).", -100, 100)
    execution_cost: float = _number("number", "The patron's own cost of carrying a threat out (c_exec).", 0, 100)
    access_value: float = _money("Worth of the market access and technology it can offer (M).")
    access_deliverable: float = _share("Part of that offer that could be delivered.")
    access_trust_a: float = _number("number", "Trust that promises are kept: Beta parameter a_q.", 1e-6, 1e6)
    access_trust_b: float = _number("number", "Distrust of promises: Beta parameter b_q.", 1e-6, 1e6)
    access_delivery: float = _probability("Chance that promised access is delivered (q_deliver).")
    credit: float = _share("Cooperation credit at the start (C0).")
    episode_rate: float = _probability("Chance a month of a threat against a third country (epsilon).")
    protection: float = _number("number", "Protection of its investors against renegotiation.", -100, 100)
    stake: float = _money("Worth to the patron of winning all deposits (W).")
    stake_on_award: float = _share("Part of the stake that comes with the award, the rest with the mine (a_w).")
    point_value: float = _number("M$ per point", "Worth of a point of political capital (pcp).", 0, 1e9)
    budget: float = _number("points", "Political capital for the whole tender.", 0, 1e9)
    portfolio_share: float = _share("The camp's part of the host's portfolio before the award (w).")
    ideal_share: float = _share("The camp's part of the portfolio that the host would like (w*).")
    levers: LeversFields = Field(LeversFields(), description="What the patron presses, from when, and what it costs.")


class BidderFields(_Group):
    """A company that bids."""

    label: str = _label()
    key: Whole = _key()
    patron: str = Field(description="The patron behind the bidder.")
    entry: Whole = _month("First month in which it bids.")
    unit_cost: float = _number("USD/mtu", "Unit cost (c).", 0, 1e7)
    capital_wedge: float = _share("Extra cost of capital that no sponsor covers.")
    capability: float = _probability("Chance of finishing a fully covered mine (cap).")
    technology_dependence: float = _share("Dependence on the rivals' technology (dep).")
    own_capital: float = _share("Part of the capital cost it can pay itself (own).")
    hurdle: float = _share("Part of project value it will not give away.")
    premium: float = _money("What its patron pays above market (S0).", 0.0)
    premium_mandated: float = _money("What its patron pays above market under full finance (SF).", 0.0)
    processing_cost: float = _money("Cost of full local processing (c_l).")
    offtake_value: float = _money("Worth of all output as offtake (v_o).")
    impatience: float = _number("1/y", "Its impatience (r_b).", 1e-3, 10)


class FinancierFields(_Group):
    """A lender or investor behind a bidder."""

    label: str = _label()
    key: Whole = _key()
    bidder: str = Field(description="The bidder it backs.")
    patron: str | None = Field(None, description="The patron that mandates it (default: its bidder's).")
    public: bool = _choice("Whether its letter is public: rivals see it and private money follows it.")
    max_share: float = _share("Largest part of the capital cost it covers.")
    offtake_multiple: float | None = _number(
        "number", "Part covered per unit of offtake, where the amount is tied to offtake; null: not tied.", 0, 1e6, None
    )
    base_hazard: float = _hazard("Rate of commitment on its own account (h0).")
    mandate_hazard: float = _hazard("Rate added by its patron's full finance lever (h1).")
    engagement_hazard: float = _hazard("Rate added by full engagement under a mandate (h2).")
    letter_hazard: float = _hazard("Rate added once its bidder holds a public letter (h3).")
    credibility: float = _probability("The host's belief that its letter becomes money (q).")
    conversion: float = _probability("Chance that its letter does become money.")


def _facts(value: object) -> object:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


class Source(_Group):
    """Where a number comes from: a source with title and address, or an assumption with its reason."""

    fact: Annotated[tuple[str, ...], BeforeValidator(_facts)] = Field((), description="Ids in the fact sheet: F4.5.")
    title: str = _text("Title of the source.", "")
    address: str = _text("Address of the source.", "")
    note: str = _text("What the source does and does not say.", "")
    assumption: str = _text("Reason for a number that no source gives.", "")
    status: Literal["calibrated", "swept"] | None = Field(
        None,
        description="calibrated: chosen so that the scenario shows a pattern, hence evidence of nothing; "
        "swept: cannot be learnt from the case, so vary it.",
    )

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Source:
        sourced = bool(self.title and self.address)
        if sourced == bool(self.assumption) or (self.assumption and self.fact):
            raise PydanticCustomError(
                "source", "a source needs either title and address (with fact, if there is one) or assumption"
            )
        return self

    @property
    def standing(self) -> str:
        """What the number is worth as evidence: fact, assumption, calibrated or swept."""
        return self.status or ("assumption" if self.assumption else "fact")

    def __str__(self) -> str:
        if self.assumption:
            return self.assumption
        facts = ", ".join(self.fact)
        text = f"{facts}: {self.title} <{self.address}>" if facts else f"{self.title} <{self.address}>"
        return f"{text}. {self.note}" if self.note else text


# ------------------------------------------------------------------------------------------------- agents, by kind

_KINDS: dict[str, type[_Group]] = {
    "deposits": DepositFields,
    "patrons": PatronFields,
    "bidders": BidderFields,
    "financiers": FinancierFields,
}
_PREFIX = {kind: kind.removesuffix("s") for kind in _KINDS}
_MOST = {kind: int(getattr(game_module, f"MAX_{kind.upper()}")) for kind in _KINDS}
_OPTIONAL_KIND = "financiers"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_RESERVED = frozenset({"shelved", "split", "other", "own", "host", "market", "nobody", "none", "any", "all"})

_T = TypeVar("_T")


class Agents(dict[str, _T], Generic[_T]):
    """The agents of a kind by name, in listed order; cannot be changed."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a scenario cannot be changed; Scenario.at makes a changed one")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type, tuple[dict[str, _T]]]:
        return type(self), (dict(self),)


def _seat(agents: object) -> object:
    """Give every agent that has none a label and a key."""
    if not isinstance(agents, dict):
        return agents
    return {
        name: {**body, "label": body.get("label", name), "key": body.get("key", zlib.crc32(str(name).encode()))}
        if isinstance(body, dict)
        else body
        for name, body in agents.items()
    }


Deposits = Annotated[dict[str, DepositFields], BeforeValidator(_seat), AfterValidator(Agents)]
Patrons = Annotated[dict[str, PatronFields], BeforeValidator(_seat), AfterValidator(Agents)]
Bidders = Annotated[dict[str, BidderFields], BeforeValidator(_seat), AfterValidator(Agents)]
Financiers = Annotated[dict[str, FinancierFields], BeforeValidator(_seat), AfterValidator(Agents)]
Sources = Annotated[dict[str, Source | None], AfterValidator(Agents)]


# --------------------------------------------------------------------------------------------------- places and values


@dataclass(frozen=True)
class Parameter:
    """A value that can be set or swept: where it is, what it is, what it may be, and where it comes from."""

    path: str
    value: float | int | str | bool | None
    unit: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    description: str
    source: str
    status: str


@dataclass(frozen=True)
class _Place:
    """Where a value stands: in the scenario, and in the game (``cell``) if it is part of the game."""

    path: str
    parts: tuple[str, ...]
    info: FieldInfo = field(repr=False, compare=False)
    cell: str
    index: tuple[int, ...]
    choices: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.parts[-1]

    @property
    def kind(self) -> str:
        return self.parts[0] if self.parts[0] in _KINDS else ""


Names = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]


@lru_cache(maxsize=256)
def _places(names: Names) -> dict[str, _Place]:
    """Every path of a scenario with these deposits, patrons, bidders and financiers, in the order of the model."""
    listed = dict(zip(_KINDS, names, strict=True))
    places: list[_Place] = []

    def visit(model: type[BaseModel], parts: tuple[str, ...], prefix: str, index: tuple[int, ...]) -> None:
        for name, info in model.model_fields.items():
            inner = _group_of(info)
            if name in _KINDS:
                for n, agent in enumerate(listed[name]):
                    visit(_KINDS[name], (name, agent), _PREFIX[name], (n,))
            elif inner is LeversFields:
                for n, lever in enumerate(LEVERS):
                    of_lever = _group_of(LeversFields.model_fields[lever])
                    assert of_lever is not None
                    visit(of_lever, (*parts, name, lever), "lever", (*index, n))
            elif inner is not None:
                visit(inner, (name,), name, ())
            elif name != "sources":
                here = (*parts, name)
                choices = _choices(info) or (listed.get(f"{name}s", ()) if parts else ())
                places.append(_Place(".".join(here), here, info, _cell(prefix, name), index, choices))

    visit(Scenario, (), "", ())
    return {place.path: place for place in places}


def _group_of(info: FieldInfo) -> type[_Group] | None:
    kind = info.annotation
    return kind if isinstance(kind, type) and issubclass(kind, _Group) else None


def _cell(prefix: str, name: str) -> str:
    assert GAME.names is not None
    if prefix == "tender" and name in GAME.names:
        return name
    return f"{prefix}_{name}" if f"{prefix}_{name}" in GAME.names else ""


def _choices(info: FieldInfo) -> tuple[str, ...]:
    if info.annotation is bool:
        return ("false", "true")
    return tuple(get_args(info.annotation)) if get_origin(info.annotation) is Literal else ()


def _types(info: FieldInfo) -> tuple[Any, ...]:
    return get_args(info.annotation) or (info.annotation,)


def _is_number(info: FieldInfo) -> bool:
    return float in _types(info) or int in _types(info)


def _range(info: FieldInfo) -> tuple[float | None, float | None]:
    low = next((m.ge for m in info.metadata if hasattr(m, "ge")), None)
    high = next((m.le for m in info.metadata if hasattr(m, "le")), None)
    return low, high


def _unit(info: FieldInfo) -> str:
    return str(info.json_schema_extra.get("unit", "")) if isinstance(info.json_schema_extra, dict) else ""


def _amount(number: float | None) -> str:
    return f"{number:,.0f}" if number is not None and abs(number) >= 1000 else f"{number:g}"


def _expected(info: FieldInfo, choices: Sequence[str] = ()) -> str:
    """What a value may be, in words."""
    if choices:
        return f"one of {', '.join(choices)}"
    if not _is_number(info):
        return "text"
    noun = {"share": "a share", "probability": "a probability"}.get(_unit(info))
    noun = noun or ("a whole number" if int in _types(info) else "a number")
    low, high = _range(info)
    unit = _unit(info) if _unit(info) not in ("share", "probability", "number") else ""
    or_null = ", or null" if type(None) in _types(info) else ""
    return f"{noun} between {_amount(low)} and {_amount(high)}" + (f" ({unit})" if unit else "") + or_null


def _refusal(value: object, info: FieldInfo, choices: Sequence[str] = ()) -> str:
    """Why a value is not allowed, what is, and what may have been meant."""
    text = f"{shown(value)} is not allowed: expected {_expected(info, choices)}"
    percent = _unit(info) in ("share", "probability") and _is_number(info)
    if percent and isinstance(value, (int, float)) and not isinstance(value, bool) and 1 < value <= 100:
        return f"{text}; did you mean {value / 100:g}?"
    return text + (nearest(value, choices) if isinstance(value, str) else "")


# --------------------------------------------------------------------------------------------------------- the scenario

#: Fields that are checked against each other, stand for an agent, or mean more than one number of the game.
BOUND = frozenset(
    {"equity_min", "equity_max", "portfolio_share", "ideal_share", "key", "bidder", "patron", "offtake_multiple"}
)
#: Fields from which :func:`minegame.game.derive` computes others.
DERIVED_FROM = frozenset({"output", "exports", "exposed_share", "incidence", "annuity"})


class Scenario(_Group):
    """Who sits at the table, for what, with which numbers; complete, checked, and never changed in place.

    >>> scenario = Scenario.load("two_bidders")
    >>> scenario.at({"tender.months": 4}).tender.months
    4
    """

    title: str = _text("What the scenario is, in a line.")
    description: str = _text("What it is for, and what it is not.", "")
    tender: TenderFields
    market: MarketFields
    deposits: Deposits = Field(description="What is on offer: 1 to 4 deposits.")
    project: ProjectFields
    host: HostFields
    shelving: ShelvingFields
    bargaining: BargainingFields
    politics: PoliticsFields
    renegotiation: RenegotiationFields
    patrons: Patrons = Field(description="The governments behind the bidders: 1 to 8.")
    bidders: Bidders = Field(description="Who bids: 1 to 8.")
    financiers: Financiers = Field(default={}, validate_default=True, description="Who lends to a bidder: up to 8.")
    sources: Sources = Field(
        default={},
        validate_default=True,
        description="Where the numbers come from, by path; * stands for anything. null: no source.",
    )

    _name: str = PrivateAttr("scenario")

    # ------------------------------------------------------------------------------------------------- reading, writing

    @classmethod
    def load(cls, where: str | Path = BASELINE) -> Scenario:
        """Read a scenario from a file, or a shipped one by its name, with everything that it extends.

        Raises:
            ScenarioError: with file, line, path and what is allowed, for everything that is wrong.
        """
        return _load(cls, where)

    @classmethod
    def from_document(cls, document: Mapping[str, object], name: str = "scenario") -> Scenario:
        """A scenario from a complete mapping, such as :meth:`document` gives (``extends`` is for files only).

        Raises:
            ScenarioError: as :meth:`load`, with ``name`` in place of the file.
        """
        return _build(cls, dict(document), name, lambda loc: (name, None))

    def document(self) -> dict[str, Any]:
        """The complete scenario as plain values; :meth:`from_document` makes an equal scenario of it."""
        document = self.model_dump(mode="json", exclude={"sources"})
        document["sources"] = {
            path: source and source.model_dump(mode="json", exclude_defaults=True)
            for path, source in self.sources.items()
        }
        return document

    def to_yaml(self) -> str:
        """The complete scenario as the text of a file, which loaded again gives an equal scenario."""
        return yaml.dump(self.document(), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)

    @cached_property
    def _digest(self) -> str:
        played = self.model_dump(mode="json", exclude={"title", "description", "sources"})
        return hashlib.sha256(json.dumps(played, ensure_ascii=True).encode()).hexdigest()

    def fingerprint(self) -> str:
        """A hexadecimal digest of all that is played and by whom: equal for equal games, whatever title and sources."""
        return self._digest

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.document() == other.document()

    def __hash__(self) -> int:
        return hash(self._digest)

    # ------------------------------------------------------------------------------------------------------------ names

    @property
    def name(self) -> str:
        """The stem of its file."""
        return self._name

    @property
    def deposit_names(self) -> tuple[str, ...]:
        """The names of the deposits on offer, in listed order."""
        return tuple(self.deposits)

    @property
    def patron_names(self) -> tuple[str, ...]:
        """The names of the patrons, in listed order."""
        return tuple(self.patrons)

    @property
    def bidder_names(self) -> tuple[str, ...]:
        """The names of the bidders, in listed order."""
        return tuple(self.bidders)

    @property
    def financier_names(self) -> tuple[str, ...]:
        """The names of the financiers, in listed order."""
        return tuple(self.financiers)

    def label_of(self, kind: str, name: str) -> str:
        """The label of an agent; ``kind`` is "deposit", "patron", "bidder" or "financier", or its plural."""
        label: str = getattr(self, kind.removesuffix("s") + "s")[name].label
        return label

    def camp_of(self, bidder: str) -> str:
        """The name of the patron behind a bidder."""
        return self.bidders[bidder].patron

    # ---------------------------------------------------------------------------------------------------- single values

    @property
    def _places(self) -> dict[str, _Place]:
        return _places((self.deposit_names, self.patron_names, self.bidder_names, self.financier_names))

    def place(self, path: str) -> _Place:
        """Where the value of a path stands; raises ScenarioError for an unknown path, with the nearest known one."""
        place = self._places.get(path)
        if place is None:
            _fail(self.name, _unknown_path(path, self._places), path=str(path))
        return place

    def value(self, path: str) -> Any:
        """The value at a path.

        Raises:
            ScenarioError: for an unknown path, with the nearest known one.
        """
        return self._read(self.place(path))

    def _read(self, place: _Place) -> Any:
        value: Any = self
        for part in place.parts:
            value = value[part] if isinstance(value, dict) else getattr(value, part)
        return value

    def parameters(self, filter: str | None = None) -> list[Parameter]:
        """Every value that can be set or swept, in the order of the file; labels, texts and keys are left out.

        Args:
            filter: part of a path or of a description, or a pattern for the path such as ``patrons.*.link``.
        """
        places = (place for place in self._places.values() if _is_parameter(place))
        return [self._describe(place) for place in places if _passes(place, filter)]

    def _describe(self, place: _Place) -> Parameter:
        source = self.source_of(place.path)
        low, high = _range(place.info) if _is_number(place.info) else (None, None)
        return Parameter(
            place.path,
            self._read(place),
            _unit(place.info),
            low,
            high,
            place.choices,
            place.info.description or "",
            str(source) if source else "",
            source.standing if source else "",
        )

    def source_of(self, path: str) -> Source | None:
        """Where the number at a path comes from: the entry of that very path, else the most specific pattern."""
        if path in self.sources:
            return self.sources[path]
        return _matching(self.sources, path)

    def unsourced(self) -> list[str]:
        """The paths of the numbers that have no source; a number left at its default needs none."""
        numbers = (place for place in self._places.values() if _is_parameter(place) and _is_number(place.info))
        return [
            place.path
            for place in numbers
            if self.source_of(place.path) is None and self._read(place) != place.info.default
        ]

    # ---------------------------------------------------------------------------------------------------------- changes

    def expanded(self, changes: Mapping[str, object]) -> dict[str, object]:
        """The changes with patterns such as ``patrons.us.levers.*.intensity`` replaced by the paths that they fit.

        Raises:
            ScenarioError: for a pattern that fits no path.
        """
        plain: dict[str, object] = {}
        for path, value in changes.items():
            fitting = [known for known in self._places if fnmatch.fnmatchcase(known, path)] if "*" in path else [path]
            if not fitting:
                _fail(self.name, _unknown_path(path, self._places), path=path)
            plain |= dict.fromkeys(fitting, value)
        return plain

    def at(self, changes: Mapping[str, object]) -> Scenario:
        """This scenario with some values changed, checked as if it had been written so.

        Args:
            changes: values by path; text is read as in a file ("0.3", "true", "split").  A * in a path stands for
                anything: ``patrons.us.levers.*.intensity``.

        Raises:
            ScenarioError: for an unknown path or a value that is not allowed.

        A changed number loses its source: nobody has vouched for the new one.
        """
        content: dict[str, Any] = dict(self)
        for path, value in self.expanded(changes).items():
            place = self.place(path)
            group = content
            for part in place.parts[:-1]:
                group[part] = group = dict(group[part])
            group[place.name] = _plain(value, place)
            if path in self.sources or self.source_of(path) is not None:
                if group[place.name] != self._read(place):
                    content["sources"] = {**content["sources"], path: None}
        return _build(type(self), content, self.name, lambda loc: (self.name, None)) if changes else self

    # ------------------------------------------------------------------------------------------------------ to the game

    def game(self) -> NDArray[np.void]:
        """The scenario as one :data:`~minegame.game.GAME` record, agents in listed order, in an array of length 1."""
        games = new_records(GAME)
        for kind in _KINDS:
            games[kind] = len(getattr(self, kind))
        for place in self._places.values():
            if place.cell:
                cell: Any = (0, *place.index)
                games[place.cell][cell] = _code(place, self._read(place))
        for f, financier in enumerate(self.financiers.values()):
            mandate = financier.patron or self.camp_of(financier.bidder)
            games["financier_patron"][0, f] = self.patron_names.index(mandate)
            games["financier_tied"][0, f] = financier.offtake_multiple is not None
        derive(games[0])
        return games

    def games(self, points: Sequence[Mapping[str, object]]) -> NDArray[np.void]:
        """One game for each design point: the same records as ``at(point).game()``, many times faster.

        Args:
            points: changes by path, as for :meth:`at`; points may change different paths.

        Raises:
            ScenarioError: as :meth:`at`, for the first point that is not allowed.
        """
        games = np.repeat(self.game(), len(points))
        columns: dict[_Place, tuple[list[int], list[object]]] = {}
        slow: set[int] = set()
        for row, point in enumerate(points):
            for path, value in self.expanded(point).items():
                place = self.place(path)
                if place.name in BOUND:
                    slow.add(row)
                else:
                    rows, values = columns.setdefault(place, ([], []))
                    rows.append(row)
                    values.append(value)
        for place, (rows, values) in columns.items():
            try:
                checked = _column(place).validate_python([_plain(value, place) for value in values])
            except ValidationError:
                slow.update(rows)  # the first point that is wrong raises below, in the words of at()
                continue
            if place.cell:
                cells: Any = (rows, *place.index)
                games[place.cell][cells] = [_code(place, value) for value in checked]
        touched = {row for place, (rows, _) in columns.items() if place.name in DERIVED_FROM for row in rows}
        for row in touched - slow:
            derive(games[row])
        for row in sorted(slow):
            games[row] = self.at(points[row]).game()[0]
        return games

    # ----------------------------------------------------------------------------------------------------------- checks

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Scenario:
        problems = list(_contradictions(self))
        if problems:
            text = "; ".join(f"{'.'.join(loc)}: {what}" for loc, what in problems).replace("{", "{{").replace("}", "}}")
            raise PydanticCustomError("contradictions", text, {"problems": problems})
        return self

    @classmethod
    def schema(cls) -> dict[str, Any]:  # type: ignore[override]  # replaces a method that pydantic has retired
        """The JSON Schema of a scenario file, for editors; a file that extends another may leave anything out."""
        return _file_schema(cls)


def _is_parameter(place: _Place) -> bool:
    return place.name != "key" and (_is_number(place.info) or bool(place.choices))


def _passes(place: _Place, filter: str | None) -> bool:
    if not filter:
        return True
    if any(sign in filter for sign in "*?["):
        return fnmatch.fnmatchcase(place.path, filter)
    return filter.lower() in place.path or filter.lower() in (place.info.description or "").lower()


def _matching(sources: Mapping[str, _T], path: str) -> _T | None:
    """The entry whose pattern fits a path, the one with most letters of its own if several do."""
    patterns = [pattern for pattern in sources if "*" in pattern or "?" in pattern or "[" in pattern]
    fitting = [pattern for pattern in patterns if fnmatch.fnmatchcase(path, pattern)]
    return sources[max(fitting, key=lambda pattern: len(re.sub(r"[*?]|\[.*?\]", "", pattern)))] if fitting else None


def _unknown_path(path: str, known: Iterable[str]) -> str:
    """Says where a misspelt path goes wrong, with the nearest known path."""
    known, parts = list(known), str(path).split(".")
    groups = {k[: dot.start()] for k in known for dot in re.finditer(r"\.", k)}
    depth = next((n for n in range(len(parts), 0, -1) if ".".join(parts[:n]) in groups), 0)
    level = ".".join(parts[:depth])
    names = list(dict.fromkeys(k.split(".")[depth] for k in known if k.startswith(level + "." if level else "")))
    if depth == len(parts):
        return f"is a group of values, not a value; in it: {', '.join(names)}"
    ending = [k for k in known if k.endswith("." + str(path))]
    guess = f"; did you mean '{ending[0]}'?" if ending else nearest(path, known)
    where = f"in {level}" if level else "at the top"
    return f"'{parts[depth]}' is unknown: {where} there are {', '.join(names)}{guess}"


def _plain(value: object, place: _Place) -> object:
    """A value as a file would hold it: plain Python, and no text where the field wants a number."""
    item = getattr(value, "item", None)
    value = item() if isinstance(value, np.generic) and callable(item) else value
    if not isinstance(value, str):
        return value
    if str in _types(place.info) or place.choices[:1] not in ((), ("false",)):
        return None if type(None) in _types(place.info) and value in ("null", "~") else value
    return typed(value.strip())


def _code(place: _Place, value: object) -> Any:
    """A value as the number that stands for it in the game."""
    if isinstance(value, str):
        return place.choices.index(value)
    return 0 if value is None else value


@lru_cache(maxsize=1024)
def _validator(annotation: Any, metadata: tuple[Any, ...]) -> TypeAdapter[list[Any]]:
    kind: Any = Annotated[(annotation, *metadata)] if metadata else annotation
    kinds: Any = list[kind]
    return TypeAdapter(kinds, config=ConfigDict(strict=True, allow_inf_nan=False))


def _column(place: _Place) -> TypeAdapter[list[Any]]:
    """Checks many values for one place by the very rules of its field."""
    kind: Any = place.info.annotation
    return _validator(kind, tuple(place.info.metadata))


# ---------------------------------------------------------------------------------- what one field cannot see alone

_Loc = tuple[str, ...]


def _contradictions(scenario: Scenario) -> Iterator[tuple[_Loc, str]]:
    for kind, most in _MOST.items():
        agents = getattr(scenario, kind)
        yield from _crowd(kind, list(agents), most)
        yield from _same_keys(kind, agents)
    yield from _unknown_agents(scenario)
    if scenario.host.equity_min > scenario.host.equity_max:
        low, high = scenario.host.equity_min, scenario.host.equity_max
        yield ("host", "equity_min"), f"{low:g} is above equity_max, {high:g}: expected at most that"
    for share in ("portfolio_share", "ideal_share"):
        total = sum(getattr(patron, share) for patron in scenario.patrons.values())
        if total > 1 + 1e-9:
            yield (
                ("patrons",),
                f"{share} adds up to {total:g}: expected at most 1 over all patrons (the rest is others')",
            )


def _crowd(kind: str, names: list[str], most: int) -> Iterator[tuple[_Loc, str]]:
    if not names and kind != _OPTIONAL_KIND:
        yield (kind,), f"there is no {_PREFIX[kind]}: expected 1 to {most}"
    if len(names) > most:
        yield (kind,), f"{len(names)} {kind} are too many: expected at most {most}"
    for name in names:
        if name in _RESERVED:
            yield (kind, name), f"'{name}' is a reserved word; choose another name and put this one in label"
        elif not _NAME.fullmatch(name):
            fitting = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
            hint = f"; did you mean '{fitting}'?" if _NAME.fullmatch(fitting) else ""
            rule = "small letters, digits and _, a letter first, at most 40; other spellings belong in label"
            yield (kind, name), f"{shown(name)} is not a name: expected {rule}{hint}"


def _same_keys(kind: str, agents: Mapping[str, Any]) -> Iterator[tuple[_Loc, str]]:
    owner: dict[int, str] = {}
    for name, agent in agents.items():
        if agent.key in owner:
            text = f"{agent.key} is the key of both '{owner[agent.key]}' and '{name}': each needs a key of its own"
            yield (kind, name, "key"), text
        owner.setdefault(agent.key, name)


def _unknown_agents(scenario: Scenario) -> Iterator[tuple[_Loc, str]]:
    references = [("bidders", name, "patron", bidder.patron) for name, bidder in scenario.bidders.items()]
    for name, financier in scenario.financiers.items():
        references.append(("financiers", name, "bidder", financier.bidder))
        if financier.patron is not None:
            references.append(("financiers", name, "patron", financier.patron))
    for kind, name, role, wanted in references:
        known = list(getattr(scenario, f"{role}s"))
        if wanted not in known:
            text = f"there is no {role} {shown(wanted)}: expected one of {', '.join(known) or '(none)'}"
            yield (kind, name, role), text + nearest(wanted, known)


# -------------------------------------------------------------------------------------------- from mapping to scenario

_Where = Callable[[_Loc], tuple[str, int | None]]


def _build(cls: type[Scenario], content: dict[str, Any], name: str, where: _Where) -> Scenario:
    """The checked scenario of a complete mapping, or one error with everything that is wrong in it."""
    try:
        scenario = cls.model_validate(content)
    except ValidationError as error:
        problems = [*_crowds(content, where), *_problems(error, where)]
        own, _ = where(())  # the file that was asked for comes before those that it extends, wherever they lie
        order = sorted(dict.fromkeys(problems), key=lambda p: (p.file != own, p.file, p.line or 0))
        raise ScenarioError(*order) from None
    scenario._name = name
    return scenario


def _crowds(content: Mapping[str, object], where: _Where) -> Iterator[Problem]:
    """Too many agents, too few, or badly named ones, whatever else is wrong with them."""
    for kind, most in _MOST.items():
        agents = content.get(kind)
        if isinstance(agents, dict):
            for loc, text in _crowd(kind, list(agents), most):
                yield Problem(*where(loc), ".".join(loc), text)


def _problems(error: ValidationError, where: _Where) -> Iterator[Problem]:
    missing: dict[_Loc, list[str]] = {}
    for item in error.errors(include_url=False):
        if item["type"] == "missing":
            *group, name = (str(part) for part in item["loc"])
            missing.setdefault(tuple(group), []).append(name)
    for loc, names in missing.items():
        if len(names) > 1:
            yield Problem(*where(loc), ".".join(loc), f"these are missing: {', '.join(names)}")
    for item in error.errors(include_url=False):
        if item["type"] == "missing" and len(missing[tuple(str(part) for part in item["loc"][:-1])]) > 1:
            continue
        if item["type"] == "contradictions":
            for loc, text in item["ctx"]["problems"]:
                yield Problem(*where(loc), ".".join(loc), text)
            continue
        loc = tuple(str(part) for part in item["loc"] if part != "[key]")
        yield Problem(*where(loc), ".".join(loc), _complaint(item, loc))


def _complaint(item: Any, loc: _Loc) -> str:
    """What pydantic found, in the words of the domain."""
    group, info = _field_at(loc)
    kind, value = item["type"], item["input"]
    if kind == "extra_forbidden":
        return _unknown_name(loc, group)
    if kind == "missing":
        return f"is missing: expected {_wanted(group, info)}"
    if kind == "source":
        return str(item["msg"])
    if kind == "string_pattern_mismatch":
        return f"{shown(value)} is not allowed: expected a year and a month, such as 2025-04"
    if kind == "string_too_long":
        return f"{shown(value)} is too long: expected at most {item['ctx']['max_length']} characters"
    if info is not None and _group_of(info) is None and get_origin(info.annotation) is not dict:
        return _refusal(value, info, _choices(info))
    return f"{shown(value)} is not allowed: expected {_wanted(group, info)}"


def _unknown_name(loc: _Loc, group: type[BaseModel]) -> str:
    names = list(group.model_fields)
    if loc == ("extends",):
        return "extends is understood only in a file"
    names += ["extends"] if group is Scenario else []
    return f"'{loc[-1]}' is unknown here: expected one of {', '.join(names)}{nearest(loc[-1], names)}"


def _wanted(group: type[BaseModel], info: FieldInfo | None) -> str:
    if info is None:
        return f"a group of values ({', '.join(group.model_fields)})"
    inner = _group_of(info)
    if inner is not None:
        return f"a group of values ({', '.join(inner.model_fields)})"
    if get_origin(info.annotation) is dict:
        return "a group, by name"
    meaning = f": {info.description}" if info.description else ""
    return _expected(info, _choices(info)) + meaning


def _field_at(loc: _Loc) -> tuple[type[BaseModel], FieldInfo | None]:
    """The group in which the last part of a location stands, and its field; None if it is itself a group or unknown."""
    group: type[BaseModel] = Scenario
    info: FieldInfo | None = None
    parts = list(loc)
    while parts:
        part = parts.pop(0)
        info = group.model_fields.get(part)
        if info is None:
            return group, None
        inner = _group_of(info)
        if get_origin(info.annotation) is dict and parts:
            parts.pop(0)
            group, info = _KINDS.get(part, Source), None
        elif inner is not None and parts:
            group = inner
        else:
            break
    return group, info


# ------------------------------------------------------------------------------------------------------- reading files

_SCALARS: tuple[tuple[str, re.Pattern[str], str, Callable[[str], object]], ...] = (
    ("null", re.compile(r"~|null|Null|NULL|"), "~nN", lambda text: None),
    ("bool", re.compile(r"true|True|TRUE|false|False|FALSE"), "tTfF", lambda text: text.lower() == "true"),
    ("int", re.compile(r"[-+]?[0-9]{1,300}"), "-+0123456789", int),
    (
        "float",
        re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"),
        "-+.0123456789",
        lambda text: float(re.sub(r"\.(?=[iInN])", "", text)),
    ),
)
_CORE = "tag:yaml.org,2002:"
_PLAIN_TAGS = {"!", *(_CORE + kind for kind in ("null", "bool", "int", "float", "str", "map", "seq"))}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def typed(text: str) -> object:
    """Text as YAML 1.2 reads it: 1e-3 is a number, and yes, no, on and off are words."""
    for _, pattern, _, convert in _SCALARS:
        if pattern.fullmatch(text):
            return convert(text)
    return text


class Dumper(yaml.SafeDumper):
    """Quotes whatever YAML 1.1 or 1.2 would not read back as text."""


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # PyYAML folds the line separators of Unicode into spaces unless they stand in double quotes.
    style = '"' if re.search("[\x85\u2028\u2029\ufeff]", text) else None
    return dumper.represent_scalar(f"{_CORE}str", text, style=style)


Dumper.add_representer(str, _quoted)
for _tag, _pattern, _first, _ in _SCALARS:
    Dumper.add_implicit_resolver(f"{_CORE}{_tag}", re.compile(f"^(?:{_pattern.pattern})$"), list(_first))


class SourceFile:
    """The plain values of one YAML file, and the line on which each stands.

    Reads events, not objects: nothing in a file can make the reader build anything, or nest without end.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[_Loc, int] = {}
        self._count = 0
        self._anchors: dict[str, tuple[object, int]] = {}
        self.content = self._read(_text_of(path))

    def _read(self, text: str) -> dict[str, Any]:
        try:
            self._events = iter(yaml.parse(text, Loader=_LOADER))
            next(self._events)
            if isinstance(next(self._events), yaml.StreamEndEvent):
                self._refuse("the file is empty: expected a scenario", None)
            event = next(self._events)
            content = self._value(event, ())
            next(self._events)
            after = next(self._events)
        except yaml.YAMLError as error:
            mark, position = getattr(error, "problem_mark", None), getattr(error, "position", 0)
            what = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
            line = mark.line + 1 if mark else text.count("\n", 0, position) + 1
            _fail(self.path, f"not valid YAML: {what}", line=line)
        if not isinstance(after, yaml.StreamEndEvent):
            self._refuse("a second document begins: expected one scenario", after)
        if content is None:
            self._refuse("the file is empty: expected a scenario", None)
        if not isinstance(content, dict):
            self._refuse(f"{shown(content)} stands at the top: expected names with values, such as 'title: …'", event)
        return content

    def _refuse(self, text: str, event: Any, loc: _Loc = ()) -> NoReturn:
        _fail(self.path, text, line=event.start_mark.line + 1 if event is not None else None, path=".".join(loc))

    def _value(self, event: Any, loc: _Loc) -> object:
        self._enter(event, loc)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, loc)
        tag = event.tag
        if tag is not None and tag not in _PLAIN_TAGS:
            short = tag.replace(_CORE, "!!")
            self._refuse(f"the tag {short} is not allowed: expected plain values only", event, loc)
        before = self._count
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._list(loc)
        else:
            value = self._mapping(loc)
        if event.anchor is not None:
            self._anchors[event.anchor] = value, self._count - before
        return value

    def _enter(self, event: Any, loc: _Loc) -> None:
        self.lines.setdefault(loc, event.start_mark.line + 1)
        self._count += 1
        if self._count > _MOST_VALUES:
            self._refuse(f"more than {_MOST_VALUES:,} values are too many for a scenario", event)
        if len(loc) > _DEEPEST:
            self._refuse(f"nested more than {_DEEPEST} levels deep", event)

    def _alias(self, event: Any, loc: _Loc) -> object:
        if event.anchor not in self._anchors:
            self._refuse(f"the alias *{event.anchor} stands for nothing before it", event, loc)
        value, size = self._anchors[event.anchor]
        self._count += size
        self._enter(event, loc)
        return value

    @staticmethod
    def _scalar(event: Any) -> object:
        plain = event.implicit[0] if event.tag is None else event.tag != f"{_CORE}str" and event.tag != "!"
        return typed(event.value) if plain else event.value

    def _list(self, loc: _Loc) -> list[object]:
        values: list[object] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            values.append(self._value(event, (*loc, str(len(values)))))
        return values

    def _mapping(self, loc: _Loc) -> dict[str, object]:
        values: dict[str, object] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            name = self._scalar(event) if isinstance(event, yaml.ScalarEvent) else None
            if not isinstance(name, str):
                text = shown(name) if isinstance(event, yaml.ScalarEvent) else "this"
                self._refuse(f"{text} is not a name: expected text (put it in quotes)", event, loc)
            if name in values:
                first = self.lines[(*loc, name)]
                self._refuse(f"'{name}' stands here twice, first on line {first}", event, (*loc, name))
            self._enter(event, (*loc, name))
            values[name] = self._value(next(self._events), (*loc, name))
        return values


def _text_of(path: Path) -> str:
    try:
        if path.is_dir():
            _fail(path, "is a folder: expected a YAML file")
        if not path.exists():
            _fail(path, "there is no such file" + _shipped_hint(path.name))
        if not path.is_file():
            _fail(path, "is not a regular file: expected a YAML file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, ScenarioError):
            raise
        _fail(path, f"cannot be read: {getattr(error, 'strerror', None) or error}")
    if len(data) > MAX_BYTES:
        _fail(path, f"is too large: expected at most {MAX_BYTES:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        _fail(path, "is not UTF-8 text: expected a YAML file saved as UTF-8", line=line)


def shipped_scenarios() -> dict[str, Path]:
    """The scenarios that come with the package: their files by name."""
    installed = Path(__file__).parent / "configs"
    folder = installed if installed.is_dir() else Path(__file__).parents[2] / "configs"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def _shipped_hint(name: str) -> str:
    shipped = list(shipped_scenarios())
    return f"; shipped scenarios: {', '.join(shipped)}{nearest(name.removesuffix('.yaml'), shipped)}"


def find_file(where: str | Path, folder: Path) -> Path:
    """The file that is meant: a path, or the name of a shipped scenario."""
    shipped, text = shipped_scenarios(), str(where)
    if isinstance(where, str) and text in shipped:
        return shipped[text]
    path = folder / text
    if _exists(path):
        return path
    bare = path.name == text and text.removesuffix(".yaml")
    if bare and bare in shipped:
        return shipped[bare]
    with_suffix = folder / (text + ".yaml")
    return with_suffix if path.suffix == "" and _exists(with_suffix) else path


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # too long a name, or a zero byte in it
        return False


def _load(cls: type[Scenario], where: str | Path) -> Scenario:
    if not str(where):
        _fail("scenario", "the name is empty: expected a file or the name of a shipped scenario" + _shipped_hint(""))
    path = find_file(where, Path())
    content, origin = _with_parents(path, ())
    return _build(cls, content, path.stem, _locator(path, origin))


_Origin = dict[_Loc, tuple[Path, int]]


def _locator(path: Path, origin: _Origin) -> _Where:
    """Finds the file and line of a value, or of the group that should hold it."""

    def where(loc: _Loc) -> tuple[str, int | None]:
        loc = tuple(loc)
        while loc and loc not in origin:
            loc = loc[:-1]
        file, line = origin[loc] if loc else (path, None)
        return str(file), line

    return where


def _with_parents(path: Path, chain: tuple[Path, ...]) -> tuple[dict[str, Any], _Origin]:
    """The content of a file laid over what it extends, and where every value stands."""
    file = SourceFile(path)
    content, chain = file.content, (*chain, path)
    origin: _Origin = {loc: (path, line) for loc, line in file.lines.items() if loc}
    if "extends" not in content:
        return content, origin
    parent = content.pop("extends")
    if not isinstance(parent, str) or not parent:
        text = f"{shown(parent)} is not allowed: expected a file or the name of a shipped scenario"
        _fail(path, text, line=file.lines[("extends",)], path="extends")
    parent_path = find_file(parent, path.parent)
    if not _exists(parent_path):
        text = f"there is no '{parent}', neither a file beside this one nor a shipped scenario"
        _fail(path, text + _shipped_hint(parent), line=file.lines[("extends",)], path="extends")
    if parent_path.resolve() in [seen.resolve() for seen in chain]:
        loop = " → ".join(str(seen) for seen in (*chain, parent_path))
        _fail(path, f"the files extend each other in a loop: {loop}", line=file.lines[("extends",)], path="extends")
    if len(chain) >= _DEEPEST:
        _fail(chain[0], f"more than {_DEEPEST} files extend each other", path="extends")
    below, below_origin = _with_parents(parent_path, chain)
    return _overlaid(below, content, path, file.lines), {**below_origin, **origin}


def _overlaid(below: dict[str, Any], above: dict[str, Any], path: Path, lines: Mapping[_Loc, int]) -> dict[str, Any]:
    """A child's values over its parent's: groups merge, values replace, null removes an agent.

    A source speaks for the number beside which it was written.  So a number that the child changes keeps no source of
    the parent's: it has one of the child's, or none.
    """
    merged = {**_merged(below, above), "sources": below.get("sources", {})}
    own = above.get("sources", {})
    if isinstance(merged["sources"], dict) and isinstance(own, dict):
        changed = {
            loc: own.get(".".join(loc)) or _matching(own, ".".join(loc))
            for loc, value in _values(above)
            if loc[0] != "sources" and value != _value_at(below, loc)
        }
        vouched = {".".join(loc): source for loc, source in changed.items() if len(loc) > 1}
        merged["sources"] = {**merged["sources"], **vouched, **own}
    else:
        merged["sources"] = own
    for kind in _KINDS:
        _remove(merged, above, below, kind, path, lines)
    return merged


def _merged(below: Any, above: Any) -> Any:
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **{name: _merged(below.get(name), value) for name, value in above.items()}}


def _remove(merged: Any, above: Any, below: Any, kind: str, path: Path, lines: Mapping[_Loc, int]) -> None:
    agents, known = above.get(kind), below.get(kind)
    if not isinstance(agents, dict) or not isinstance(known, dict):
        return
    for name in [name for name, body in agents.items() if body is None]:
        if name not in known:
            text = f"null removes an agent, but there is no '{name}': expected one of {', '.join(known)}"
            _fail(path, text + nearest(name, known), line=lines.get((kind, name)), path=f"{kind}.{name}")
        del merged[kind][name]


def _values(content: Any, loc: _Loc = ()) -> Iterator[tuple[_Loc, object]]:
    if isinstance(content, dict):
        for name, value in content.items():
            yield from _values(value, (*loc, name))
    else:
        yield loc, content


def _value_at(content: Any, loc: _Loc) -> object:
    for part in loc:
        if not isinstance(content, dict) or part not in content:
            return ...
        content = content[part]
    return content


def parse_changes(changes: Iterable[str]) -> dict[str, object]:
    """Changes as typed on a command line, ``path=value`` each, for :meth:`Scenario.at`.

    Raises:
        ScenarioError: for text without "=", an empty path or value, or a path given twice.

    >>> parse_changes(["tender.lots=split", "host.balance_weight=0"])
    {'tender.lots': 'split', 'host.balance_weight': '0'}
    """
    parsed: dict[str, object] = {}
    for change in changes:
        path, sign, value = (part.strip() for part in change.partition("="))
        if not (path and sign and value):
            _fail("--set", f"{shown(change)} is not a change: expected path=value, such as tender.months=18")
        if path in parsed:
            _fail("--set", "is set twice", path=path)
        parsed[path] = value
    return parsed


# ---------------------------------------------------------------------------------------------------------- JSON Schema


def _file_schema(cls: type[Scenario]) -> dict[str, Any]:
    """A complete file holds everything; one that extends another holds any part, and null for an agent to remove."""
    complete = cls.model_json_schema(ref_template="#/$defs/{model}")
    groups = complete.pop("$defs")
    for kind, model in _KINDS.items():
        complete["properties"][kind]["maxProperties"] = _MOST[kind]
        complete["properties"][kind]["minProperties"] = 0 if kind == _OPTIONAL_KIND else 1
        complete["properties"][kind]["propertyNames"] = {"pattern": f"^{_NAME.pattern}$"}
        for name in ("label", "key"):
            groups[model.__name__]["properties"][name].pop("default")
    groups["Source"]["properties"]["fact"] = {
        "description": "Ids in the fact sheet.",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    }
    complete["properties"]["extends"] = {
        "type": "string",
        "description": "The scenario that this one changes: the name of a shipped one, or a file beside this one.",
    }
    partial = json.loads(json.dumps({**groups, "Scenario": complete}).replace("#/$defs/", "#/$defs/Changed"))
    for group in partial.values():
        group.pop("required", None)
    for kind in _KINDS:
        agents = partial["Scenario"]["properties"][kind]
        agents["minProperties"] = 0
        agents["additionalProperties"] = {"anyOf": [agents["additionalProperties"], {"type": "null"}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "minegame scenario",
        "type": "object",
        "if": {"required": ["extends"]},
        "then": {"$ref": "#/$defs/ChangedScenario"},
        "else": {"$ref": "#/$defs/Scenario"},
        "$defs": {**groups, "Scenario": complete, **{f"Changed{name}": group for name, group in partial.items()}},
    }
