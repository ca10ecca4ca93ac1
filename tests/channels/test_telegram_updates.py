"""What each Telegram update is understood as, or why it is ignored."""

import json
import os
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import telegram
from hypothesis import given
from hypothesis import strategies as st

from channels.telegram_kinds import ABOUT_MESSAGE, SERVICE, UPDATES_IGNORED, WANTED, Ignored
from channels.telegram_updates import CONTENT, MAX_TEXT, hear, hear_many
from channels.telegram_wire import updates_of
from quarantine.location import Fix, Source
from quarantine.messages import Address, Contact, Heard, Incoming, Kind

NOW = datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
SENT = datetime(2026, 3, 1, 7, 29, tzinfo=UTC)
EDITED = datetime(2026, 3, 1, 7, 29, 40, tzinfo=UTC)
DATA = Path(os.environ.get("CACHLY_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
UPDATES = DATA / "telegram_updates"
EXPECTATIONS = Path(__file__).with_name("update_expectations.tsv")

ME = {"id": 7, "is_bot": False, "first_name": "An", "language_code": "vi"}
PLACE = {"latitude": 21.03, "longitude": 105.85}
SPOKEN = Incoming(Address("telegram", "7"), "5", SENT, Kind.TEXT, language="vi")


def update(kind="message", **content):
    """An update of a private chat with Telegram's usual fields around `content`."""
    message = {"message_id": 3, "from": ME, "chat": {"id": 7, "type": "private"}, "date": 1772350140}
    return {"update_id": 5, kind: message | content}


def heard(body):
    """What an update given as Python data is understood as."""
    return hear(json.dumps(body).encode(), "telegram", NOW)


def expectations():
    """The rows of the table: file, understood as, facts."""
    rows = [
        line.split("\t") for line in EXPECTATIONS.read_text("utf-8").splitlines() if not line.startswith("#")
    ]
    return [pytest.param(*row[:3], id=row[0]) for row in rows]


def expected(kind, facts):
    """A row of the table as what `hear` has to answer, without the update's number."""
    if kind == "ignored":
        return Heard(None, facts)
    given = json.loads(facts)
    at = NOW if given["at"] == "now" else datetime.fromisoformat(given["at"])
    if "fix" in given:
        *where, source = given["fix"]
        given["fix"] = Fix(*where, at, Source(source))
    if "contact" in given:
        given["contact"] = Contact(*given["contact"])
    address = Address("telegram", given.pop("user"))
    return Heard(Incoming(address, "?", kind=Kind(kind), **given | {"at": at}))


@pytest.mark.skipif(not UPDATES.is_dir(), reason=f"no real updates in {UPDATES}; set CACHLY_TEST_DATA")
@pytest.mark.parametrize(("file", "kind", "facts"), expectations())
def test_every_real_update_is_understood_as_stated(file, kind, facts):
    """Each of the 128 real updates is a message with these facts, or ignored for this reason."""
    body = (UPDATES / file).read_bytes()
    number = json.loads(body)["update_id"]

    result = hear(body, "telegram", NOW)

    assert result.order == number
    if result.incoming is not None:
        assert result.incoming.id == str(number)
        result = replace(result, incoming=replace(result.incoming, id="?"))
    assert replace(result, order=None) == expected(kind, facts)


@pytest.mark.skipif(not UPDATES.is_dir(), reason=f"no real updates in {UPDATES}; set CACHLY_TEST_DATA")
def test_the_table_names_every_real_update():
    """No file of the real updates is without a stated expectation."""
    assert [row.values[0] for row in expectations()] == sorted(file.name for file in UPDATES.glob("*.json"))


@pytest.mark.skipif(not UPDATES.is_dir(), reason=f"no real updates in {UPDATES}; set CACHLY_TEST_DATA")
def test_polling_understands_the_same_as_the_webhook():
    """An update fetched in one batch with all others reads as it does alone."""
    bodies = [file.read_bytes() for file in sorted(UPDATES.glob("*.json"))]
    answer = b'{"ok":true,"result":[' + b",".join(bodies) + b"]}"

    assert hear_many(updates_of(answer), "telegram", NOW) == [hear(one, "telegram", NOW) for one in bodies]


@pytest.mark.parametrize(
    ("content", "facts"),
    [
        ({"text": "không sốt"}, {"text": "không sốt"}),
        ({"text": "/start"}, {"text": "/start"}),
        ({"text": "/start Ab-3_x"}, {"text": "/start Ab-3_x", "start": "Ab-3_x"}),
        ({"text": "/start@CachlyBot Ab3"}, {"text": "/start@CachlyBot Ab3", "start": "Ab3"}),
        ({"text": "/start hai từ"}, {"text": "/start hai từ"}),
        ({"text": "/starting x"}, {"text": "/starting x"}),
        ({"text": "a\0b" + "x" * 5000}, {"text": "ab" + "x" * (MAX_TEXT - 2)}),
        (
            {"contact": {"phone_number": "+84912345678", "first_name": "An", "user_id": 7}},
            {"kind": Kind.CONTACT, "contact": Contact("+84912345678", own=True)},
        ),
        (
            {"contact": {"phone_number": "+84912345678", "first_name": "Bình", "user_id": 8}},
            {"kind": Kind.CONTACT, "contact": Contact("+84912345678", own=False)},
        ),
        (
            {"contact": {"phone_number": "+84912345678", "user_id": 7}, "forward_origin": {"type": "user"}},
            {"kind": Kind.CONTACT, "contact": Contact("+84912345678", own=False)},
        ),
        (
            {
                "photo": [
                    {"file_id": "s", "width": 90, "height": 90},
                    {"file_id": "l", "width": 900, "height": 90},
                ]
            },
            {"kind": Kind.PHOTO, "file": "l"},
        ),
        (
            {"photo": [{"file_id": "small"}, 17, {"file_id": "large"}], "caption": "nốt ban"},
            {"kind": Kind.PHOTO, "file": "large", "text": "nốt ban"},
        ),
        ({"voice": {"file_id": "v"}}, {"kind": Kind.VOICE, "file": "v"}),
        ({"audio": {"file_id": "v"}}, {"kind": Kind.VOICE, "file": "v"}),
        ({"video_note": {"file_id": "v"}}, {"kind": Kind.VOICE, "file": "v"}),
        ({"video": {"file_id": "f"}, "caption": "đây"}, {"kind": Kind.FILE, "file": "f", "text": "đây"}),
        ({"document": {"file_id": "f"}}, {"kind": Kind.FILE, "file": "f"}),
        ({"animation": {"file_id": "f"}, "document": {"file_id": "f"}}, {"kind": Kind.FILE, "file": "f"}),
        ({"sticker": {"file_id": "s"}}, {"kind": Kind.STICKER, "file": "s"}),
        ({"dice": {"emoji": "🎲", "value": 3}}, {"kind": Kind.STICKER}),
        ({"poll": {"id": "1"}}, {"kind": Kind.OTHER}),
        ({"story": {"id": 1}}, {"kind": Kind.OTHER}),
        ({"paid_media": {}, "caption": "xem"}, {"kind": Kind.OTHER, "text": "xem"}),
        ({"smell": {"file_id": "new"}}, {"kind": Kind.OTHER}),
        ({"text": 5}, {"kind": Kind.OTHER}),
        ({"location": {"latitude": "xa", "longitude": 1}}, {"kind": Kind.OTHER}),
        ({"location": {"latitude": 91, "longitude": 1}}, {"kind": Kind.OTHER}),
        ({"photo": []}, {"kind": Kind.OTHER}),
    ],
)
def test_what_a_person_sends_is_understood(content, facts):
    """Each content becomes its kind with its facts; what cannot be read is OTHER, to be answered."""
    assert heard(update(**content)) == Heard(replace(SPOKEN, **facts), None, 5)


@pytest.mark.parametrize(
    ("around", "place", "source", "accuracy"),
    [
        ({}, {}, Source.PIN, None),
        ({}, {"horizontal_accuracy": 12.5}, Source.PIN, 12.5),
        ({}, {"live_period": 900, "horizontal_accuracy": 8}, Source.LIVE, 8.0),
        ({"venue": {"location": PLACE, "title": "Chợ", "address": "?"}}, {}, Source.VENUE, None),
        ({"via_bot": {"id": 9, "is_bot": True, "first_name": "b"}}, {}, Source.INLINE, None),
        ({"forward_origin": {"type": "hidden_user"}}, {"live_period": 900}, Source.FORWARDED, None),
        ({"forward_date": 1}, {}, Source.FORWARDED, None),
    ],
)
def test_a_position_says_how_it_was_shared(around, place, source, accuracy):
    """Forwarded, through a bot, from a list, live or a pin: the grade depends on it (channels.md §4.1)."""
    fix = Fix(21.03, 105.85, accuracy, SENT, source)
    said = heard(update(location=PLACE | place, **around))
    assert said == Heard(replace(SPOKEN, kind=Kind.LOCATION, fix=fix), None, 5)


@pytest.mark.parametrize("place", [PLACE | {"live_period": 900}, PLACE])
def test_an_edited_position_is_the_movement_of_a_live_location(place):
    """Only live locations can be edited; the last edit has no live_period; its time is the edit's."""
    said = heard(update("edited_message", location=place, edit_date=1772350180)).incoming
    fix = Fix(21.03, 105.85, None, EDITED, Source.LIVE)
    assert said == replace(SPOKEN, kind=Kind.LOCATION, at=EDITED, fix=fix, live=True, live_of="3")


def test_an_edited_text_is_marked_and_opens_no_deep_link():
    """A text put right later is marked `edited`; editing a message into /start CODE redeems nothing."""
    said = heard(update("edited_message", text="/start CODE", edit_date=1772350180)).incoming
    assert said == replace(SPOKEN, at=EDITED, text="/start CODE", edited=True)


def press(**change):
    """A press of a button under message 3."""
    message = {"message_id": 3, "chat": {"id": 7, "type": "private"}, "date": 1772350140}
    whole = {"id": "pp", "from": ME, "message": message, "chat_instance": "c", "data": "12:well"} | change
    return {
        "update_id": 5,
        "callback_query": {key: value for key, value in whole.items() if value is not None},
    }


PRESSED = replace(SPOKEN, at=NOW, kind=Kind.PRESS, pressed="12:well", press_id="pp")


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({}, replace(PRESSED, pressed_in="3")),
        ({"message": {"message_id": 3, "chat": {"id": 7, "type": "private"}, "date": 0}}, PRESSED),
        ({"message": None}, PRESSED),
        ({"message": {"message_id": 3, "chat": {"id": -4, "type": "group"}, "date": 9}}, Ignored.GROUP),
        ({"message": None, "inline_message_id": "x"}, Ignored.INLINE),
        ({"data": None, "game_short_name": "g"}, Ignored.PRESS_WITHOUT_DATA),
        ({"from": {"id": 7, "is_bot": True}}, Ignored.FROM_BOT),
        ({"from": None}, Ignored.UNREADABLE),
        ({"id": 5}, Ignored.UNREADABLE),
    ],
)
def test_a_press_carries_its_data_and_the_message_that_can_be_edited(change, outcome):
    """A press is its data; a message that is gone or too old (date 0) is not offered for editing."""
    result = heard(press(**change))
    assert (result.ignored if result.incoming is None else result.incoming) == outcome


