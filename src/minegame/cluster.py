"""Machines to run on: a Dask cluster behind Python's standard executor interface.

Needs the extra: ``pip install 'minegame[cluster]'``.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import Any

_PATIENCE = 5  # seconds to wait for a scheduler
_RETRIES = 3  # of a task whose worker died
_LOOK = 2  # seconds between two looks at the workers
_SILENCE = 20  # seconds after which a scheduler that answered before is lost
_INSTALL = "install the same version of minegame there"


@contextmanager
def connected(
    address: str | None = None, workers: int | None = None, tell: Callable[[str], None] | None = None
) -> Iterator[tuple[Executor, int]]:
    """An executor on a Dask scheduler's workers, or on worker processes of this machine, and how many tasks fit.

    Args:
        address: of a running scheduler, such as ``tcp://10.0.0.1:8786``.
        workers: how many worker processes to start here, if there is no address.
        tell: called with a sentence when no workers are left.

    Raises:
        OSError: if the scheduler does not answer, has no workers, or Dask is not installed, and if the cluster fails
            while it is used; with advice.
    """
    client = _aside(_client, address, workers)
    try:
        cores = sum(client.ncores().values())
        if not cores:
            raise OSError(f"the scheduler {address} has no workers: start some with 'dask worker {address}'")
        _check_workers(client)
        with _attended(client, tell):
            yield client.get_executor(retries=_RETRIES, pure=False), cores
    except Exception as error:
        fault = _fault(error, address)
        if fault is None:
            raise
        raise OSError(f"{fault}; what is finished is kept: the same command goes on") from None
    finally:
        _close(client)


def _aside(work: Callable[..., Any], *arguments: Any) -> Any:
    """Do something in a thread of its own that hears no Ctrl-C, nor do the threads and processes that it starts.

    Ctrl-C goes to every process of a terminal; only the one that runs the experiment has something to say then.
    """
    answer: Future[Any] = Future()
    masks = hasattr(signal, "pthread_sigmask")
    if masks:
        resource_tracker.ensure_running()  # which would make the thread that starts it hear Ctrl-C again

    def perform() -> None:
        if masks:
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            answer.set_result(work(*arguments))
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=perform, daemon=True).start()
    return answer.result()


def _client(address: str | None, workers: int | None) -> Any:
    try:
        import distributed
    except ModuleNotFoundError:
        raise OSError("Dask is not installed: pip install 'minegame[cluster]'") from None
    _quieten()
    if address is None:
        cluster = distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=40
        )
        try:
            return distributed.Client(cluster)
        except BaseException:
            cluster.close(timeout=_PATIENCE)
            raise
    try:
        _greet(address)
        return distributed.Client(address, timeout=_PATIENCE)
    except Exception as error:  # whatever a server of another kind may send, MemoryError included
        advice = "check the address, start one with 'dask scheduler', or leave --scheduler out to use this machine"
        raise OSError(f"the scheduler {address} does not answer ({error or type(error).__name__}): {advice}") from None


def _greet(address: str) -> None:
    """Ask what is at an address for its kind.  A client would wait for long where no scheduler is."""
    import asyncio

    from distributed.core import rpc

    async def kind() -> str:
        async with rpc(address) as there:
            return str((await there.identity())["type"])

    try:
        found = asyncio.run(asyncio.wait_for(kind(), _PATIENCE))
    except TimeoutError:
        raise OSError(f"no word of a scheduler within {_PATIENCE} seconds") from None
    except MemoryError:  # what was read as a length was none
        raise OSError("what is there is no scheduler") from None
    if found != "Scheduler":
        raise OSError(f"a {found.lower()} is there")


def _check_workers(client: Any) -> None:
    """Refuse workers without minegame, which would die of the first chunk without a word."""

    def load() -> None:  # is sent as it stands, since the worker may not find it in a module
        import minegame  # noqa: F401

    for worker, found in client.run(load, on_error="return").items():
        if isinstance(found, Exception):
            raise OSError(f"the worker {worker} cannot play ({found}): {_INSTALL}")


@contextmanager
def _attended(client: Any, tell: Callable[[str], None] | None) -> Iterator[None]:
    """Look after a cluster that is used: say once that no workers are left, give up a scheduler that is gone."""
    over = threading.Event()

    def look() -> None:
        told = False
        while not over.wait(_LOOK):
            try:
                cores = client.sync(client.scheduler.ncores, workers=None, callback_timeout=_SILENCE)
            except Exception:
                client.loop.add_callback(_give_up, client)
                return
            if not cores and not told and tell and not over.is_set():
                tell("No workers left; waiting for one ...")
                told = True

    threading.Thread(target=look, daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _give_up(client: Any) -> None:
    """Cancel what will never be answered: a scheduler that shuts down in good order leaves its clients waiting."""
    for waiting in list(client.futures.values()):
        waiting.cancel()


def _fault(error: Exception, address: str | None) -> str | None:
    """What has happened to a cluster, in words; nothing if it is no fault of the cluster."""
    from distributed import KilledWorker

    scheduler = f"the scheduler {address}" if address else "the scheduler on this machine"
    if isinstance(error, CancelledError):
        return f"{scheduler} is gone"
    if isinstance(error, KilledWorker):
        return f"a chunk was given up after its workers died, {_RETRIES + 1} in turn (out of memory?)"
    if isinstance(error, ImportError) or "Can't get attribute" in str(error):
        return f"a worker cannot play ({error}): {_INSTALL}"
    if "deserialization of the task graph" in str(error):
        return f"{scheduler} cannot pass on the work ({error.__cause__ or error}): {_INSTALL}"
    return str(error) if "other rules" in str(error) else None


def _quieten() -> None:
    """Keep Dask's log lines away from progress and tables; what matters arrives as an error."""
    import logging

    for name in ("distributed", "distributed.client", "tornado.application"):  # each has a level of its own
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _close(client: Any) -> None:
    cluster = client.cluster
    client.close(timeout=_PATIENCE)
    if cluster is not None:
        cluster.close(timeout=_PATIENCE)
