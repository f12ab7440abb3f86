"""What a scenario holds: kinds of a value, groups in which values stand, sources of numbers, and kinds of agent."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, NoReturn, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from minegame import game as game_module
from minegame.game import (
    ACCESS,
    DENIAL,
    ENGAGEMENT,
    FINANCE,
    LEVER_TABLE,
    LEVERS,
    LOTS,
    MAX_MONTHS,
    TARIFF,
    TRIGGERS,
)
from minegame.numerals import whole
from minegame.scenario.letters import looks_like
from minegame.scenario.units import OUTPUT, PRICE, unit_of_outputs, unit_of_prices
from minegame.text import stopped

# ----------------------------------------------------------------------------------------------- the kinds of a value


#: A whole number, by the rule of all doors: 3.0 (from a table, say) and 3e0 count as 3.
Whole = Annotated[int, BeforeValidator(whole)]
if TYPE_CHECKING:
    Lots: TypeAlias = str
    Trigger: TypeAlias = str
else:  # what there is to choose from is said by the game alone
    Lots, Trigger = Literal[LOTS], Literal[TRIGGERS]


#: The slowest mean reversion of a price, 1/y, but for none at all.
SLOWEST_REVERSION = 0.01


def _reverting(speed: float) -> float:
    if 0.0 < speed < SLOWEST_REVERSION:
        raise PydanticCustomError(
            "explained",
            f"{speed:g} is not allowed: expected 0, a random walk whose price is a martingale, or at least "
            f"{SLOWEST_REVERSION:g} (1/y); ever slower reversion does not tend to that walk: its mean price would "
            "drift up by sigma²/4 a year",
        )
    return speed


#: Between which numbers of a unit were found anywhere; others are allowed, and may be a slip of thousands.
_PLAUSIBLE = {
    "M$": (0.0, 2e5), "M$/y": (0.0, 2e6), PRICE: (0.0, 2e6), OUTPUT: (0.0, 2e4), "1/y": (0.0, 3.0),
}  # fmt: skip


def _number(
    unit: str, meaning: str, low: float, high: float, default: Any = ..., plausible: tuple[float, float] | None = None
) -> Any:
    extra: dict[str, Any] = {"unit": unit}
    if within := plausible or _PLAUSIBLE.get(unit):
        extra["plausible"] = list(within)
    return Field(default, description=meaning, ge=low, le=high, json_schema_extra=extra)


def _share(meaning: str, default: Any = ...) -> Any:
    return _number("share", meaning, 0, 1, default)


def _probability(meaning: str, default: Any = ...) -> Any:
    return _number("probability", meaning, 0, 1, default)


def _money(meaning: str, default: Any = ..., plausible: tuple[float, float] | None = None) -> Any:
    return _number("M$", meaning, 0, 1e9, default, plausible)


def _hazard(meaning: str) -> Any:
    return _number("1/month", meaning, -100, 100, 0.0)


def _month(meaning: str) -> Any:
    return _number("months", meaning, 0, MAX_MONTHS, 0)


def text_field(meaning: str, default: Any = ..., pattern: str | None = None) -> Any:
    """A field of prose, or of text that fits a pattern."""
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


class Group(BaseModel):
    """A group of values that cannot be changed; numbers are numbers, never text, truth values, NaN or infinity."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


# ------------------------------------------------------------------------------------------------------------- groups


class TenderFields(Group):
    """The tender: how long it runs and what is sold together."""

    months: Whole = _number("months", "Months until the deadline (T); in the last one the host decides.", 1, MAX_MONTHS)
    start: str = text_field("Calendar month of month 0, as 2025-04.", pattern="^[0-9]{4}-(0[1-9]|1[0-2])$")
    lots: Lots = _choice("All deposits to one bidder (bundled), or each on its own (split).", "bundled")
    synergy: float = _money("Worth to the host of one operator for all deposits (Syn).", 0.0)


