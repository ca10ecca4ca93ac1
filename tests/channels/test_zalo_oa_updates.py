"""What Zalo pushes to an Official Account, and what is heard in it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.zalo_oa_kinds import Ignored
from channels.zalo_oa_marks import Marks, looks_pressed
from channels.zalo_oa_updates import Ears, hear
from quarantine.location import Fix, Source
from quarantine.messages import Address, Contact, Heard, Incoming, Kind

OA, APP, LAN = "388613280878808645", "360846524940903967", "246845883529197922"
AT = datetime(2026, 3, 1, 7, 30, 0, 250_000, tzinfo=UTC)
STAMP = "1772350200250"
NOW = AT + timedelta(seconds=3)
MARKS = Marks("oa-secret-key")
EARS = Ears({OA: "zalo", "271828": "zalo-ha-giang"}, MARKS)
SAID = Incoming(Address("zalo", LAN), "96d3cdf3af150460909", AT, Kind.OTHER)
URL = "https://f20-zpc.zdn.vn/1/a.jpg"


def event(name, message=None, **fields):
    """An event as Zalo writes it."""
    body = {
        "app_id": APP,
        "sender": {"id": LAN},
        "recipient": {"id": OA},
        "user_id_by_app": "552177279717587730",
        "event_name": name,
        "timestamp": STAMP,
    }
    if message is not None:
        body["message"] = {"msg_id": SAID.id} | message
    return body | fields


def attached(kind, payload, **message):
    """A message with one attachment."""
    return message | {"attachments": [{"type": kind, "payload": payload}]}


def followed(name):
    """Following has a shape of its own."""
    return {
        "oa_id": OA,
        "follower": {"id": LAN},
        "user_id_by_app": "552177279717587730",
        "event_name": name,
        "source": "oa_profile",
        "app_id": APP,
        "timestamp": STAMP,
    }


def heard(body, ears=EARS):
    """What is heard in an event."""
    return hear(json.dumps(body).encode(), ears, NOW)


def place(lat, lng):
    """Coordinates as Zalo sends them."""
    return {"coordinates": {"latitude": lat, "longitude": lng}}


PIN = Fix(10.79, 106.78, None, AT, Source.MAP)
CARD = json.dumps({"phone": "84912345678", "gUid": "x"})


@pytest.mark.parametrize(
    ("body", "change"),
    [
        (event("user_send_text", {"text": "Sốt 38"}), {"kind": Kind.TEXT, "text": "Sốt 38"}),
        (event("user_send_text", {"text": "a\0b"}), {"kind": Kind.TEXT, "text": "ab"}),
        (event("user_send_text", {"text": "x" * 5000}), {"kind": Kind.TEXT, "text": "x" * 4096}),
        (
            event("user_send_text", {"text": MARKS.put(LAN, "q7:none")}),
            {"kind": Kind.PRESS, "pressed": "q7:none"},
        ),
        (
            event("user_send_image", attached("image", {"thumbnail": "t", "url": URL}, text="đây")),
            {"kind": Kind.PHOTO, "file": URL, "text": "đây"},
        ),
        (event("user_send_gif", attached("gif", {"url": URL})), {"kind": Kind.PHOTO, "file": URL}),
        (event("user_send_audio", attached("audio", {"url": URL})), {"kind": Kind.VOICE, "file": URL}),
        (event("user_send_video", attached("video", {"url": URL})), {"kind": Kind.OTHER, "file": URL}),
        (
            event("user_send_sticker", attached("sticker", {"id": "9", "url": URL})),
            {"kind": Kind.STICKER, "file": URL},
        ),
        (
            event("user_send_file", attached("file", {"size": "8", "name": "ca.csv", "url": URL})),
            {"kind": Kind.FILE, "file": URL, "text": "ca.csv"},
        ),
        (
            event("user_send_link", attached("link", {"url": "https://a.vn"}, text="xem https://a.vn")),
            {"kind": Kind.TEXT, "text": "xem https://a.vn"},
        ),
        (
            event("user_send_link", attached("link", {"url": "https://a.vn", "description": "A"})),
            {"kind": Kind.TEXT, "text": "https://a.vn"},
        ),
        (
            event("user_send_location", attached("location", place("10.79", "106.78"), text="")),
            {"kind": Kind.LOCATION, "fix": PIN},
        ),
        (
            event("user_send_location", attached("location", place(10.79, 106.78))),
            {"kind": Kind.LOCATION, "fix": PIN},
        ),
        (
            event(
                "user_send_location",
                {},
                attachments=[{"type": "location", "payload": place("10.79", "106.78")}],
            ),
            {"kind": Kind.LOCATION, "fix": PIN},
        ),
        (
            event(
                "user_send_location",
                attached("location", place("10.79", "106.78"), text="Cơm Coffee New Sky"),
            ),
            {"kind": Kind.LOCATION, "fix": replace(PIN, source=Source.VENUE)},
        ),
        (event("user_send_location", attached("location", place("91", "106.78"))), {}),
        (event("user_send_location", attached("location", place("nan", "106.78"))), {}),
        (event("user_send_location", attached("location", place("10.79", "-180.1"))), {}),
        (event("user_send_location", attached("location", {"coordinates": "?"})), {}),
        (event("user_send_location", {}), {}),
        (
            event("user_send_business_card", attached("link", {"description": CARD})),
            {"kind": Kind.CONTACT, "contact": Contact("0912345678", own=False)},
        ),
        (event("user_send_business_card", attached("link", {"description": "Bình"})), {}),
    ],
)
def test_what_people_send(body, change):
    """Each kind of message is heard as what it is; what cannot be read is still somebody speaking."""
    assert heard(body) == Heard(replace(SAID, **change))


@pytest.mark.parametrize(
    "shared",
    [
        {"info": {"name": "Lan", "phone": "84912345678", "full_address": {"user_city": "Hà Nội"}}},
        {"info": {"name": "Lan", "phone": 84912345678, "address": "12 Đội Cấn", "city": "Hà Nội"}},
        {"phone": "0912345678"},
    ],
)
def test_a_phone_number_that_was_asked_for(shared):
    """The form of Zalo brings the sender's own number, in old and new shapes, as it is stored here."""
    incoming = heard(event("user_submit_info", **shared)).incoming
    assert (incoming.kind, incoming.contact) == (Kind.CONTACT, Contact("0912345678", own=True))
    assert heard(event("user_submit_info", info={"name": "Lan"})).incoming.kind is Kind.OTHER


