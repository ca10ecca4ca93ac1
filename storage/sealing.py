"""Sealing: personal data is encrypted before it reaches a column, and found again by a keyed blind index."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.types import SEAL_VERSION

FOLDING = 2
"""Version of the folding in storage/lookups.py; kept in look-up rows so that `rekey` finds older ones."""

KEY_BYTES = 32
DIGEST_BYTES = 16
_NONCE_BYTES = 12
_KEY_ID = re.compile(r"[A-Za-z0-9_.-]{1,32}")
_HEADER_BYTES = 2


class KeyringError(ValueError):
    """The keys in the environment cannot be used."""


class UnknownKeyError(KeyringError):
    """The value was sealed with a key that is not on the keyring."""


class NotSealedError(ValueError):
    """The bytes are not a sealed value."""


class SealBrokenError(ValueError):
    """The sealed value was changed, or belongs to another table, column or row."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """All keys that open; the first one seals. Values are bound to table, column and row (DESIGN.md §6).

    A sealed value is: version byte, length of the key id, key id, nonce, AES-256-GCM ciphertext with tag.
    Each table has a cipher of its own, derived from the key, so that random nonces stay far from their limit.
    """

    keys: Mapping[str, bytes] = field(repr=False)
    nonce: Callable[[int], bytes] = field(default=secrets.token_bytes, repr=False)
    _ciphers: dict[tuple[str, str], AESGCM] = field(default_factory=dict, init=False, repr=False)
    _index_keys: dict[str, bytes] = field(default_factory=dict, init=False, repr=False)
    _mac_keys: dict[tuple[str, str], bytes] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.keys:
            raise KeyringError("there is no key; `cachly key` makes one")
        for key_id, key in self.keys.items():
            if not _KEY_ID.fullmatch(key_id):
                raise KeyringError(f"{key_id!r} is no key id: 1 to 32 letters, digits, '.', '_' or '-'")
            if len(key) != KEY_BYTES:
                raise KeyringError(f"key {key_id} has {len(key)} bytes instead of {KEY_BYTES}")
            self._index_keys[key_id] = _derive(key, "blind index")

    @classmethod
    def parse(cls, text: str, nonce: Callable[[int], bytes] = secrets.token_bytes) -> Keyring:
        """Read "2026a:BASE64,2025b:BASE64"; raises KeyringError, which never quotes a key."""
        keys: dict[str, bytes] = {}
        for part in filter(None, (piece.strip() for piece in text.split(","))):
            key_id, colon, encoded = part.partition(":")
            if not colon:
                raise KeyringError("a key is written as id:base64, several are separated by commas")
            if key_id in keys:
                raise KeyringError(f"key {key_id} is given twice")
            try:
                keys[key_id] = base64.b64decode(encoded, validate=True)
            except binascii.Error as error:
                raise KeyringError(f"key {key_id} is not base64") from error
        return cls(keys, nonce)

    @staticmethod
    def make_key(key_id: str) -> str:
        """A fresh key in the form that `parse` reads, to be put first into the environment."""
        return f"{key_id}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"

    @property
    def first(self) -> str:
        """Id of the key that seals."""
        return next(iter(self.keys))

    @property
    def prefix(self) -> bytes:
        """How every value sealed with the first key begins."""
        return _header(self.first)

    def seal(self, table: str, column: str, row_id: int | str, data: bytes | str) -> bytes:
        """Encrypt with the first key; only the same table, column and row open it again."""
        nonce = self.nonce(_NONCE_BYTES)
        plain = data.encode() if isinstance(data, str) else data
        cipher = self._cipher(self.first, table)
        return self.prefix + nonce + cipher.encrypt(nonce, plain, _binding(table, column, row_id))

    def open(self, table: str, column: str, row_id: int | str, sealed: bytes) -> bytes:
        """Decrypt; raises UnknownKeyError, NotSealedError or SealBrokenError."""
        key_id, start = _read_header(sealed)
        if key_id not in self.keys:
            raise UnknownKeyError(f"{table}.{column} was sealed with key {key_id}, which is not here")
        nonce, rest = sealed[start : start + _NONCE_BYTES], sealed[start + _NONCE_BYTES :]
        try:
            return self._cipher(key_id, table).decrypt(nonce, rest, _binding(table, column, row_id))
        except (InvalidTag, ValueError) as error:
            raise SealBrokenError(f"the value of {table}.{column} does not belong to this row") from error

    def seal_json(self, table: str, column: str, row_id: int | str, value: object) -> bytes:
        """Seal a value as JSON text."""
        return self.seal(table, column, row_id, msgspec.json.encode(value))

    def open_json(self, table: str, column: str, row_id: int | str, sealed: bytes) -> Any:  # noqa: ANN401 - JSON
        """The value that `seal_json` sealed."""
        return msgspec.json.decode(self.open(table, column, row_id, sealed))

    def digests(self, kind: str, value: str) -> dict[str, bytes]:
        """The blind index of a folded value under each key: look-ups try all, as `rekey` may be running."""
        message = f"{kind}\0{value}".encode()
        return {
            key_id: hmac.digest(key, message, "sha256")[:DIGEST_BYTES]
            for key_id, key in self._index_keys.items()
        }

    def digest(self, kind: str, value: str) -> bytes:
        """The blind index of a folded value under the first key, as new look-up rows hold it."""
        key, message = self._index_keys[self.first], f"{kind}\0{value}".encode()
        return hmac.digest(key, message, "sha256")[:DIGEST_BYTES]

    def mac(self, purpose: str, data: bytes) -> bytes:
        """What proves that we made this data for this purpose, under the first key: DIGEST_BYTES long."""
        return self._mac(self.first, purpose, data)

    def vouches(self, purpose: str, data: bytes, mac: bytes) -> bool:
        """Whether a key here made this mac, in constant time; those made before a `rekey` still count."""
        made = [hmac.compare_digest(self._mac(key_id, purpose, data), mac) for key_id in self.keys]
        return any(made)

    def _mac(self, key_id: str, purpose: str, data: bytes) -> bytes:
        found = self._mac_keys.get((key_id, purpose))
        if found is None:
            found = _derive(self.keys[key_id], f"mac {purpose}")
            self._mac_keys[key_id, purpose] = found
        return hmac.digest(found, data, "sha256")[:DIGEST_BYTES]

    def _cipher(self, key_id: str, table: str) -> AESGCM:
        found = self._ciphers.get((key_id, table))
        if found is None:
            found = AESGCM(_derive(self.keys[key_id], f"table {table}"))
            self._ciphers[key_id, table] = found
        return found


def sealed_with(sealed: bytes) -> str:
    """Id of the key that a value was sealed with."""
    return _read_header(sealed)[0]


@lru_cache(maxsize=64)
def _header(key_id: str) -> bytes:
    return bytes([SEAL_VERSION, len(key_id)]) + key_id.encode()


def _read_header(sealed: bytes) -> tuple[str, int]:
    if len(sealed) <= _HEADER_BYTES or sealed[0] != SEAL_VERSION:
        raise NotSealedError("the value does not begin like a sealed one")
    end = _HEADER_BYTES + sealed[1]
    return sealed[_HEADER_BYTES:end].decode("ascii", "replace"), end


def _binding(table: str, column: str, row_id: int | str) -> bytes:
    return f"{table}|{column}|{row_id}".encode()


def _derive(key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"cachly {purpose}".encode()).derive(key)