class MarketFields(Group):
    """The price of the metal, a mean-reverting random walk in logs."""

    initial_price: float = _number(PRICE, "Price at the start (P0).", 1e-3, 1e7)
    long_run_price: float = _number(PRICE, "Mean to which the price reverts (P-bar).", 1e-3, 1e7)
    mean_reversion: Annotated[float, AfterValidator(_reverting)] = _number(
        "1/y", "Speed of reversion (kappa); 0 is a random walk, else at least 0.01.", 0, 20
    )
    volatility: float = _number("number", "Volatility of the log price over a year (sigma).", 0, 3)
    unit: Annotated[str, AfterValidator(unit_of_prices)] = text_field(
        "Unit of all prices and unit costs: USD/mtu, USD/kg, USD/lb, USD/t, …", PRICE
    )
    output_unit: Annotated[str, AfterValidator(unit_of_outputs)] = text_field(
        "Unit of all outputs, such as t/y (default: millions of what prices are for, a year).", ""
    )


class DepositFields(Group):
    """A deposit on offer."""

    label: str = _label()
    key: Whole = _key()
    output: float = _number(OUTPUT, "Output of the mine (Q); its part of the total weighs it.", 1e-6, 1e6)
    capex: float = _money("Capital cost before discounting (K).", plausible=(1.0, 2e5))


class ProjectFields(Group):
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


class HostFields(Group):
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
    own_stake_weight: float = _share(
        "How far the state's own equity counts as the host's in the portfolio (sigma_own): 0 who operates, 1 who owns.",
        0.0,
    )
    credit_weight: float = _number("number", "Weight of past cooperation with a patron (chi).", 0, 1e6)
    threat_weight: float = _number("number", "Weight of threatened losses (omega_thr); 0 ignores threats.", 0, 1e6, 1.0)
    backlash: float = _number("number", "Weight of the domestic cost of yielding to a threat (psi).", 0, 1e6)
    taste_scale: float = _number(
        "number", "Scale of the host's Gumbel taste for a bidder, drawn once a run (s0).", 0, 1e6
    )
    evaluation_sd: float = _number("number", "Spread of the monthly evaluation of a bid (sigma_u).", 0, 1e6)


class ShelvingFields(Group):
    """What the host has if it awards nothing: the option to develop the deposits later."""

    weight: float = _number("number", "Weight of the option to develop (d_s).", 0, 1e6)
    take: float = _share("Host's part of the option's value.")
    volatility: float = _number("number", "Yearly volatility of project value (sigma_Phi).", 0, 3)
    yield_rate: float = _number("1/y", "Yield forgone by waiting (delta).", 1e-3, 1)
    unit_cost: float = _number(PRICE, "Reference unit cost (c_ref).", 0, 1e7)


class BargainingFields(Group):
    """How host and bidders give way over time."""

    host_impatience: float = _number("1/y", "The host's impatience (r_h).", 1e-3, 10)
    # A wider spread could make host and bidder differ by more than 1e15, where the patience ratio loses its meaning.
    impatience_sd: float = _number("number", "Spread of everybody's impatience, in logs (sigma_r).", 0, 1.5)
    concession_exponent: float = _number("number", "Date of concessions (beta-bar): small is late.", 0.01, 20)
    opening_concession: float = _share("Part of its reservation a bidder offers at once (k0).", 0.0)
    tremble_sd: float = _number("number", "Spread of the tremble of a concession (sigma_o).", 0, 5)
    initial_aspiration: float = _share("Part of the surplus the host holds out for at first (eta0).", 1.0)


class PoliticsFields(Group):
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


