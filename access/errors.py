"""Errors of access. PostgreSQL away is `database.errors.LakeAwayError`; whoever cannot be looked up is let in nowhere.

AccessError
├── InvalidAccessError      a user, key or grant cannot be as asked; names the field
├── UnknownSubjectError     no user, key, grant, session or link of that name, or no more
├── RefusedLoginError       the name or the password is wrong, or the user disabled: the same text for all
├── ThrottledError          too many tries; carries the seconds to wait
├── RefusedTokenError       a token vouches for nobody; its text is for logs, not for whoever sent it
└── IssuerAwayError         the keys of the issuer of tokens cannot be read; retry later
"""

from __future__ import annotations

from streams.errors import WindowpaneError


class AccessError(WindowpaneError):
    """What was asked of users, keys or grants cannot be."""


class InvalidAccessError(AccessError):
    """A value breaks a rule. `field`: as HTTP and the command line call it."""

    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason
        super().__init__(f"{field}: {reason}")


class UnknownSubjectError(AccessError):
    """There is no such user, key, grant, session or link."""

    def __init__(self, kind: str, name: object) -> None:
        self.kind, self.name = kind, str(name)
        super().__init__(f"There is no {kind} {self.name!r}.")


class RefusedLoginError(AccessError):
    """Whoever logs in is not told which part was wrong."""

    def __init__(self) -> None:
        super().__init__("The name or the password is wrong.")


class ThrottledError(AccessError):
    """Too many logins failed. `seconds`: how long to wait."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"Too many logins failed; try again in {seconds} s.")


class RefusedTokenError(AccessError):
    """A token does not vouch for anybody. `reason`: for logs; whoever sent it is told that it is not valid."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The token is not valid: {reason}.")


class IssuerAwayError(AccessError):
    """The issuer's keys could not be read, and none that were read before are good still."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        super().__init__(f"The issuer of tokens {issuer} does not answer, or not as one does; try again later.")
