"""The page's server: one process, this machine only unless asked otherwise, no network needed."""

from __future__ import annotations

import logging
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import uvicorn
from fastapi import FastAPI
from nicegui import ui
from starlette.middleware.trustedhost import TrustedHostMiddleware

from minegame.campaign_file import CampaignScenario, is_campaign
from minegame.options import refuse
from minegame.page.campaign import CampaignTab
from minegame.page.draft import Draft
from minegame.page.one import told
from minegame.page.playing import Player
from minegame.page.tab import Tab
from minegame.runner import warm
from minegame.scenario import ScenarioError

_AWAY = 30.0  # seconds for which the draft of a tab that lost its connection is kept
_TO_CLOSE = 1.0  # seconds for the server to close its connections
_SWITCH = 0.001  # seconds after which a thread at work in Python lets the server answer
_EVERYWHERE = ("0.0.0.0", "::")


def serve(
    where: str, changes: Mapping[str, Any], *, replications: int, seed: int, host: str, port: int,
    ready: Callable[[str], None],
) -> None:  # fmt: skip
    """Serve the page until somebody interrupts it; ``ready`` is called with its address once it answers.

    Raises:
        ScenarioError: for a scenario, a change or an address that is not allowed.
    """
    show, prepare = (_campaign if is_campaign(where) else _tender)(where, changes, replications, seed)
    listening = _listening(host, port)
    sys.setswitchinterval(_SWITCH)

    def page() -> None:
        try:
            show()
        except ScenarioError as error:  # the file was changed meanwhile
            ui.label(str(error))

    ui.page("/", title="minegame")(page)
    server = uvicorn.Server(uvicorn.Config(_application(host), log_level="critical", ws_max_size=2**22, lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True, name="page server")
    thread.start()
    try:
        while thread.is_alive() and not server.started:
            time.sleep(0.02)
        threading.Thread(target=prepare, daemon=True, name="page warm").start()
        ready(f"http://{_said(host)}:{listening.getsockname()[1]}/")
        while thread.is_alive():
            thread.join(0.2)
    finally:
        server.should_exit = server.force_exit = True
        thread.join(_TO_CLOSE)


#: What lays a page out, and what loads things that take long before they are needed.
_Opened = tuple[Callable[[], object], Callable[[], None]]


def _tender(where: str, changes: Mapping[str, Any], replications: int, seed: int) -> _Opened:
    """One tender with sliders; refused before anything is opened."""
    written, player = Draft.load(where, changes).written, Player()

    def prepare() -> None:
        warm()
        told(written, 0, 0)

    return lambda: Tab(Draft.load(where, changes, replications=replications, seed=seed), player), prepare


def _campaign(where: str, changes: Mapping[str, Any], replications: int, seed: int) -> _Opened:
    """A campaign to look at; refused before anything is opened."""
    campaign = CampaignScenario.load(where).at(changes)
    return lambda: CampaignTab(campaign, replications, seed), warm


def _application(host: str) -> FastAPI:
    outer = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    if host not in _EVERYWHERE:  # no other name leads here, whatever a page elsewhere has the browser believe
        outer.add_middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1", host])
    logging.getLogger("nicegui").setLevel(logging.ERROR)
    ui.run_with(
        outer, title="minegame", language="en-US", tailwind=False, show_welcome_message=False, reconnect_timeout=_AWAY
    )
    return outer


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens; a port that is taken is refused."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as problem:
        listening.close()
        refuse("--port", f"{host}:{port} cannot be listened on: {problem.strerror}; expected another, such as --port 0")
    return listening


def _said(host: str) -> str:
    return "127.0.0.1" if host in _EVERYWHERE else f"[{host}]" if ":" in host else host