class RenegotiationFields(Group):
    """When the host reopens a deal, and for how much."""

    base: float = _number("number", "Log-odds of reopening at the long-run price (o0).", -1000, 1000)
    price_slope: float = _number("number", "Rise of the log-odds with the log price (o1).", -1000, 1000)
    protection_slope: float = _number("number", "Fall of the log-odds with the patron's protection (o2).", -1000, 1000)
    # Beyond 30 years the most volatile price could fall to exactly 0, which has no logarithm.
    horizon: float = _number("years", "Years from award to the price that may reopen the deal (H).", 0, 30)
    equity_step: float = _share("State equity gained by reopening.", 0.10)
    equity_cap: float = _share("State equity that reopening cannot exceed.", 0.9)


def _intensity(lever: int) -> Any:
    what = LEVER_TABLE[lever]
    return _number(what.unit, what.intensity, 0, what.hardest, 0.0)


class LeverFields(Group):
    """What the levers of a patron have in common."""

    intensity: float
    onset: Whole = _month("First month in which the lever may be on.")
    trigger: Trigger = _choice("What must have happened in an earlier month before the lever is used.", "always")
    lag: Whole = _month("Further months that the patron takes to answer what triggers the lever.")
    price: float = _number("points/month", "Political capital a month at intensity 1.", 0, 1e6, 1.0)


class TariffFields(LeverFields):
    """The tariff lever of a patron."""

    intensity: float = _intensity(TARIFF)


class AccessFields(LeverFields):
    """The access lever of a patron."""

    intensity: float = _intensity(ACCESS)


class EngagementFields(LeverFields):
    """The engagement lever of a patron."""

    intensity: float = _intensity(ENGAGEMENT)


class FinanceFields(LeverFields):
    """The finance lever of a patron."""

    intensity: float = _intensity(FINANCE)


class DenialFields(LeverFields):
    """The denial lever of a patron."""

    intensity: float = _intensity(DENIAL)


class LeversFields(Group):
    """What a patron can press; a lever left out is never used."""

    tariff: TariffFields = TariffFields()
    access: AccessFields = AccessFields()
    engagement: EngagementFields = EngagementFields()
    finance: FinanceFields = FinanceFields()
    denial: DenialFields = DenialFields()


if tuple(LeversFields.model_fields) != LEVERS:
    raise TypeError(f"LeversFields must hold the levers of the game, {', '.join(LEVERS)}, in that order")


class PatronFields(Group):
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


class BidderFields(Group):
    """A company that bids."""

    label: str = _label()
    key: Whole = _key()
    patron: str = Field(description="The patron behind the bidder.")
    entry: Whole = _month("First month in which it bids.")
    unit_cost: float = _number(PRICE, "Unit cost (c).", 0, 1e7)
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


class FinancierFields(Group):
    """A lender or investor behind a bidder."""

    label: str = _label()
    key: Whole = _key()
    bidder: str = Field(description="The bidder it backs.")
    patron: str | None = Field(None, description="The patron that mandates it (default: its bidder's).")
    public: bool = _choice("Whether its letter is public: rivals see it and private money follows it.")
    max_share: float = _share("Largest part of the capital cost it covers.")
    offtake_multiple: float | None = _number(
        "number",
        "Part covered per unit of offtake, where a public lender ties its amount to offtake; null: not tied.",
        0,
        1e6,
        None,
    )
    base_hazard: float = _hazard("Rate of commitment on its own account (h0).")
    mandate_hazard: float = _hazard("Rate added by its patron's full finance lever (h1).")
    engagement_hazard: float = _hazard(
        "Rate added by full engagement under a full mandate, in proportion to both (h2)."
    )
    letter_hazard: float = _hazard("Rate added once its bidder holds a public letter (h3).")
    credibility: float = _probability("The host's belief that its letter becomes money (q).")
    conversion: float = _probability("Chance that its letter does become money.")


def _facts(value: object) -> object:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


