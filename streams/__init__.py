"""What is aggregated: stream definitions (`*.toml`), their model, and the topics that hold their messages."""

from streams.definition import Definition
from streams.definition_files import load_definition, load_definitions, read_definitions

__all__ = ["Definition", "load_definition", "load_definitions", "read_definitions"]
