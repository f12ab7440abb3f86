"""``minegame page``: the scenario in a browser on this machine, with sliders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from minegame import options
from minegame.cli.app import announce_compiler, app, fail, say
from minegame.cli.options import command, examples
from minegame.cli.playing import Chosen
from minegame.options import Flag, Options, Whole, Word, option

_MISSING = "the page needs more than is installed: pip install 'minegame[page]'"
_OPEN = ("0.0.0.0", "::")


@dataclass(frozen=True, kw_only=True)
class _Page(Options):
    seed: int = options.seed()
    replications: int = options.replications(20_000, least=100)
    port: int = option(8642, "Port to listen on; 0: any that is free.", Whole(0, 65535, "PORT"))
    host: str = option("127.0.0.1", "Address to listen on; another one lets other machines in.", Word("HOST"))
    no_browser: bool = option(False, "Open no browser.", Flag())


def _page(chosen: Chosen, asked: _Page) -> None:
    if not chosen.is_campaign:
        chosen.load()
    try:
        from minegame.page.server import serve
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in ("nicegui", "fastapi", "uvicorn", "starlette"):
            raise
        fail(_MISSING)
    announce_compiler()

    def ready(address: str) -> None:
        say(f"The page is at {address} (Ctrl-C ends it)")
        if asked.host in _OPEN:
            say("Every machine that can reach this one can open it.", err=True)
        if not asked.no_browser:
            import webbrowser

            webbrowser.open(address)

    given: dict[str, Any] = chosen.set or {}
    serve(
        chosen.scenario, given, replications=asked.replications, seed=asked.seed, host=asked.host, port=asked.port,
        ready=ready,
    )  # fmt: skip


command(
    app, "page", "Open a scenario in the browser: sliders on the left, on the right who wins, redrawn while they move; "
    "or a campaign, to look at.", _page, Chosen, _Page,
    epilog=examples(
        "page", "", "my_deal.yaml --port 9000", "kazakhstan_split_lots --set tender.months=18", "critical_minerals"
    ),
)  # fmt: skip