@pytest.mark.parametrize(
    ("chat", "status", "outcome"),
    [
        ("private", "kicked", Kind.BLOCKED),
        ("private", "member", Kind.UNBLOCKED),
        ("private", "restricted", Ignored.MEMBERSHIP),
        ("group", "kicked", Ignored.GROUP),
        ("channel", "administrator", Ignored.CHANNEL),
    ],
)
def test_blocking_the_bot_is_heard(chat, status, outcome):
    """In a private chat "kicked" means blocked, "member" unblocked; other chats do not concern us."""
    body = update("my_chat_member", chat={"id": 7, "type": chat}, new_chat_member={"status": status})
    result = heard(body)
    assert (result.ignored if result.incoming is None else result.incoming.kind) == outcome
    if result.incoming is not None:
        assert result.incoming.at == SENT


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (update(text="hi", chat={"id": -7, "type": "supergroup"}), Ignored.GROUP),
        (update(text="hi", chat={"id": 7, "type": "cave"}), Ignored.NOT_PRIVATE),
        (update(text="hi", chat={"id": 8}), Ignored.NOT_PRIVATE),
        (update(text="hi", chat={"id": 2**60, "type": "private"}), Ignored.NO_CHAT),
        (update(text="hi", **{"from": {"id": 9, "is_bot": True}}), Ignored.FROM_BOT),
        (update(pinned_message={}), Ignored.SERVICE),
        (update(migrate_to_chat_id=-100), Ignored.SERVICE),
        (update(reply_to_message={}), Ignored.EMPTY),
        (update(text=None, photo=None), Ignored.EMPTY),
        ({"update_id": 5, "message": 17}, Ignored.UNREADABLE),
        ({"update_id": 5, "inline_query": {}}, Ignored.INLINE),
        ({"update_id": 5, "hologram": {}}, Ignored.UNKNOWN_KIND),
        ({"update_id": 5}, Ignored.UNKNOWN_KIND),
    ],
)
def test_what_does_not_concern_us_is_ignored_with_the_reason(body, reason):
    """Groups, channels, bots, service messages and unknown kinds are ignored, each with a stated reason."""
    assert heard(body) == Heard(None, reason, 5)


