"""Why a user sees a stream: which grants say so, and what they show together."""

from __future__ import annotations

from access.asker import Asker, Door
from access.grants import Action, Grant
from access.scope import Scope
from access.store import AccessStore
from scripts.access.grant_table import grant_sheet, rows_text
from scripts.results import Column, Format, Result, Sheet, show
from scripts.streams.known_streams import known_definition


def show_why(store: AccessStore, user: str, stream: str, output: Format) -> int:
    """Show it; the exit code: 1 if the user may do nothing with the stream. Raises UnknownSubjectError."""
    found = store.users.get(user)
    definition = known_definition(stream)
    grants = store.grants.that_apply(user, stream)
    asker = None if found.disabled else store.askers.of_user(user, door=Door.OPERATOR)
    scopes = {} if asker is None else dict(asker.scopes(definition))
    result = _result(user, stream, _reason(user, stream, asker, grants, disabled=found.disabled), grants, scopes)
    show(result, output)
    return 0 if scopes else 1


def _reason(user: str, stream: str, asker: Asker | None, grants: list[Grant], *, disabled: bool) -> str:
    if disabled:
        return f"{user} is disabled, and let in nowhere."
    if asker is not None and asker.administrator:
        return f"{user} is an administrator, who sees and does everything."
    if not grants:
        return f"No grant says so: for {user} there is no stream {stream}."
    return f"{user} sees {stream} by {'this grant' if len(grants) == 1 else f'these {len(grants)} grants'}:"


def _result(user: str, stream: str, reason: str, grants: list[Grant], scopes: dict[Action, Scope]) -> Result:
    parts: list[Sheet | str] = [reason]
    if grants:
        parts.append(grant_sheet(grants))
    if scopes:
        columns = [Column("action"), Column("sees rows", wraps=True), Column("without", wraps=True)]
        parts.append(Sheet(columns, [(action, _rows(scope), _hidden(scope)) for action, scope in scopes.items()]))
    shown = {
        str(action): {"rows": [dict(rows) for rows in scope.rows], "hidden": sorted(scope.hidden)}
        for action, scope in scopes.items()
    }
    told = {"user": user, "stream": stream, "reason": reason, "grants": [each.as_json() for each in grants]}
    return Result(told | {"may": shown}, parts)


def _rows(scope: Scope) -> str:
    return "all" if scope.all_rows else "; or ".join(map(rows_text, scope.rows))


def _hidden(scope: Scope) -> str:
    return ", ".join(sorted(scope.hidden))
