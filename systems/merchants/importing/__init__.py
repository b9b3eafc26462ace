"""Events of the past: access logs of web servers, and figures of days that other services of web analytics give out."""

__all__: list[str] = []
