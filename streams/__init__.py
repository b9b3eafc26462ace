"""What is aggregated: stream definitions (`*.toml`, yours), their model, and the topics that hold their messages."""

from streams.definition import Definition
from streams.definition_files import definition_files, load_definition, load_definitions, read_definitions

__all__ = ["Definition", "definition_files", "load_definition", "load_definitions", "read_definitions"]
