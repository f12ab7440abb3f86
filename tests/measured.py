"""A command in a process of its own, with the most memory that it has had."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

# The peak of the process itself: what resource usage tells of a child includes its parent's, from before it was one.
_MEASURED = """
import atexit, re, sys
from pathlib import Path
told = Path(sys.argv.pop(1))
status = Path("/proc/self/status")
atexit.register(lambda: told.write_text(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]))
from minegame.__main__ import main
main()
"""


def command(*arguments: str) -> tuple[subprocess.CompletedProcess[str], float]:
    """What a command comes to, and its peak in MB."""
    if not Path("/proc/self/status").is_file():
        pytest.skip("the system does not tell a process's peak")
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "peak"
        done = subprocess.run(
            [sys.executable, "-c", _MEASURED, str(told), *arguments], capture_output=True, timeout=120, text=True,
            errors="backslashreplace",
        )  # fmt: skip
        return done, int(told.read_text()) / 2**10
