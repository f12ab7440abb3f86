"""Environments for programs that learn: one side in Gymnasium, every side in PettingZoo.

They need the extra ``env`` (``pip install 'minegame[env]'``).  What a side sees, chooses and gets is that of
:mod:`minegame.sides`; docs/env.md lists it.  An action that equals ``info["plan"]`` in every month plays the ordinary
negotiation of the same seed and replication, bit for bit.
"""

from __future__ import annotations

try:
    from minegame.env.batch import Batch
    from minegame.env.single import NegotiationEnv
    from minegame.env.table import TableEnv
    from minegame.env.vector import NegotiationVectorEnv
except ModuleNotFoundError as missing:
    if missing.name not in ("gymnasium", "pettingzoo"):
        raise
    raise ImportError(f"minegame.env needs {missing.name}: pip install 'minegame[env]'") from None

__all__ = ["Batch", "NegotiationEnv", "NegotiationVectorEnv", "TableEnv"]
