"""Machines to run on: a Dask cluster behind Python's standard executor interface.

Needs the extra: ``pip install 'minegame[cluster]'``.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

_PATIENCE = 5  # seconds to wait for a scheduler
_RETRIES = 3  # of a task whose worker died


@contextmanager
def connected(address: str | None = None, workers: int | None = None) -> Iterator[tuple[Executor, int]]:
    """An executor on a Dask scheduler's workers, or on worker processes of this machine, and how many tasks fit.

    Args:
        address: of a running scheduler, such as ``tcp://10.0.0.1:8786``.
        workers: how many worker processes to start here, if there is no address.

    Raises:
        OSError: if the scheduler does not answer, has no workers, or Dask is not installed; with advice.
    """
    client = _client(address, workers)
    try:
        cores = sum(client.ncores().values())
        if not cores:
            raise OSError(f"the scheduler {address} has no workers: start some with 'dask worker {address}'")
        yield client.get_executor(retries=_RETRIES, pure=False), cores
    finally:
        _close(client)


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
        return distributed.Client(address, timeout=_PATIENCE)
    except (OSError, ValueError) as error:
        advice = "check the address, start one with 'dask scheduler', or leave --scheduler out to use this machine"
        raise OSError(f"the scheduler {address} does not answer ({error}): {advice}") from None


def _quieten() -> None:
    """Keep Dask's log lines away from progress and tables; what matters arrives as an error."""
    import logging

    logging.getLogger("distributed").setLevel(logging.CRITICAL)


def _close(client: Any) -> None:
    cluster = client.cluster
    client.close(timeout=_PATIENCE)
    if cluster is not None:
        cluster.close(timeout=_PATIENCE)
