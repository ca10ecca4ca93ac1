"""What a file is, by its content, and whether it is safe to unpack: asked before anything is read."""

from __future__ import annotations

import io
import zipfile
from enum import StrEnum

from papers.refusing import Refusal, UnreadableError

MOST_UNPACKED = 400 << 20
"""Bytes of all parts together: a list of 50,000 rows and 60 columns unpacks to about 200 MB."""
MOST_PARTS = 5_000
_CHUNK = 1 << 20


class Form(StrEnum):
    """The kinds of file that lists come in."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    TEXT = "csv"


_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_NOT_LISTS = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"{\\rtf",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"BZh",
    b"MZ",
    b"\x7fELF",
    b"RIFF",
)
_MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<meta", b"mime-version:")


def form_of(data: bytes) -> Form:
    """The form of a file, whatever its name says; UnreadableError when it is none of ours or may do harm."""
    if not data.strip():
        raise UnreadableError(Refusal.EMPTY)
    if data.startswith(b"PK"):
        return _zipped(data)
    if data.startswith(_OLE):
        return _compound(data)
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if data.startswith(_NOT_LISTS) or head.startswith(_MARKUP):
        raise UnreadableError(Refusal.WRONG_TYPE)
    return Form.TEXT


def _zipped(data: bytes) -> Form:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            form = _form_of_parts(archive)
            _unpack(archive)
    except UnreadableError:
        raise
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise UnreadableError(Refusal.BROKEN) from error
    return form


def _form_of_parts(archive: zipfile.ZipFile) -> Form:
    parts = archive.infolist()
    names = {part.filename.lower() for part in parts}
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise UnreadableError(Refusal.BOMB)
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableError(Refusal.ENCRYPTED)
    if any(name.endswith(("vbaproject.bin", "vbadata.xml")) or name.startswith("basic/") for name in names):
        raise UnreadableError(Refusal.MACROS)
    if any(name.startswith("xl/externallinks/") for name in names):
        raise UnreadableError(Refusal.LINKS)
    if "xl/workbook.xml" in names:
        return Form.XLSX
    if "content.xml" in names and "mimetype" in names:
        if b"opendocument.spreadsheet" not in _part(archive, "mimetype"):
            raise UnreadableError(Refusal.WRONG_TYPE)
        if b"encryption-data" in _part(archive, "META-INF/manifest.xml"):
            raise UnreadableError(Refusal.ENCRYPTED)
        return Form.ODS
    raise UnreadableError(Refusal.WRONG_TYPE)


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """The beginning of a part; nothing where there is none."""
    if name not in archive.namelist():
        return b""
    with archive.open(name) as part:
        return part.read(_CHUNK)


def _unpack(archive: zipfile.ZipFile) -> None:
    """Unpack everything once, keeping nothing: a part that is larger than it says fails its checksum."""
    left = MOST_UNPACKED
    for info in archive.infolist():
        with archive.open(info) as part:
            while chunk := part.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise UnreadableError(Refusal.BOMB)


def _compound(data: bytes) -> Form:
    """An .xls file, or another document in the same container; streams are named in UTF-16."""

    def has(name: str) -> bool:
        return name.encode("utf-16-le") in data

    if has("EncryptedPackage"):
        raise UnreadableError(Refusal.ENCRYPTED)
    if has("_VBA_PROJECT"):
        raise UnreadableError(Refusal.MACROS)
    if not (has("Workbook") or has("Book")):
        raise UnreadableError(Refusal.WRONG_TYPE)
    return Form.XLS
