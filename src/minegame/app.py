"""One negotiation in Mesa's own viewer: a month a step, begun anew with another scenario, seed or replication.

``solara run minegame.app`` opens it in a browser, and so does ``solara run app.py`` in a checkout; both need the extra
``viz``.
"""

from __future__ import annotations

from html import escape
from typing import Any

import solara
from mesa.visualization import SolaraViz, make_plot_component

from minegame.model import Negotiation
from minegame.plots import timeline
from minegame.scenario import Scenario, shipped_scenarios
from minegame.tables import Column, Table
from minegame.text import MONEY
from minegame.transcript import TERM_WORDS, Cast, calendar_month, months_table

#: What the viewer lets one choose before it begins anew, under the names that a negotiation has for it.
CHOICES: dict[str, dict[str, Any]] = {
    "scenario": {
        "type": "Select", "label": "Scenario", "value": Scenario.load().name, "values": [*shipped_scenarios()],
    },
    "seed": {"type": "InputText", "label": "Seed", "value": "0"},
    "replication": {"type": "InputText", "label": "Replication", "value": "0"},
}  # fmt: skip


class Viewed(Negotiation):
    """A negotiation as it is chosen; if seed or replication is none, the first one, and what is wrong is said."""

    def __init__(self, scenario: str | None = None, seed: str = "0", replication: str = "0") -> None:
        wrong = ""
        try:
            super().__init__(scenario, seed, replication)
        except (TypeError, ValueError) as problem:  # Mesa's viewer would be a traceback from here on
            super().__init__(scenario)
            wrong = f"{problem}. Played instead: seed 0, replication 0."
        self.wrong = wrong


def Standing(model: Negotiation) -> Any:
    """Which month it is, how things stand, and how everybody at the table stands."""
    wrong = escape(getattr(model, "wrong", ""))
    return _shown(f"<p><strong>{wrong}</strong></p><p>{_when(model)}</p>{model._repr_html_()}")


def Ledger(model: Negotiation) -> Any:
    """The host's utility term by term, for each bidder that could take everything, at this month's offers."""
    return _shown(ledger(model)._repr_html_() if model.history else "<p>The ledger begins with the first offers.</p>")


def Months(model: Negotiation) -> Any:
    """The picture of ``minegame play --plot``, as far as the negotiation has gone."""
    if not model.history:
        return _shown("<p>No month has been played: press Step.</p>")
    return solara.FigureMatplotlib(timeline(months_table(model), Cast.of(model)), bbox_inches="tight")


def ledger(model: Negotiation) -> Table:
    """The terms of :meth:`minegame.agents.Host.ledger` that are not zero for everybody, in words."""
    columns = [*model.host.ledger().items()]
    labels = {bidder.name: bidder.label for bidder in model.bidders}
    heads = [Column(f"award_{n}", labels.get(name, name), MONEY) for n, (name, _) in enumerate(columns)]
    rows = [
        {"term": words} | {head.name: terms[term] for head, (_, terms) in zip(heads, columns, strict=True)}
        for term, words in TERM_WORDS.items()
        if term == "total" or any(terms[term] for _, terms in columns)
    ]
    return Table(f"The host's ledger, {_when(model)}", [Column("term"), *heads], rows)


def _when(model: Negotiation) -> str:
    months = len(model.history)
    return calendar_month(str(model.case.tender.start), months - 1) if months else "Before the first month"


def _shown(html: str) -> Any:
    """HTML whose texts are escaped already."""
    return solara.HTML(tag="div", unsafe_innerHTML=html, style="max-height: 100%; overflow: auto")


@solara.component
def Page() -> None:
    """The viewer, with a negotiation of its own for everybody who opens it."""
    model = solara.use_memo(lambda: Viewed(**{name: chosen["value"] for name, chosen in CHOICES.items()}), [])
    parts = [Standing, Ledger, Months, make_plot_component("price")]
    SolaraViz(model, components=parts, model_params=CHOICES, name="minegame", play_interval=300)
