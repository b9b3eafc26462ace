"""Rows of a file into messages, by the SELECT of whoever knows the file, in a process without rights."""

from sources.mapping.allow_list import wrong_with
from sources.mapping.files import Mapped, map_file
from sources.mapping.statement import mapping_select

__all__ = ["Mapped", "map_file", "mapping_select", "wrong_with"]
