"""What a campaign's file holds beside its tenders' scenarios: groups of values with units, meanings and ranges."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from minegame.game import MAX_MONTHS
from minegame.scenario.fields import Group, Whole, text_field


def _number(unit: str, meaning: str, low: float, high: float, default: Any = ...) -> Any:
    return Field(default, description=meaning, ge=low, le=high, json_schema_extra={"unit": unit})


def _key(meaning: str) -> Any:
    return Field(None, description=f"Address of {meaning} (default: made from the name).", ge=0, le=2**32 - 1)


class CapitalFields(Group):
    """The political capital of a patron in a campaign (C1)."""

    reserve: float = _number("points", "At the start.", 0, 1e6)
    income: float = _number("points", "What comes in every month, month 0 included.", 0, 1e6, 0.0)
    cap: float | None = _number("points", "The most to which income lifts it; null: no limit.", 0, 1e6, None)


class LenderFields(Group):
    """A financier of a campaign (C6)."""

    ceiling: float | None = _number("M$", "The most it has out, letters included; null: no limit.", 0, 1e9, None)


class MineralFields(Group):
    """What a mineral's mines are worth to the world (C7)."""

    key: Whole | None = _key("its price's luck; 0 is that of a scenario alone")
    output: float = _number("million mtu/y", "World output today, in the unit of the deposits.", 1e-6, 1e9)
    growth: float = _number("1/y", "Growth of today's mines.", -0.5, 0.5, 0.0)
    shares: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(
        default={}, description="Today's shares of the patrons' camps; the rest is of others."
    )


class SupplierFields(Group):
    """A camp among the suppliers of a mineral: a number of ``shares``."""

    share: float = _number("share", "Today's share of the camp in the world's output (C7).", 0, 1, 0.0)


class SharedFields(Group):
    """What the tenders of a campaign share."""

    months: Whole = _number("months", "Months of the calendar.", 1, MAX_MONTHS)
    spill: float = _number("share", "How far other hosts learn of threats, promises and mines (C2-C4).", 0, 1, 0.0)
    trust_step: float = _number("number", "What a delivered or broken promise adds to trust (w_p).", 0, 1e3, 1.0)
    belief_half_life: float | None = _number(
        "months", "Time in which beliefs about threats fade half-way to their start; null: never.", 1e-3, 1e6, None
    )
    patrons: dict[str, CapitalFields] = Field(description="The political capital of every patron.")
    financiers: dict[str, LenderFields] = Field(default={}, description="The financiers that have a ceiling.")
    minerals: dict[str, MineralFields] = Field(default={}, description="The minerals whose supply is counted.")


class TenderFields(Group):
    """A tender of a campaign."""

    scenario: str = text_field("A scenario: the name of a shipped one, or a file.")
    host: str = text_field("Whose tender it is; tenders of the same host share its memory.")
    mineral: str = text_field("What is mined; tenders of the same mineral share its price.", "")
    opening: Whole = _number("months", "Month of the calendar in which it opens.", 0, MAX_MONTHS, 0)
    key: Whole | None = _key("its luck; 0 is that of the scenario alone")
    set: dict[str, float | int | str | bool | None] = Field(
        default={}, description="Values of the scenario that are other in this tender, by path."
    )
