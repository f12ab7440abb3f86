"""What one field cannot see alone: how many agents there are, whom they name, and what must add up."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from minegame.scenario.errors import Loc, Problem, Where, nearest, shown
from minegame.scenario.fields import MOST, NAME, OPTIONAL_KIND, OUTCOMES, PREFIX, RESERVED, Source
from minegame.scenario.letters import looks_like, same_to_the_eye
from minegame.scenario.paths import Place, is_number, out_of_proportion, range_of

if TYPE_CHECKING:
    from minegame.scenario.scenario import Scenario


def contradictions(scenario: Scenario) -> Iterator[tuple[Loc, str]]:
    """What the parts of a scenario say against each other, and where."""
    for kind, most in MOST.items():
        agents = getattr(scenario, kind)
        yield from _crowd(kind, list(agents), most)
        yield from _same_keys(kind, agents)
        yield from _labels(kind, {name: agent.label for name, agent in agents.items()})
    yield from _labels("", {"host": scenario.host.label})
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
    if wrong := scenario.units.wrong:
        yield ("market", "output_unit"), wrong
    yield from _ranges(scenario)


def _ranges(scenario: Scenario) -> Iterator[tuple[Loc, str]]:
    """Ranges of sources that no number, or not the number that they speak for, may take."""
    for name, source in scenario.sources.items():
        if source is not None and source.low is not None:
            places = scenario.spoken_for(name)  # none where every number that it spoke for has been changed
            numbers = [place for place in places if is_number(place.info)]
            problem = next((text for place in numbers if (text := _misfit(place, source))), None)
            if problem or (places and not numbers):
                yield ("sources", name), problem or "low and high are of a number, and this is none"


def _misfit(place: Place, source: Source) -> str | None:
    least, most = range_of(place.info)
    for what, end in (("low", source.low), ("high", source.high)):
        if end is not None and ((least is not None and end < least) or (most is not None and end > most)):
            return f"{what}: {end:g} is not allowed for {place.path}: expected {least:g} to {most:g}"
    return None


#: Below this speed of reversion, 1/y, nearly all of the volatility stays in the price that a mine will see.
_SLOW_REVERSION = 0.05


def misgivings(scenario: Scenario) -> Iterator[str]:
    """What can be played and may not be meant: path and reason."""
    yield from _slow_reversion(scenario)
    for place in scenario.numbers():
        value = scenario.value(place.path)
        if warning := None if value is None else out_of_proportion(value, place.info, scenario.units):
            yield f"{place.path}: {warning}"


def _slow_reversion(scenario: Scenario) -> Iterator[str]:
    market, years = scenario.market, scenario.project.price_horizon
    if 0.0 < market.mean_reversion < _SLOW_REVERSION:
        from minegame import rules  # who only reads scenarios needs none

        kappa, sigma, mean = market.mean_reversion, market.volatility, market.long_run_price
        seen = rules.mine_price(math.log(mean), kappa, sigma, mean, years)
        yield (
            f"market.mean_reversion: {kappa:g} is so slow that nearly all of the volatility stays in: at a price of "
            f"{mean:g}, the long-run price, a mine would expect {scenario.price(seen)} in {years:g} years"
        )


def _crowd(kind: str, names: list[str], most: int) -> Iterator[tuple[Loc, str]]:
    if not names and kind != OPTIONAL_KIND:
        yield (kind,), f"there is no {PREFIX[kind]}: expected 1 to {most}"
    if len(names) > most:
        yield (kind,), f"{len(names)} {kind} are too many: expected at most {most}"
    for name in names:
        if name in RESERVED:
            yield (kind, name), f"'{name}' is a reserved word; choose another name and put this one in label"
        elif not NAME.fullmatch(name):
            fitting = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
            hint = f"; did you mean '{fitting}'?" if NAME.fullmatch(fitting) else ""
            rule = "small letters, digits and _, a letter first, at most 40; other spellings belong in label"
            yield (kind, name), f"{shown(name)} is not a name: expected {rule}{hint}"


def _labels(kind: str, labels: Mapping[str, str]) -> Iterator[tuple[Loc, str]]:
    """Labels that a reader of tables and pictures would take for each other, or for how a negotiation ends."""
    place = (kind,) if kind else ()
    for name, label in labels.items():
        if looks_like(label).casefold() in OUTCOMES:
            yield (*place, name, "label"), f"{shown(label)} is a word for how a negotiation ends; choose another label"
    for name, other in same_to_the_eye(labels):
        text = f"{shown(labels[name])} looks like the label of '{other}': each of the {kind} needs a label of its own"
        yield (*place, name, "label"), text


def _same_keys(kind: str, agents: Mapping[str, Any]) -> Iterator[tuple[Loc, str]]:
    owner: dict[int, str] = {}
    for name, agent in agents.items():
        if agent.key in owner:
            text = f"{agent.key} is the key of both '{owner[agent.key]}' and '{name}': each needs a key of its own"
            yield (kind, name, "key"), text
        owner.setdefault(agent.key, name)


def _unknown_agents(scenario: Scenario) -> Iterator[tuple[Loc, str]]:
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


def too_many(content: Mapping[str, object], where: Where) -> Iterator[Problem]:
    """More agents of a kind than there is room for: told alone, before anybody looks at each of them."""
    for kind, most in MOST.items():
        agents = content.get(kind)
        if isinstance(agents, dict) and len(agents) > most:
            loc, text = next(_crowd(kind, list(agents), most))
            yield Problem(*where(loc), kind, text)


def crowds(content: Mapping[str, object], where: Where) -> Iterator[Problem]:
    """Too many agents, too few, or badly named ones, whatever else is wrong with them."""
    for kind, most in MOST.items():
        agents = content.get(kind)
        if isinstance(agents, dict):
            for loc, text in _crowd(kind, list(agents), most):
                yield Problem(*where(loc), ".".join(loc), text)
