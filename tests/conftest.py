"""What every test starts from."""

from __future__ import annotations

import signal

# Started in the background by a shell, pytest would be deaf to Ctrl-C, and so would the commands that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
