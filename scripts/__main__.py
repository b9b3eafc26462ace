"""`python -m scripts`: the command line. Ctrl-C while its modules load ends it without a word.

`./windowpane` starts it with SIGINT blocked: an interpreter that is interrupted while it starts prints a traceback.
"""

from __future__ import annotations

import signal


def _run() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    from scripts.cli import main

    signal.signal(signal.SIGINT, signal.default_int_handler)
    main()


if __name__ == "__main__":
    _run()
