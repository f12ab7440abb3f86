"""What everybody is left with at the end of a campaign, a line each."""

from __future__ import annotations

from collections.abc import Iterator

from minegame.campaign import Campaign
from minegame.game import NOBODY
from minegame.text import counted
from minegame.transcript.campaign_cast import CampaignCast
from minegame.transcript.wording import money, percent


def ledger(campaign: Campaign, cast: CampaignCast) -> Iterator[str]:
    """The patrons, then the hosts and what they think of each patron."""
    left = campaign.chronicle
    for k, label in enumerate(cast.patrons.values()):
        won, built = (_tenders(float(left[name][k])) for name in ("value_won", "value_built"))
        yield (
            f"{label}: won {won}, built {built}; used {counted(round(float(left['points_used'][k]), 1), 'point')} of "
            f"political capital; payoff {money(float(left['payoff'][k]))}."
        )
    for h, label in enumerate(cast.hosts.values()):
        yield f"{label}: {money(float(left['host_money'][h]))} from its mines. {_views(campaign, cast, h)}"


def _tenders(worth: float) -> str:
    return f"{worth:.2f}".rstrip("0").rstrip(".") + (" tender" if worth == 1 else " tenders")


def _views(campaign: Campaign, cast: CampaignCast, h: int) -> str:
    left, met = campaign.chronicle, campaign.records.campaign["meeting_tender"][0]
    return " ".join(
        f"{label}: credit {percent(left['credit'][h, k])}, belief in threats {percent(left['credibility'][h, k])}, in "
        f"promises {percent(left['trust'][h, k])}, {percent(left['portfolio'][h, k])} of the mines."
        for k, label in enumerate(cast.patrons.values())
        if met[h, k] != NOBODY
    )