@pytest.mark.parametrize("number", [None, "5", -1, 2**53, 1.5, True])
def test_an_update_without_a_number_is_ignored(number):
    """Without its number a repeat could not be told from news."""
    assert heard(update(text="hi") | {"update_id": number}) == Heard(None, Ignored.NO_UPDATE_ID)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"17", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"a":' * 9999]
)
def test_what_is_not_a_json_object_is_ignored(body):
    """Noise at the webhook's door is no message and no error."""
    assert hear(body, "telegram", NOW) == Heard(None, Ignored.NOT_JSON)


@pytest.mark.parametrize("date", [0, -1, 10**12, 10**30, "gestern", None])
def test_a_message_without_a_usable_date_is_dated_now(date):
    """Where Telegram gives no instant our own stands in."""
    assert heard(update(text="hi", date=date)).incoming.at == NOW


def test_one_bad_item_loses_none_of_a_batch():
    """An update that cannot be read does not take its neighbours with it."""
    good = json.dumps(update(text="hi")).encode()
    answer = b'{"ok":true,"result":[' + good + b',{"update_id":"?"},17,' + good + b"]}"
    batch = hear_many(updates_of(answer), "telegram", NOW)
    assert [one.ignored for one in batch] == [None, Ignored.NO_UPDATE_ID, Ignored.NOT_JSON, None]


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b'{"ok":true}', b'{"ok":true,"result":5}'])
def test_an_answer_that_is_no_list_of_updates_is_refused(answer):
    """A proxy's page in place of the list is an error, not "no news"."""
    with pytest.raises(ValueError, match="no list of updates"):
        updates_of(answer)


