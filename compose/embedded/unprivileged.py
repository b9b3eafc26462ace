"""Runs a program as an ordinary user where we are root: PostgreSQL refuses to run as root.

util-linux's setpriv changes the user and keeps one capability, DAC_OVERRIDE, which also a default container grants, so
that the program can still pass through directories only root may enter (root's home, say). Without the secure bit
no_setuid_fixup the kernel would forget that capability in access(2), with which PostgreSQL looks for its own programs.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Sequence
from pathlib import Path

CANDIDATES = ("postgres", "nobody")


def as_ordinary_user(command: Sequence[str], *, dies_with_parent: bool = False) -> tuple[str, ...]:
    """The command line that runs `command` as an ordinary user; where we are one already, as ourselves."""
    bound = ("--pdeathsig", "KILL") if dies_with_parent else ()
    if os.geteuid() != 0:
        return ("setpriv", *bound, "--", *command) if bound else tuple(command)
    user = _user()
    return (
        "setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups",
        "--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup",
        *bound, "--", *command,
    )  # fmt: skip


def give_to_ordinary_user(path: Path) -> None:
    """Make that user the owner of `path` itself (not of what is in it)."""
    if os.geteuid() == 0:
        user = _user()
        os.chown(path, user.pw_uid, user.pw_gid)


def _user() -> pwd.struct_passwd:
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in CANDIDATES if name in known)
