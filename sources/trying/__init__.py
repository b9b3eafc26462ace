"""A sample tried before there is a source: how it looks, what a mapping makes of it, what the stream takes of that.

Nothing is sent or kept, and all of it is done in a process of its own.
"""

from sources.trying.outcome import SHOWN, Changes, Guess, Tried, TriedMessage, TriedRow
from sources.trying.processes import guess_source, try_source

__all__ = ["SHOWN", "Changes", "Guess", "Tried", "TriedMessage", "TriedRow", "guess_source", "try_source"]