def test_following_and_leaving():
    """Following opens the chat, leaving closes it; neither has a message id, so a mark stands in."""
    come, gone = heard(followed("follow")).incoming, heard(followed("unfollow")).incoming
    assert (come.kind, come.text, come.at, come.address) == (Kind.TEXT, "/start", AT, SAID.address)
    assert (gone.kind, gone.address) == (Kind.BLOCKED, SAID.address)
    again = heard(followed("follow") | {"timestamp": "1772350200251"}).incoming
    assert len({come.id, gone.id, again.id}) == 3
    assert heard(followed("follow")).incoming.id == come.id
    assert LAN not in come.id


@pytest.mark.parametrize(
    ("name", "fields", "why"),
    [
        ("user_received_message", {"sender": {"id": OA}, "recipient": {"id": LAN}}, Ignored.RECEIPT),
        (
            "user_received_message",
            {"sender": {"id": OA}, "recipient": {"id": "84912345678"}},
            Ignored.RECEIPT,
        ),
        ("user_seen_message", {"message": {"msg_ids": ["1", "2"]}}, Ignored.RECEIPT),
        ("oa_send_text", {"sender": {"id": OA}}, Ignored.ECHO),
        ("oa_send_list", {}, Ignored.ECHO),
        ("oa_send_text", {"sender": {"id": OA, "admin_id": "7"}}, Ignored.STAFF),
        ("anonymous_send_text", {}, Ignored.ANONYMOUS),
        ("oa_send_anonymous_text", {}, Ignored.ANONYMOUS),
        ("user_send_group_text", {}, Ignored.GROUP),
        ("oa_send_group_image", {}, Ignored.GROUP),
        ("add_group_admin", {}, Ignored.GROUP),
        ("user_click_chatnow", {}, Ignored.CLICK),
        ("add_user_to_tag", {}, Ignored.TAG),
        ("user_reacted_message", {}, Ignored.REACTION),
        ("user_call_oa", {}, Ignored.CALL),
        ("oa_send_consent", {}, Ignored.CALL),
        ("change_template_status", {}, Ignored.TEMPLATE),
        ("change_oa_daily_quota", {}, Ignored.TEMPLATE),
        ("update_user_info", {}, Ignored.PROFILE),
        ("user_withdraw", {}, Ignored.ERASURE),
        ("user_request_delete_data", {}, Ignored.ERASURE),
        ("user_data_subject_request", {}, Ignored.ERASURE),
        ("user_send_hologram", {}, Ignored.UNKNOWN),
    ],
)
def test_what_is_nobody_speaking(name, fields, why):
    """Receipts, echoes, groups and whatever else is no message to us are ignored for a reason."""
    assert heard(event(name, **fields)) == Heard(None, why)


