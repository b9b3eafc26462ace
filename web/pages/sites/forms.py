"""The forms of sites: what was typed, as what is kept, or as what is wrong with it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from systems.merchants.annotations import Annotation, checked_annotation
from systems.merchants.errors import InvalidSiteError
from systems.merchants.goals import Funnel, Goal, Kind, Step, checked_funnel, checked_goal, checked_step
from systems.merchants.members import MAY, Member, checked_member
from systems.merchants.sites import Site, SiteChange, checked_change
from systems.merchants.web_addresses import plain_host
from web.page.posted import Posted

MEMBER_MAY = {"see": ("ask", "detail"), "numbers": ("ask",), "administer": ("administer",)}
"""What a member may, as forms offer it."""

_FIELDS: Mapping[str, Mapping[str, str]] = {
    "goals": {"value": "value", "kind": "kind", "name": "name", "properties": "properties"},
    "funnels": {"name": "funnel", "steps": "steps", "days": "days"},
    "links": {"name": "link", "password": "password", "expires_at": "lifetime"},
    "members": {"subject": "subject", "can": "can"},
    "annotations": {"day": "day", "text": "text"},
}
"""Part → what an error calls a field → what its form calls it."""


def noted(form: Posted, error: InvalidSiteError, part: str = "") -> Posted:
    """The form with what is wrong beside its fields; what is of none of them is of the whole."""
    names = _FIELDS.get(part)
    for each in error.wrong:
        name = each.field if names is None else names.get(each.field, "")
        said = each.reason if name else str(each)
        form = form.wrong(name, f"{form.problem(name)}; {said}" if form.problem(name) else said)
    return form


def read_new(form: Posted) -> SiteChange:
    """A new site; an address in place of its host will do. Raises InvalidSiteError."""
    return checked_change(
        host_of(form.text("name")),
        title=form.text("title"),
        time_zone=form.text("time_zone") or None,
        currency=form.text("currency") or None,
    )


def read_general(form: Posted, name: str) -> SiteChange:
    """What a site is. Raises InvalidSiteError."""
    return checked_change(
        name,
        title=form.text("title"),
        origins=[plain_host(origin) or origin.lower() for origin in lines_of(form.secret("origins"))],
        time_zone=form.text("time_zone"),
        currency=form.text("currency"),
        respect_dnt=form.given("respect_dnt"),
    )


def read_exclusions(form: Posted, name: str) -> SiteChange:
    """What is left out. Raises InvalidSiteError."""
    kept = {key: lines_of(form.secret(key)) for key in ("paths", "hostnames", "addresses")}
    return checked_change(name, exclusions=kept)


def read_goal(form: Posted) -> Goal:
    """Raises InvalidSiteError."""
    return checked_goal(form.text("name"), form.text("kind"), form.text("value"), read_pairs(form.secret("properties")))


def read_funnel(form: Posted) -> Funnel:
    """Raises InvalidSiteError."""
    days = form.text("days") or "0"
    if not (days.isascii() and days.isdigit() and len(days) < 4):
        raise InvalidSiteError.of("days", "is a number of days")
    return checked_funnel(form.text("funnel"), read_steps(form.secret("steps")), int(days))


def read_member(form: Posted) -> Member:
    """Raises InvalidSiteError."""
    subject, may = form.text("subject").lower(), form.text("can")
    if may not in MEMBER_MAY:
        raise InvalidSiteError.of("can", f"is some of {', '.join(MAY)}")
    return checked_member(subject if ":" in subject else f"user:{subject}", MEMBER_MAY[may])


def read_annotation(form: Posted, *, by: str) -> Annotation:
    """Raises InvalidSiteError."""
    return checked_annotation(form.text("day"), form.text("text"), by=by)


def read_steps(text: str) -> list[Step]:
    """A line each: a path, or the name of an event; before `=`, with blanks around it, what the step is called.

    Raises InvalidSiteError.
    """
    steps = list[Step]()
    for number, line in enumerate(lines_of(text), 1):
        name, equals, value = line.rpartition(" = ")
        name, value = (name.strip(), value.strip()) if equals else ("", line)
        kind = Kind.PAGE if value.startswith(("/", "*")) else Kind.EVENT
        try:
            steps.append(checked_step(name, kind, value))
        except InvalidSiteError as error:
            raise InvalidSiteError.of("steps", f"line {number} {error.wrong[0].reason}") from None
    return steps


def read_pairs(text: str) -> dict[str, str]:
    """`property=value`, a line each. Raises InvalidSiteError."""
    pairs = dict[str, str]()
    for number, line in enumerate(lines_of(text), 1):
        name, equals, value = line.partition("=")
        if not equals or not name.strip():
            raise InvalidSiteError.of("properties", f"line {number} is not property=value")
        pairs[name.strip()] = value.strip()
    return pairs


def general_form(site: Site) -> Posted:
    """The form as the site is."""
    kept = {"title": site.title, "time_zone": site.time_zone, "currency": site.currency}
    kept |= {"origins": "\n".join(site.origins), "respect_dnt": "yes" if site.respect_dnt else ""}
    return Posted({name: [value] for name, value in kept.items()})


def exclusions_form(site: Site) -> Posted:
    """The form as the site is."""
    return Posted({name: ["\n".join(rules)] for name, rules in site.exclusions.as_json().items()})


def lines_of(text: str) -> list[str]:
    """Lines with something in them, without blanks around it."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def host_of(text: str) -> str:
    """The host of what may be an address, as hosts are compared; what is none stays as it is, in lower case."""
    text = text.strip().lower()
    try:
        host = (urlsplit(text).hostname or "") if "://" in text else text.split("/")[0]
    except ValueError:
        return text
    return plain_host(host) or host
