"""``python -m minegame``, and the entry point of the ``minegame`` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; whoever interrupts it while it is still being imported gets no traceback either."""
    try:
        from minegame.cli import main as command

        command()
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
