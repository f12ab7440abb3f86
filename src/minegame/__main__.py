"""``python -m minegame``: the same as the ``minegame`` command."""

from minegame.cli import main

if __name__ == "__main__":
    main()
