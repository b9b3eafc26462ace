"""What differs between two configurations of a stack, by program and in words: each difference restarts its program."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from configparser import RawConfigParser, SectionProxy

from supervisor.datatypes import dict_of_key_value_pairs

MARK = "WINDOWPANE_CONFIGURATION"
"""Stands for all that is not in the entry itself."""


def changed_keys(before: str, after: str) -> str:
    """The keys of two texts of `key = value` or `key: value` lines whose values differ; values may be secret."""
    old, new = _pairs(before), _pairs(after)
    return ", ".join(sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key)))


def changed_programs(before: str, after: str, outside: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Program → what changed, of those in both texts of supervisord.conf. `outside`: what changed in their files."""
    old, new = _sections(before), _sections(after)
    changed = {}
    for section in new.sections():
        _, _, name = section.partition(":")
        if name and old.has_section(section) and dict(old[section]) != dict(new[section]):
            changed[name] = [*outside.get(name, []), *_entry(old[section], new[section])] or [
                "what it was started with"
            ]
    return changed


def _pairs(text: str) -> dict[str, str]:
    lines = (line.partition("=" if "=" in line else ":") for line in text.splitlines() if line[:1] not in ("", "#"))
    return {key.strip(): value.strip() for key, _, value in lines}


def _sections(text: str) -> RawConfigParser:
    parser = RawConfigParser(interpolation=None)
    parser.read_string(text)
    return parser


def _entry(old: SectionProxy, new: SectionProxy) -> Iterator[str]:
    before, after = (dict_of_key_value_pairs(entry.get("environment", "")) for entry in (old, new))
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    yield from (name for name in names if name != MARK)
    one, other = shlex.split(old["command"]), shlex.split(new["command"])
    gone, come = ([word for word in words if word not in others] for words, others in ((one, other), (other, one)))
    if gone or come:
        yield f"{' '.join(gone) or 'nothing'} became {' '.join(come) or 'nothing'}"
    others = sorted(key for key in new if key not in ("environment", "command") and old.get(key) != new[key])
    yield from others
