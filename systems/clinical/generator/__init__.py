"""Clinical sites that are made up: patients, their admissions and lab results, and how all of them change. Pure."""

__all__: list[str] = []