def test_every_field_of_a_message_that_the_library_knows_is_placed():
    """Each Message field of python-telegram-bot is content, a service message, or about the message."""
    slots = {"from" if slot == "from_user" else slot for slot in telegram.Message.__slots__ if slot[0] != "_"}
    sent_by_people = {
        "live_photo",
        "paid_media",
        "story",
        "checklist",
        "game",
        "giveaway",
        "giveaway_winners",
    }
    sent_by_people |= {"invoice", "poll", *CONTENT}
    assert slots - ABOUT_MESSAGE - SERVICE == sent_by_people
    assert not ABOUT_MESSAGE & SERVICE


def test_every_kind_of_update_that_the_library_knows_is_placed():
    """Each kind of update of python-telegram-bot is asked for or ignored with its reason."""
    assert {*telegram.Update.ALL_TYPES} <= {*WANTED, *UPDATES_IGNORED}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    sorted({*CONTENT, *ABOUT_MESSAGE, "new_chat_member", "data", "id", "pinned_message"})
)
PART = st.fixed_dictionaries(
    {"chat": st.sampled_from([{"id": 7, "type": "private"}, {"id": 7}]) | JSON},
    optional={"from": st.just(ME) | JSON, "data": st.text(), "id": st.text(), "message": JSON},
)


@given(
    kind=st.sampled_from([*WANTED, *UPDATES_IGNORED, "hologram"]),
    part=PART,
    noise=st.dictionaries(FIELDS, JSON, max_size=5),
    number=st.integers() | JSON,
)
def test_no_json_stops_the_reader(kind, part, noise, number):
    """Whatever stands in whichever field, the answer is a message or a reason, never an exception."""
    result = heard({"update_id": number, kind: noise | part})
    assert (result.incoming is None) == (result.ignored is not None)
    if result.incoming is not None:
        assert result.order == int(result.incoming.id)
        assert json.dumps(asdict(result.incoming), default=str)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_bytes_stop_the_reader(body):
    """Whatever arrives at the webhook, the answer is a message or a reason, never an exception."""
    result = hear(body, "telegram", NOW)
    assert (result.incoming is None) == (result.ignored is not None)
