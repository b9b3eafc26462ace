"""What only one of the systems needs: their definitions, and what is known of their messages beyond those.

A system is a folder with `streams/`, definitions that the engine reads, and modules of its own, if it needs any.
"""

__all__: list[str] = []
