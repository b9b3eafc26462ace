"""The process that has all libraries loaded and makes a child of itself for each file: loading them takes a second.

It is told what to do in lines of JSON, one after another, and answers each with a line. It touches no file itself.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import sys
import time
from contextlib import suppress
from typing import Any

import numpy as np  # noqa: F401 - what DuckDB would load in every child
import pyarrow.dataset  # noqa: F401

from sources.mapping.child import child
from sources.mapping.execution import make_ready

_IDLE_SECONDS = 300
_MOST_SAID = 1 << 20
_MOST_COMPLAINTS = 300


def main() -> None:
    """Answer requests until nobody is there any more, or none came for a while."""
    make_ready()
    gc.freeze()  # children share the memory of what is there now, as long as nothing writes to it
    while select.select([0], [], [], _IDLE_SECONDS)[0] and (line := sys.stdin.readline()):
        request = json.loads(line)
        print(json.dumps(_answer(request["text"], request["wait"])), flush=True)


def _answer(text: str, wait: float) -> dict[str, Any]:
    """What a child said of a request, how it ended, what it complained of; `wait`: seconds that it may take."""
    said, says = os.pipe()
    complaints = os.memfd_create("complaints")
    process = os.fork()
    if process == 0:
        os.close(said)
        os.dup2(complaints, 2)
        _be_child(text, says)
    os.close(says)
    answer, late = _heard(said, process, time.monotonic() + wait)
    os.close(said)
    _, status = os.waitpid(process, 0)
    size = os.fstat(complaints).st_size
    told = os.pread(complaints, _MOST_COMPLAINTS, max(0, size - _MOST_COMPLAINTS)).decode("utf-8", "replace")
    os.close(complaints)
    return {"said": answer, "code": os.waitstatus_to_exitcode(status), "late": late, "complaints": told}


def _be_child(text: str, says: int) -> None:
    """Never comes back."""
    code = 1
    try:
        with suppress(OSError):
            os.close(0)
        os.dup2(2, 1)  # answers go another way than what libraries print
        os.write(says, json.dumps(child(text)).encode())
        code = 0
    except BaseException as error:
        os.write(2, f"\n{type(error).__name__}: {error}".encode("utf-8", "replace"))
    finally:
        os._exit(code)


def _heard(said: int, process: int, until: float) -> tuple[str, bool]:
    """What the child says, and whether it was ended for being late, or as nobody waits for the answer any more."""
    heard = b""
    while True:
        ready, _, _ = select.select([said, 0], [], [], max(0.0, until - time.monotonic()))
        if said in ready:
            part = os.read(said, 1 << 16)
            heard += part
            if part and len(heard) <= _MOST_SAID:
                continue
            if part:
                os.kill(process, signal.SIGKILL)
            return heard.decode("utf-8", "replace"), False
        os.kill(process, signal.SIGKILL)
        return "", not ready


if __name__ == "__main__":
    main()
