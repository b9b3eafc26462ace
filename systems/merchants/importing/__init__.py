"""Events of the past: access logs of web servers, and what other services of web analytics give out."""

__all__: list[str] = []