@pytest.mark.parametrize(
    "body",
    [
        event("user_send_text", {"text": "x"}, recipient={"id": "1"}),
        event("user_send_text", {"text": "x"}, recipient=None),
        event("user_submit_info", info={"phone": "84912345678"}, recipient={"id": "1"}),
        followed("follow") | {"oa_id": "1"},
    ],
)
def test_another_accounts_event(body):
    """An app may serve accounts that are none of ours; only ours are heard."""
    assert heard(body) == Heard(None, Ignored.OTHER_ACCOUNT)


def test_an_event_of_another_account_of_the_same_app():
    """Zalo pushes to one address of an app: who wrote to its other account is heard, and answered there."""
    body = event("user_send_text", {"text": "chào"}, recipient={"id": "271828"})
    assert heard(body).incoming.address == Address("zalo-ha-giang", LAN)
    followed = event("follow", follower={"id": LAN}, oa_id="271828", recipient={}, sender={})
    assert heard(followed).incoming.address == Address("zalo-ha-giang", LAN)


@pytest.mark.parametrize("user", ["99", "246845883529197923"])
def test_a_mark_holds_for_one_reader(user):
    """A payload seen on another phone is no press."""
    text = MARKS.put(user, "q7:none")
    assert heard(event("user_send_text", {"text": text})).incoming == replace(SAID, kind=Kind.TEXT, text=text)


@pytest.mark.parametrize(
    "text",
    [
        "#" + "0" * 16 + ":q7:none",
        MARKS.put(LAN, "q7:none").replace("none", "fever"),
        "#:q7:none",
        "q7:none",
        Marks("other").put(LAN, "q7:none"),
    ],
)
def test_a_payload_typed_by_hand(text):
    """Without the right mark a payload is a text, whoever typed it."""
    incoming = heard(event("user_send_text", {"text": text})).incoming
    assert (incoming.kind, incoming.pressed, incoming.text) == (Kind.TEXT, None, text)


def test_a_press_survives_a_space_and_has_the_shape_of_one():
    """A phone that adds a space spoils no press; the shape alone tells an attempt from a text."""
    text = MARKS.put(LAN, "q7:none")
    assert heard(event("user_send_text", {"text": f" {text}\n"})).incoming.pressed == "q7:none"
    assert looks_pressed(text)
    assert not looks_pressed("#1: sốt")
    assert "oa-secret-key" not in repr(MARKS)


def test_ids_are_never_rounded():
    """Ids exceed 2^53; even where one comes as a number every digit stays."""
    body = json.dumps(event("user_send_text", {"text": "x"})).replace(f'"{LAN}"', LAN)
    assert hear(body.encode(), EARS, NOW).incoming.address.user == LAN
    longer = LAN + "0123456789"
    body = body.replace(LAN, longer)
    assert hear(body.encode(), EARS, NOW).incoming.address.user == longer


@pytest.mark.parametrize("stamp", [None, "", "soon", "-1", "9" * 30, "٣", True])
def test_without_a_readable_time_now_stands_in(stamp):
    """A message with no time that can be read was sent now."""
    assert heard(event("user_send_text", {"text": "x"}, timestamp=stamp)).incoming.at == NOW


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", Ignored.NOT_JSON),
        (b"\xff", Ignored.NOT_JSON),
        (b"[1]", Ignored.NOT_JSON),
        (b"[" * 100_000, Ignored.NOT_JSON),
        (b"{}", Ignored.NO_EVENT_NAME),
        (b'{"event_name": null}', Ignored.NO_EVENT_NAME),
        (b'{"event_name": ["follow"]}', Ignored.NO_EVENT_NAME),
        (b'{"event_name": "follow"}', Ignored.OTHER_ACCOUNT),
        (f'{{"event_name": "follow", "oa_id": "{OA}"}}'.encode(), Ignored.UNREADABLE),
    ],
)
def test_what_is_no_event(body, why):
    """Anything at all may be pushed; it is refused with a reason."""
    assert hear(body, EARS, NOW) == Heard(None, why)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = ["user_send_text", "user_send_location", "user_send_business_card", "user_submit_info", "follow"]


@given(
    st.sampled_from(NAMES),
    st.dictionaries(
        st.sampled_from(["message", "attachments", "info", "timestamp", "phone", "app_id"]), JSON
    ),
    st.dictionaries(st.sampled_from(["text", "msg_id", "attachments"]), JSON),
)
def test_no_content_is_too_strange(name, fields, message):
    """Whatever the fields hold, reading an event of ours never raises and somebody is heard."""
    body = event(name, message) | fields | {"follower": {"id": LAN}}
    assert heard(body).incoming.address == SAID.address
