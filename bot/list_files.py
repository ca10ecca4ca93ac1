"""The spreadsheets that go with letters: the template of a list, and the rows that are to be mended."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from papers.template import template
from quarantine.letters import Enclosure, Letter
from quarantine.messages import Document
from quarantine.people import UnitKind
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
                units = UnitTree(conn).everywhere()
                communes = sorted({unit.name for unit in units if unit.kind is UnitKind.STATION})
                return Document(
                    "mau-danh-sach.xlsx", template(communes, sorted({one.province for one in units}))
                )
            found = None if letter.about is None else jobs.kept_file(conn, self.keyring, letter.about)
        if found is None:
            return None
        return Document("can-sua.xlsx" if found.startswith(_ZIP) else "can-sua.csv", found)
