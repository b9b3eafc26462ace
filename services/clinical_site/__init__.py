"""The clinical sites that are made up, as a service: `python -m services.clinical_site --users FILE`.

Each site has three APIs, and each user is granted every one of them by itself.
"""

__all__: list[str] = []
