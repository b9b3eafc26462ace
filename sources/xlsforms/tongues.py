"""What an XLSForm says in each of its languages. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from sources.xlsforms.workbook import SheetLanguage, SheetRow
from streams.form_translations import TAG

Said: TypeAlias = Mapping[str, str]
"""Tag of a language → a text in it; the first language's is under an empty tag."""

_MOST_NAMED = 10


class Tongues:
    """The languages whose tags are known. `names`: tag → name of each, the first first; none where one is all."""

    def __init__(self, languages: Sequence[SheetLanguage]) -> None:
        tagged = {each.tag: each for each in reversed(languages) if TAG.fullmatch(each.tag)}
        told = bool(languages) and languages[0].tag in tagged and len(tagged) > 1
        taken = [each for each in languages if tagged.get(each.tag) is each] if told else [*languages[:1]]
        self.names = {each.tag: each.name for each in taken} if told else {}
        self._first, self._others = languages[0].name if languages else "", taken[1:]
        self._left_out = [each.column for each in languages if each not in taken]
        self._missing: dict[str, list[str]] = {}

    def said(self, row: SheetRow, column: str, otherwise: str = "") -> Said:
        """What a row says; where one language lacks it, it is as in the first."""
        first = row.text(column) or otherwise
        said = {"": first}
        for each in self._others:
            text = row.text(column, each.column)
            if first and not text and row.text(column):
                self._missing.setdefault(each.tag, []).append(f"{column} of {row.text('name') or row.text('type')}")
            said[each.tag] = text or first
        return said

    def same(self, text: str) -> Said:
        """A text that all languages have alike."""
        return {"": text, **{each.tag: text for each in self._others}}

    def unread(self) -> Iterator[str]:
        """What of the languages is not as it was written, in lines."""
        if self._left_out:
            like = "another language is told by its tag, in a name like label::Deutsch (de), and so is the first"
            yield f"languages: texts are those in {self._first}; left out: {', '.join(self._left_out)}; {like}"
        for tag, names in self._missing.items():
            more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
            told = f"{', '.join(names[:_MOST_NAMED])}{more}"
            yield f"languages: not said in {self.names[tag]}, so it is as in {self._first}: {told}"


def joined(texts: Sequence[Said], between: str, longest: int) -> Said:
    """Texts one after the other, in each language."""
    return {tag: between.join(each[tag] for each in texts)[:longest] for tag in texts[0]} if texts else {"": ""}
