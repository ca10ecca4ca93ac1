"""Links: signed, short-lived, made for one thing, and holding nothing about anybody."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from bot.links import (
    DOCUMENT_FOR,
    PICTURE_FOR,
    PLACE_FOR,
    ExpiredLinkError,
    ForgedLinkError,
    LinkKind,
    Links,
    Ticket,
)
from storage.sealing import Keyring

NOW = datetime(2026, 12, 5, 0, 30, tzinfo=UTC)
KEY_A, KEY_B = (f"{name}:{base64.b64encode(bytes([count]) * 32).decode()}" for count, name in enumerate("ab"))
LINKS = Links(Keyring.parse(KEY_A), "https://cachly.example.vn")
CHAT, LETTER, NUMBER = 2**62 + 3, 2**61 + 5, "q7zzzzzzzzzzzz"


def token_of(url):
    """The part of a link that is read back."""
    return url.rpartition("/")[2]


def test_a_link_leads_to_the_chat_the_letter_and_the_question_it_was_made_for():
    """All that a page must know is in the link; nothing is stored."""
    url = LINKS.place(CHAT, LETTER, NUMBER, NOW, None)
    assert url.startswith("https://cachly.example.vn/v/")
    assert LINKS.read(LinkKind.PLACE, token_of(url), NOW) == Ticket(
        LinkKind.PLACE, CHAT, LETTER, NUMBER, NOW + PLACE_FOR
    )


@pytest.mark.parametrize(
    ("valid_for", "works_for"),
    [(None, PLACE_FOR), (timedelta(hours=1), timedelta(hours=1)), (timedelta(days=1), PLACE_FOR)],
)
def test_a_link_ends_with_its_letter_and_after_four_hours_at_the_latest(valid_for, works_for):
    """The earlier of the two, to the second."""
    url = LINKS.place(CHAT, LETTER, NUMBER, NOW, None if valid_for is None else NOW + valid_for)
    LINKS.read(LinkKind.PLACE, token_of(url), NOW + works_for - timedelta(seconds=1))
    with pytest.raises(ExpiredLinkError):
        LINKS.read(LinkKind.PLACE, token_of(url), NOW + works_for)


def test_a_picture_can_be_fetched_for_an_hour():
    """Long enough for the messenger to fetch it, short enough to be worthless later."""
    url = LINKS.picture(CHAT, LETTER, NOW)
    LINKS.read(LinkKind.PICTURE, token_of(url), NOW + PICTURE_FOR - timedelta(seconds=1))
    with pytest.raises(ExpiredLinkError):
        LINKS.read(LinkKind.PICTURE, token_of(url), NOW + PICTURE_FOR)


def test_a_document_waits_an_hour_to_be_opened():
    """Long enough to walk to the printer, short enough to be worthless in somebody else's history."""
    url = LINKS.document(CHAT, LETTER, NOW)
    assert url.startswith("https://cachly.example.vn/d/")
    LINKS.read(LinkKind.DOCUMENT, token_of(url), NOW + DOCUMENT_FOR - timedelta(seconds=1))
    with pytest.raises(ExpiredLinkError):
        LINKS.read(LinkKind.DOCUMENT, token_of(url), NOW + DOCUMENT_FOR)


def test_a_link_serves_only_what_it_was_made_for():
    """A link to a picture sends no position, nor the other way round."""
    with pytest.raises(ForgedLinkError):
        LINKS.read(LinkKind.PLACE, token_of(LINKS.picture(CHAT, LETTER, NOW)), NOW)
    with pytest.raises(ForgedLinkError):
        LINKS.read(LinkKind.PICTURE, token_of(LINKS.place(CHAT, LETTER, NUMBER, NOW, None)), NOW)


def test_every_changed_character_is_noticed():
    """Whoever changes any part of a link holds a link that is not ours."""
    token = token_of(LINKS.place(CHAT, LETTER, NUMBER, NOW, None))
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for place in range(len(raw)):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        with pytest.raises(ForgedLinkError):
            LINKS.read(LinkKind.PLACE, base64.urlsafe_b64encode(changed).decode().rstrip("="), NOW)
    for length in range(len(token)):
        with pytest.raises(ForgedLinkError):
            LINKS.read(LinkKind.PLACE, token[:length], NOW)


@pytest.mark.parametrize("token", ["", "a", "../../etc/passwd", "đây", "=" * 8, "A" * 10_000, "a b", "\x00"])
def test_what_is_no_link_is_refused(token):
    """Whatever is typed behind the address gets the same answer."""
    with pytest.raises(ForgedLinkError):
        LINKS.read(LinkKind.PLACE, token, NOW)


def test_a_link_of_another_cachly_is_refused():
    """Keys of another installation sign nothing here; an older key of our own still does."""
    token = token_of(LINKS.place(CHAT, LETTER, NUMBER, NOW, None))
    with pytest.raises(ForgedLinkError):
        Links(Keyring.parse(KEY_B), LINKS.root).read(LinkKind.PLACE, token, NOW)
    after = Links(Keyring.parse(f"{KEY_B},{KEY_A}"), LINKS.root)
    assert after.read(LinkKind.PLACE, token, NOW).letter_id == LETTER


def test_links_are_short_enough_for_a_text_message():
    """With the longest ids and the longest number it stays a line that can be pressed."""
    longest = Links(LINKS.keyring, "https://x").place(2**63 - 1, 2**63 - 1, "q" + "z" * 13, NOW, None)
    assert len(token_of(longest)) <= 71
