"""The TOML of a source, as it is guessed: every line to be looked at by the person who keeps it. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from sources.formats import Format
from sources.guessing.mappings import Guess

_LONGEST_EXAMPLE = 40
_USUAL = Format(type="csv")


@dataclass(frozen=True, slots=True)
class Heading:
    """What is said of a source beside its mapping."""

    name: str
    title: str
    stream: str


def source_text(heading: Heading, form: Format, guess: Guess) -> str:
    """The file. Comments say what is doubtful."""
    parts = [
        [
            f"# Guessed from {_line(heading.title)}. Look at each line; what nobody can guess is empty.",
            f"title = {quoted(heading.title)}",
            f"stream = {quoted(heading.stream)}",
            'licence = ""',
            'attribution = ""',
            'homepage = ""',
        ],
        ["[from]", "upload = true"],
        ["[format]", *_format(form)],
        _columns(guess),
        _mapping(guess),
        _corrections(guess),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def quoted(text: str) -> str:
    """A string of TOML."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _format(form: Format) -> Iterable[str]:
    yield f"type = {quoted(form.type)}"
    for key in Format.model_fields:
        value = getattr(form, key)
        if (
            key in form.model_fields_set - {"type"}
            and value is not None
            and (value != getattr(_USUAL, key) or key in ("delimiter", "encoding"))
        ):
            yield f"{key} = {_value(value)}"


def _columns(guess: Guess) -> list[str]:
    if not guess.columns:
        return []
    lines = [
        f"{name} = [{quoted(header)}]{_comment(guess.examples.get(header))}" for name, header in guess.columns.items()
    ]
    unused = ", ".join(_line(each) for each in guess.unused[:40])
    return ["[columns]", *lines, *([f"# not used: {unused}"] if unused else [])]


def _mapping(guess: Guess) -> list[str]:
    doubts = [f"# {_line(doubt)}" for doubt in guess.doubts]
    if guess.select:
        return ["[mapping]", *doubts, f"select = '''\n{guess.select}\n'''"]
    return ["[mapping.fields]", *doubts, *(f"{field} = {quoted(each)}" for field, each in guess.fields.items())]


def _corrections(guess: Guess) -> list[str]:
    if not guess.key:
        return []
    lines = ["[corrections]", f"key = {_value(guess.key)}", f"replaces = {quoted(guess.replaces)}"]
    lines += [f"date = {quoted(guess.date)}"] if guess.date else []
    return lines + ([f"new_from = {quoted(guess.new_from)}"] if guess.new_from else [])


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(quoted(each) for each in value)}]"
    return quoted(value) if isinstance(value, str) else str(value)


def _comment(example: str | None) -> str:
    return f"  # {_line(example)[:_LONGEST_EXAMPLE]}" if example else ""


def _line(text: str) -> str:
    """As part of a comment."""
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text)
