"""Parameters of messages as JSON: terms, days, hours and numbers survive the way through the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from quarantine.messages import Params, Term

_TERM, _DAY, _INSTANT = "$term", "$day", "$instant"
_PLAIN = frozenset({str, int, float, bool, type(None)})


def pack(value: object) -> object:
    """A value that JSON can hold; sets become sorted lists."""
    if isinstance(value, Term):
        return {_TERM: [value.key, pack_params(value.params)]}
    if isinstance(value, date):
        return _pack_time(value)
    if isinstance(value, Mapping):
        return {str(key): pack(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return [pack(item) for item in sorted(value)]
    if isinstance(value, list | tuple):
        return [pack(item) for item in value]
    return value


def _pack_time(value: date) -> dict[str, str]:
    if isinstance(value, datetime):
        return {_INSTANT: value.astimezone(UTC).isoformat()}
    return {_DAY: value.isoformat()}


def unpack(value: object) -> object:
    """The value that `pack` was given (sequences come back as lists)."""
    if isinstance(value, dict):
        if _TERM in value:
            key, params = value[_TERM]
            return Term(key, unpack_params(params))
        if _DAY in value:
            return date.fromisoformat(value[_DAY])
        if _INSTANT in value:
            return datetime.fromisoformat(value[_INSTANT])
        return {key: unpack(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unpack(item) for item in value]
    return value


def pack_params(params: Params) -> dict[str, object]:
    """All parameters of a message, packed."""
    return {key: value if type(value) in _PLAIN else pack(value) for key, value in params.items()}


def unpack_params(packed: Mapping[str, object]) -> dict[str, object]:
    """All parameters of a message, as they were said."""
    return {key: unpack(value) for key, value in packed.items()}
