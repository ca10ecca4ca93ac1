"""The catalogues: every text that a person may read, by key and language, loaded once at the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog
from babel.messages.pofile import PoFileError, read_po

log = structlog.get_logger(__name__)

FOLDER = Path(__file__).resolve().parent.parent / "locales"
SERVED = "vi"
"""The language that has every text; what another language lacks is said in it."""
NOTHING = "word.nothing"
"""The key of the empty text, for a parameter that has nothing to say; gettext cannot hold it."""
UNTOLD = "word.untold"
"""What is said where a text is missing: neutral, and with a way on."""


class CatalogueError(Exception):
    """A catalogue cannot be used; the message names the file and the key."""


class MissingTextError(LookupError):
    """No language has a text for this key."""


@dataclass(frozen=True)
class Catalogue:
    """All texts of all languages; `strict` raises for a missing one instead of saying a neutral text."""

    texts: Mapping[str, Mapping[str, str]]
    strict: bool = False

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that can be chosen, the served one first."""
        return (SERVED, *sorted(language for language in self.texts if language != SERVED))

    def language(self, wanted: str | None) -> str:
        """The catalogue language for a wish such as "en-GB"; the served one when there is none."""
        known = (wanted or "").replace("_", "-").partition("-")[0].lower()
        return known if known in self.texts else SERVED

    def has(self, key: str) -> bool:
        """Whether there is such a text, in the served language at least."""
        return key in self.texts[SERVED]

    def text(self, key: str, language: str) -> str:
        """The text of a key, with its {parameters} still in it.

        A language that lacks it says it in Vietnamese. Where that lacks it too, MissingTextError when strict;
        otherwise it is logged and a neutral text stands in: a reader never sees a key.
        """
        if key == NOTHING:
            return ""
        for candidate in (self.language(language), SERVED):
            found = self.texts.get(candidate, {}).get(key)
            if found:
                return found
        if self.strict or key == UNTOLD:
            raise MissingTextError(key)
        log.error("text missing", missing=key, language=language)
        return self.text(UNTOLD, language)


def load(folder: Path = FOLDER, *, strict: bool = False) -> Catalogue:
    """Read locales/<language>/LC_MESSAGES/*.po; CatalogueError for an unreadable file or a key twice."""
    texts: dict[str, dict[str, str]] = {}
    for file in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        language = file.parent.parent.name
        known = texts.setdefault(language, {})
        for key, text in read_file(file, language).items():
            if key in known:
                raise CatalogueError(f"{file}: {key} is in another file of this language too")
            known[key] = text
    if SERVED not in texts:
        raise CatalogueError(f"{folder} holds no catalogue of the served language, {SERVED}")
    return Catalogue(texts, strict=strict)


def read_file(file: Path, language: str) -> dict[str, str]:
    """The texts of one .po file; what is untranslated or marked fuzzy is left out."""
    try:
        with file.open("rb") as opened:
            catalog = read_po(opened, locale=language, abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise CatalogueError(f"{file} cannot be read: {error}") from error
    return {
        str(message.id): str(message.string)
        for message in catalog
        if message.id and message.string and not message.fuzzy
    }