class Source(Group):
    """Where a number comes from: a source with title and address, or an assumption with its reason."""

    fact: Annotated[tuple[str, ...], BeforeValidator(_facts)] = Field((), description="Ids in the fact sheet: F4.5.")
    title: str = text_field("Title of the source.", "")
    address: str = text_field("Address of the source.", "")
    note: str = text_field("What the source does and does not say.", "")
    assumption: str = text_field("Reason for a number that no source gives.", "")
    status: Literal["calibrated", "swept"] | None = Field(
        None,
        description="calibrated: chosen so that the scenario shows a pattern, hence evidence of nothing; "
        "swept: cannot be learnt from the case, so vary it.",
    )
    low: float | None = Field(None, description="The least that the source supports, in the number's unit.")
    high: float | None = Field(None, description="The most that the source supports, in the number's unit.")

    @model_validator(mode="after")
    def _a_range_has_two_ends(self) -> Source:
        if (self.low is None) != (self.high is None) or (self.low or 0.0) > (self.high or 0.0):
            raise PydanticCustomError(
                "explained", "low and high go together, low first: the range that a source supports"
            )
        return self

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Source:
        sourced = bool(self.title and self.address)
        if sourced == bool(self.assumption) or (self.assumption and self.fact):
            raise PydanticCustomError(
                "explained", "a source needs either title and address (with fact, if there is one) or assumption"
            )
        return self

    @property
    def standing(self) -> str:
        """What the number is worth as evidence: fact, assumption, calibrated or swept."""
        return self.status or ("assumption" if self.assumption else "fact")

    def __str__(self) -> str:
        if self.low is None:
            return self._reason
        return f"{stopped(self._reason)} Supports {self.low:g} to {self.high:g}."

    @property
    def _reason(self) -> str:
        if self.assumption:
            return self.assumption
        facts = ", ".join(self.fact)
        text = f"{facts}: {self.title} <{self.address}>" if facts else f"{self.title} <{self.address}>"
        return f"{stopped(text)} {self.note}" if self.note else text


# ------------------------------------------------------------------------------------------------------- kinds of agent


KINDS: dict[str, type[Group]] = {
    "deposits": DepositFields,
    "patrons": PatronFields,
    "bidders": BidderFields,
    "financiers": FinancierFields,
}
#: What a field of an agent is called in the game: ``patrons.us.link`` is ``patron_link``.
PREFIX = {kind: kind.removesuffix("s") for kind in KINDS}
#: How many agents of a kind a game has room for.
MOST = {kind: int(getattr(game_module, f"MAX_{kind.upper()}")) for kind in KINDS}
#: The kind of which there may be none.
OPTIONAL_KIND = "financiers"
#: What an agent may be called.
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
#: Words for how a negotiation ends: nobody and nothing in it may be labelled so.
OUTCOMES = frozenset({"shelved", "shelving", "split", "kept", "nobody"})
#: What an agent may not be called: results and commands use these words for something else, files for no text at all.
RESERVED = OUTCOMES | {
    "none", "any", "all", "other", "own", "host", "market", "null", "true", "false", "nan", "inf", "infinity"
}  # fmt: skip
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
        name: {**body, "label": _label_of(body, name), "key": body.get("key", zlib.crc32(str(name).encode()))}
        if isinstance(body, dict)
        else body
        for name, body in agents.items()
    }


def _label_of(body: dict[str, Any], name: object) -> object:
    """The label of an agent; its name where there is none, or none that can be seen."""
    label = body.get("label", name)
    return label if not isinstance(label, str) or looks_like(label) else name


Deposits = Annotated[dict[str, DepositFields], BeforeValidator(_seat), AfterValidator(Agents)]
Patrons = Annotated[dict[str, PatronFields], BeforeValidator(_seat), AfterValidator(Agents)]
Bidders = Annotated[dict[str, BidderFields], BeforeValidator(_seat), AfterValidator(Agents)]
Financiers = Annotated[dict[str, FinancierFields], BeforeValidator(_seat), AfterValidator(Agents)]
Sources = Annotated[dict[str, Source | None], AfterValidator(Agents)]
