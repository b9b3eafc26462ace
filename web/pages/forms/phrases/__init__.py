"""What the page of a form says by itself, in the languages that it speaks; a form in another one has English around."""

from __future__ import annotations

from collections.abc import Mapping

from web.pages.forms.phrases.arabic import ARABIC
from web.pages.forms.phrases.english import ENGLISH
from web.pages.forms.phrases.french import FRENCH
from web.pages.forms.phrases.german import GERMAN
from web.pages.forms.phrases.portuguese import PORTUGUESE
from web.pages.forms.phrases.spanish import SPANISH
from web.pages.forms.phrases.words import Phrases

__all__ = ["ENGLISH", "PHRASES", "Phrases"]

PHRASES: Mapping[str, Phrases] = {
    "en": ENGLISH,
    "de": GERMAN,
    "pt": PORTUGUESE,
    "es": SPANISH,
    "fr": FRENCH,
    "ar": ARABIC,
}
"""Tag of a language, without its place → its phrases."""
