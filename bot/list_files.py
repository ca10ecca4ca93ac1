"""The spreadsheets that go with letters: the template of a list, and the rows that are to be mended."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from bot.importing import template_of
from quarantine.letters import Enclosure, Letter
from quarantine.messages import Document
from storage import jobs
from storage.engine import reading
from storage.sealing import Keyring
from storage.unit_tree import UnitTree

_ZIP = b"PK"


@dataclass(frozen=True)
class ListFiles:
    """Finds, or makes, the file of a letter when it is sent, or when its link is opened."""

    engine: Engine
    keyring: Keyring

    def __call__(self, letter: Letter) -> Document | None:
        """None when its time is over."""
        with reading(self.engine) as conn:
            if letter.enclosure is Enclosure.TEMPLATE:
                return Document("mau-danh-sach.xlsx", template_of(UnitTree(conn).everywhere()))
            found = None if letter.about is None else jobs.kept_file(conn, self.keyring, letter.about)
        if found is None:
            return None
        return Document("can-sua.xlsx" if found.startswith(_ZIP) else "can-sua.csv", found)
