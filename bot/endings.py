"""Endings of message keys: which of several texts fits a messenger that lacks a phone's button, or files."""

from __future__ import annotations

from quarantine.channel import Form

NO_BUTTON = "_without_button"
"""A position is sent by hand there."""
NO_PLACE = "_without_place"
"""No position can be sent there: a human calls."""
NO_CONTACT = "_without_contact"
"""A phone number is typed there."""
NO_DOCUMENT = "_without_document"
"""No file gets there, by the messenger or by a link of ours: the text must suffice."""


def endings(form: Form, *, linked: bool) -> tuple[str, ...]:
    """The endings that fit; of a text that there is with one of them, that one is said.

    A text without an ending speaks of a button: the phone's own, or one that opens our page (`linked`).
    """
    place: tuple[str, ...] = ()
    if not form.asks_location and not linked:
        place = (NO_BUTTON,) if form.takes_location else (NO_PLACE,)
    contact = () if form.asks_contact else (NO_CONTACT,)
    document = () if form.documents or linked else (NO_DOCUMENT,)
    return (*place, *contact, *document)
