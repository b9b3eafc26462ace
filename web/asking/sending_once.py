"""What is sent once: for a person, or as one version of a submission. A row in PostgreSQL says so to all processes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request

from access.claims import Claim, Held
from streams.reasons import Rejection
from web.asking.access import in_submission


async def claimed(request: Request, stream: str, name: str) -> Claim | None:
    """How a claim stands; None: nobody has it."""
    return await in_submission(request, lambda store: store.claims.look(stream, name))


async def send_once(
    request: Request, stream: str, name: str, submission: str, send: Callable[[str], Awaitable[Rejection | None]]
) -> Claim | Rejection | None:
    """Send, while nobody else does under the same name; None: it is sent. A claim: another submission was, or is being.

    `send` is given the id to send by: that of one whose sender was killed, so that both count once. What cannot be sent
    is free to be sent again. Raises LakeError, TooSlowError, and what `send` raises.
    """
    claim = await in_submission(request, lambda store: store.claims.take(stream, name, submission))
    if claim.held is not Held.TAKEN:
        return None if claim == Claim(Held.DONE, submission) else claim
    sent = False
    try:
        rejection = await send(claim.submission)
        sent = rejection is None
        return rejection
    finally:
        end = "done" if sent else "free"
        await in_submission(request, lambda store: getattr(store.claims, end)(stream, name))
