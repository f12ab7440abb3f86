"""What cannot be in one campaign: tenders that disagree about what they share, and what a calendar has no room for.

And what can be and may not be meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from minegame.campaign_game import MAX_TENDERS
from minegame.game import MAX_PATRONS
from minegame.scenario import Scenario, fits, nearest

if TYPE_CHECKING:
    from minegame.campaign_file import CampaignScenario

#: A location in the file, and what is wrong there.
Found = tuple[tuple[str, ...], str]

#: What is a patron's in every tender, a host's view of a patron, a host's own, and the law of a mineral's price (C0).
OF_PATRON = ("resolve", "episode_rate", "audience_cost", "execution_cost", "publicity", "key")
OF_HOSTS_PATRON = ("ideal_share",)
OF_HOST = ("politics.belief_step_executed", "politics.belief_step_backed_down", "politics.credit_half_life")
OF_PATRONS = ("politics.resolve_sd", "politics.follow_through_slope")
OF_MINERAL = ("market.initial_price", "market.long_run_price", "market.mean_reversion", "market.volatility")


def contradictions(campaign: CampaignScenario, scenarios: Mapping[str, Scenario]) -> Iterator[Found]:
    """Everything in a campaign that does not go together."""
    yield from _calendar(campaign, scenarios)
    if not scenarios or len(scenarios) < len(campaign.tenders):
        return  # who is there, and what they disagree about, is known only when every tender can be read
    yield from _people(campaign, scenarios)
    yield from _minerals(campaign, scenarios)
    yield from _strays(campaign)
    hosts = [tender.host for tender in campaign.tenders.values()]
    for host in dict.fromkeys(hosts):
        theirs = {name: scenarios[name] for name, tender in campaign.tenders.items() if tender.host == host}
        yield from _differ(f"host '{host}'", theirs, OF_HOST)
        yield from _differ_by_patron(f"host '{host}'", theirs, OF_HOSTS_PATRON)
    for mineral in dict.fromkeys(tender.mineral for tender in campaign.tenders.values()):
        theirs = {name: scenarios[name] for name, tender in campaign.tenders.items() if tender.mineral == mineral}
        yield from _differ(f"mineral '{mineral}'" if mineral else "tenders without a mineral", theirs, OF_MINERAL)
    yield from _differ("the patrons", dict(scenarios), OF_PATRONS)
    yield from _differ_by_patron("the campaign", dict(scenarios), OF_PATRON)


def misgivings(campaign: CampaignScenario) -> Iterator[str]:
    """What a campaign may not mean: hosts whose names are a slip apart."""
    hosts = list(dict.fromkeys(tender.host for tender in campaign.tenders.values()))
    for name, tender in campaign.tenders.items():
        before = [host for host in hosts[: hosts.index(tender.host)] if _one_misspelt(host, tender.host)]
        for other in before:
            where = f"tenders.{name}.host: '{tender.host}'"
            yield f"{where} is another host than '{other}': expected one name, if it is one"


def _one_misspelt(name: str, other: str) -> bool:
    """Whether a letter more, less or another one, or two that changed places, make one name of the other.

    Names that differ by their numbers, as ``north_1`` and ``north_2``, are no slips.

    >>> _one_misspelt("kazakstan", "kazakhstan"), _one_misspelt("chlie", "chile"), _one_misspelt("north_1", "north_2")
    (True, True, False)
    """
    start = _alike(name, other)
    rests = name[start:], other[start:]
    end = _alike(rests[0][::-1], rests[1][::-1])
    one, two = (rest[: len(rest) - end] for rest in rests)
    swapped = len(one) == 2 and one == two[::-1]
    return swapped or (max(len(one), len(two)) == 1 and not (one + two).isdigit())


def _alike(name: str, other: str) -> int:
    """How many letters two names have in common from the start on."""
    pairs = enumerate(zip(name, other, strict=False))
    return next((n for n, (one, two) in pairs if one != two), min(len(name), len(other)))


def _calendar(campaign: CampaignScenario, scenarios: Mapping[str, Scenario]) -> Iterator[Found]:
    count, months = len(campaign.tenders), campaign.campaign.months
    if not 1 <= count <= MAX_TENDERS:
        yield ("tenders",), f"{count} tenders are not allowed: expected 1 to {MAX_TENDERS}"
    for name, scenario in scenarios.items():
        opening, length = campaign.tenders[name].opening, scenario.tender.months
        if opening + length > months:
            late = f"the tender opens in month {opening} and takes {length}, but the campaign ends after {months}"
            allowed = f"at most {max(0, months - length)}, or campaign.months of {opening + length} or more"
            yield ("tenders", name, "opening"), f"{late}: expected {allowed}"


def _people(campaign: CampaignScenario, scenarios: Mapping[str, Scenario]) -> Iterator[Found]:
    shared = campaign.campaign
    patrons = list(dict.fromkeys(name for scenario in scenarios.values() for name in scenario.patron_names))
    lenders = list(dict.fromkeys(name for scenario in scenarios.values() for name in scenario.financier_names))
    if len(patrons) > MAX_PATRONS:
        yield ("tenders",), f"{len(patrons)} patrons ({', '.join(patrons)}): expected at most {MAX_PATRONS} together"
    missing = [name for name in patrons if name not in shared.patrons]
    if missing:
        yield ("campaign", "patrons"), f"the reserve of {', '.join(missing)} is missing: expected one a patron"
    for kind, given, known in (("patrons", shared.patrons, patrons), ("financiers", shared.financiers, lenders)):
        for name in given:
            if name not in known:
                text = (
                    f"no tender has the {kind[:-1]} '{name}': expected one of {', '.join(known)}{nearest(name, known)}"
                )
                yield ("campaign", kind, name), text


def _minerals(campaign: CampaignScenario, scenarios: Mapping[str, Scenario]) -> Iterator[Found]:
    patrons = list(dict.fromkeys(name for scenario in scenarios.values() for name in scenario.patron_names))
    mined = list(dict.fromkeys(tender.mineral for tender in campaign.tenders.values() if tender.mineral))
    given = campaign.campaign.minerals
    for name, tender in campaign.tenders.items():
        if tender.mineral and given and tender.mineral not in given:
            text = f"nothing is said of the supply of '{tender.mineral}': expected it among campaign.minerals"
            yield ("tenders", name, "mineral"), text + nearest(tender.mineral, given)
    for name, mineral in given.items():
        if name not in mined:
            known = ", ".join(mined) or "none"
            yield (
                ("campaign", "minerals", name),
                f"no tender mines '{name}': expected one of {known}{nearest(name, mined)}",
            )
        if sum(mineral.shares.values()) > 1 + 1e-10:
            yield ("campaign", "minerals", name, "shares"), "add up to more than 1"
        for patron in mineral.shares:
            if patron not in patrons:
                text = f"there is no patron '{patron}': expected one of {', '.join(patrons)}{nearest(patron, patrons)}"
                yield ("campaign", "minerals", name, "shares", patron), text


def _strays(campaign: CampaignScenario) -> Iterator[Found]:
    """Sources that speak for none of the campaign's numbers."""
    numbers = campaign.numbers()
    for name in campaign.sources:
        if not fits(name, numbers):
            yield ("sources", name), f"speaks for no number of the campaign{nearest(name, numbers)}"


def _differ(whose: str, scenarios: Mapping[str, Scenario], paths: Sequence[str]) -> Iterator[Found]:
    """Values that must be the same in all tenders, and are not: both places are named."""
    for path in paths:
        yield from _compared(whose, path, {name: scenario.value(path) for name, scenario in scenarios.items()})


def _differ_by_patron(whose: str, scenarios: Mapping[str, Scenario], fields: Sequence[str]) -> Iterator[Found]:
    patrons = dict.fromkeys(name for scenario in scenarios.values() for name in scenario.patron_names)
    for patron in patrons:
        theirs = {name: scenario for name, scenario in scenarios.items() if patron in scenario.patrons}
        for field in fields:
            values = {name: getattr(scenario.patrons[patron], field) for name, scenario in theirs.items()}
            yield from _compared(whose, f"patrons.{patron}.{field}", values)


def _compared(whose: str, path: str, values: Mapping[str, Any]) -> Iterator[Found]:
    (first, expected), *others = values.items()
    for name, value in others:
        if value != expected:
            text = (
                f"{path} is {value:g} here and {expected:g} in tenders.{first}: {whose} has one, expected the same "
                "in both"
            )
            yield ("tenders", name, "scenario"), text
            return
