"""Sites of a list of many, as JSON gives them: checked by types and rules, each error with its place. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from systems.merchants.errors import InvalidSiteError, Wrong
from systems.merchants.members import MOST_MEMBERS, Member, checked_member
from systems.merchants.sites import SiteChange, checked_change

MOST_ENTRIES = 10_000
"""Most sites of one list."""

FIELDS = ("name", "title", "origins", "time_zone", "currency", "exclusions", "respect_dnt", "members")
_TEXTS = ("title", "time_zone", "currency")
_MOST_WRONG = 100


@dataclass(frozen=True, slots=True)
class SiteEntry:
    """What is to be of a site. `members`: all of them, None: as they are."""

    change: SiteChange
    members: tuple[Member, ...] | None = None


def read_entries(given: Sequence[Any]) -> list[SiteEntry]:
    """All of a list. Raises InvalidSiteError with the first hundred of what is wrong, each by its place in the list."""
    if not 0 < len(given) <= MOST_ENTRIES:
        raise InvalidSiteError.of("sites", f"are 1 to {MOST_ENTRIES:,}")
    entries, wrong, places = list[SiteEntry](), list[Wrong](), dict[str, int]()
    for index, each in enumerate(given):
        try:
            entry = read_entry(each)
        except InvalidSiteError as error:
            wrong += [Wrong(one.field, one.reason, index) for one in error.wrong]
        else:
            first = places.setdefault(entry.change.name, index)
            if first != index:
                wrong.append(Wrong("name", f"is that of {first} too", index))
            entries.append(entry)
        if len(wrong) >= _MOST_WRONG:
            break
    if wrong:
        raise InvalidSiteError(wrong[:_MOST_WRONG])
    return entries


def read_entry(given: Any) -> SiteEntry:
    """One of the list. Raises InvalidSiteError."""
    if not isinstance(given, dict):
        raise InvalidSiteError.of("site", "is no JSON object")
    wrong = [Wrong(name[:100], f"is not one of {', '.join(FIELDS)}") for name in given if name not in FIELDS]
    wrong += [Wrong(name, "is no text") for name in _TEXTS if not isinstance(given.get(name), str | None)]
    name, origins, exclusions = given.get("name"), given.get("origins"), given.get("exclusions")
    if not isinstance(name, str):
        wrong.append(Wrong("name", "is missing" if name is None else "is no text"))
    if origins is not None and not _are_texts(origins):
        wrong.append(Wrong("origins", "is no list of texts"))
    if exclusions is not None and not (isinstance(exclusions, dict) and all(map(_are_texts, exclusions.values()))):
        wrong.append(Wrong("exclusions", 'is no object of lists such as {"paths": ["/admin/**"]}'))
    respect_dnt = given.get("respect_dnt")
    if not isinstance(respect_dnt, bool | None):
        wrong.append(Wrong("respect_dnt", "is true or false"))
    if wrong:
        raise InvalidSiteError(wrong[:20])
    texts = {name: given.get(name) for name in _TEXTS}
    change = checked_change(str(name), origins=origins, exclusions=exclusions, respect_dnt=respect_dnt, **texts)
    return SiteEntry(change, _members(given.get("members")))


def _members(given: Any) -> tuple[Member, ...] | None:
    if given is None:
        return None
    if not isinstance(given, list) or len(given) > MOST_MEMBERS:
        raise InvalidSiteError.of("members", f"is no list of at most {MOST_MEMBERS}")
    members = dict[Any, Member]()
    for each in given:
        member = _member(each)
        if member.subject in members:
            raise InvalidSiteError.of("members", f"{member.subject} is there twice")
        members[member.subject] = member
    return tuple(sorted(members.values()))


def _member(given: Any) -> Member:
    """`"user:ann"`, or an object that says what she may too."""
    if isinstance(given, str):
        given = {"subject": given}
    known = isinstance(given, dict) and given.keys() <= {"subject", "can"}
    if not known or not isinstance(given.get("subject"), str):
        raise InvalidSiteError.of("members", 'has what is not "user:ann" or {"subject": "user:ann", "can": ["ask"]}')
    can = given.get("can")
    if can is not None and not _are_texts(can):
        raise InvalidSiteError.of("can", "is no list of texts")
    try:
        return checked_member(given["subject"], can)
    except InvalidSiteError as error:
        raise InvalidSiteError(
            [Wrong("members", f"{given['subject'][:100]!r}: {one.field} {one.reason}") for one in error.wrong]
        ) from None


def _are_texts(given: Any) -> bool:
    return isinstance(given, list) and all(isinstance(each, str) and "\0" not in each for each in given)
