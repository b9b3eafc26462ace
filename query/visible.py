"""What an asker may see of a stream: its definition within a scope. Every question is made of one. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, TypeVar

from access.scope import EVERYTHING, Scope, hidden_with
from streams.definition import BreakdownRule, Definition, Dimension, Distinct, FieldRule, Measure

Titled = TypeVar("Titled", Dimension, Distinct, Measure)


@dataclass(frozen=True)
class Visible:
    """A stream as its asker sees it. `definition` is the whole of it, as panes are made; `shown` what may be named."""

    definition: Definition
    scope: Scope = EVERYTHING

    @cached_property
    def shown(self) -> Definition:
        """The definition without what is hidden; nobody writes it to a file, and it may have no dimension at all."""
        return self.definition if self.scope.whole else _narrowed(self.definition, self.scope)

    @property
    def sight(self) -> str:
        """A text that tells scopes apart which may be answered differently; empty if nothing is out of scope."""
        return "" if self.scope.whole else _sight(self.scope)

    def over(self, definition: Definition) -> Visible:
        """The same sight of the stream as it was defined at another time, of which the same names are hidden."""
        if definition is self.definition:
            return self
        if not self.scope.hidden:
            return Visible(definition, self.scope)
        return Visible(definition, replace(self.scope, hidden=hidden_with(definition, self.scope.hidden)))


@lru_cache(maxsize=256)
def _sight(scope: Scope) -> str:
    """The same in every process, for cursors are made of it; which actions an asker has changes no answer."""
    seen = (scope.rows, sorted(scope.hidden))
    return hashlib.blake2b(repr(seen).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _narrowed(definition: Definition, scope: Scope) -> Definition:
    """Of a scope that is not whole: no topic and no demo, nor words or bounds that tell of what is hidden."""
    hidden, limited = scope.hidden, {name for rule in scope.rows for name, _ in rule}
    listing = {definition.dimensions[name].field for name in limited & definition.dimensions.keys()}
    fields = {name: rule for name, rule in definition.fields.items() if name not in hidden}
    changes: dict[str, Any] = {
        "title": _untold(definition.title, hidden) or definition.name,
        "description": "" if hidden else definition.description,
        "topic": "",
        "demo": None,
        "event_time": definition.event_time if fields else definition.event_time.model_copy(update={"field": ""}),
        "fields": {name: _told(rule, hidden, lists=name not in listing) for name, rule in fields.items()},
        "dimensions": _seen(definition.dimensions, hidden),
        "breakdowns": _broken_down(definition, hidden),
        "measures": _seen(definition.measures, hidden),
        "distincts": _seen(definition.distincts, hidden),
    }
    # Made anew, not copied, so that it keeps no digest of the whole.
    whole = {name: getattr(definition, name) for name in Definition.model_fields}
    return Definition.model_construct(**{**whole, **changes})


def _seen(named: Mapping[str, Titled], hidden: frozenset[str]) -> dict[str, Titled]:
    return {
        name: each if not hidden else each.model_copy(update={"title": _untold(each.title, hidden)})
        for name, each in named.items()
        if name not in hidden
    }


def _broken_down(definition: Definition, hidden: frozenset[str]) -> dict[str, BreakdownRule]:
    """Breakdowns by what is shown of them; one that has hidden dimensions is named by the others."""
    whole = {name: rule for name, rule in definition.breakdowns.items() if not hidden & {*rule.by}}
    shown = dict(whole)
    for rule in definition.breakdowns.values():
        by = tuple(name for name in rule.by if name not in hidden)
        if all(by != other.by for other in shown.values()):
            shown.setdefault(named_by(by), rule.model_copy(update={"by": by}))
    return shown


def named_by(dimensions: Iterable[str]) -> str:
    """What a breakdown is called of which only some dimensions are shown."""
    return "_".join(dimensions) or "all"


def _told(rule: FieldRule, hidden: frozenset[str], *, lists: bool) -> FieldRule:
    """A rule without bounds that name a hidden field, and without a list of values of which some are out of scope."""
    unset = [bound for bound in ("min", "max") if getattr(rule, bound) in hidden]
    unset += [] if lists else ["values"]
    return rule.model_copy(update=dict.fromkeys(unset)) if unset else rule


def _untold(text: str, hidden: frozenset[str]) -> str:
    """A title, or nothing if one of its words is a hidden name."""
    return "" if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) for name in hidden) else text
