"""Which pushes are let in as Zalo's."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from channels.zalo_oa_account import Credentials, Signing
from channels.zalo_oa_signature import EARLIEST, OLDEST, judge, signature
from quarantine.channel import Refusal

OURS = Credentials("388613280878808645", "360846524940903967", "app-secret", "oa-secret-key")
AT = datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
STAMP = "1772350200000"
BODY = ('{"app_id":"360846524940903967", "event_name":"x","timestamp":"' + STAMP + '","t":"Sốt"}').encode()


def digest(first, body=BODY, key=OURS.oa_secret):
    """Zalo's formula, written out once more."""
    return sha256(b"".join([first.encode(), body, STAMP.encode(), key.encode()])).hexdigest()


def judged(mac, body=BODY, credentials=OURS, now=AT):
    """Whether a push with this signature is let in."""
    return judge({"X-ZEvent-Signature": mac}, body, credentials, now)


def test_a_known_signature():
    """The formula is the one that Zalo documents, worked out once with another tool (sha256sum)."""
    known = "eec1de8460530d0d231aecef2a9008f889f35a53eb6adb4dab5fcc07b0431f0a"
    assert signature("A", b'{"timestamp":"1"}', "1", "S") == known


@pytest.mark.parametrize("shape", ["mac={}", "{}", " mac={} "])
def test_both_readings_of_the_first_term(shape):
    """Signed with the app's id or the account's, as the setting says and no other way."""
    by_app, by_oa = shape.format(digest(OURS.app_id)), shape.format(digest(OURS.oa_id))
    other = replace(OURS, signing=Signing.OA_ID)
    assert judged(by_app) is None
    assert judged(by_oa, credentials=other) is None
    assert judged(by_oa) is Refusal.FORGED
    assert judged(by_app, credentials=other) is Refusal.FORGED


def test_an_event_of_a_sibling_is_signed_with_its_id():
    """Where the OA's id begins the text it is that of the account whose event it is, if that is ours."""
    ours = replace(OURS, signing=Signing.OA_ID, siblings={"271828": "zalo-ha-giang"})
    for oa_id, refused in (("271828", None), ("314159", Refusal.FORGED)):
        body = BODY[:-1] + f',"recipient":{{"id":"{oa_id}"}}}}'.encode()
        assert judged(digest(oa_id, body), body, ours) is refused


def test_capitals_in_the_digest():
    """Hexadecimal digits are the same in either case."""
    assert judged("mac=" + digest(OURS.app_id).upper()) is None


@pytest.mark.parametrize("headers", [{}, {"X-ZEvent-Signature": ""}, {"X-ZEvent-Signature": "mac="}])
def test_an_unsigned_push(headers):
    """Without a signature nothing is let in."""
    assert judge(headers, BODY, OURS, AT) is Refusal.UNSIGNED


@pytest.mark.parametrize(
    "mac", ["mac=" + "0" * 64, "x", "mạc", "\udcff", digest(OURS.app_id, key=OURS.app_secret), digest("1")]
)
def test_a_forged_push(mac):
    """A signature that is not Zalo's lets nothing in, whatever it is made of."""
    assert judged(mac) is Refusal.FORGED


def test_a_changed_body():
    """The bytes are signed as they were sent: one space more is another push."""
    mac = digest(OURS.app_id)
    assert judged(mac, BODY.replace(b", ", b",")) is Refusal.FORGED
    assert judged(mac, json.dumps(json.loads(BODY)).encode()) is Refusal.FORGED


@pytest.mark.parametrize(
    ("late", "refusal"),
    [
        (OLDEST, None),
        (OLDEST + timedelta(milliseconds=1), Refusal.STALE),
        (timedelta(days=400), Refusal.STALE),
        (-EARLIEST, None),
        (-EARLIEST - timedelta(milliseconds=1), Refusal.STALE),
    ],
)
def test_a_replayed_push(late, refusal):
    """A true copy of an old push is refused; so is one from a future that clocks do not explain."""
    assert judged(digest(OURS.app_id), now=AT + late) is refusal


def test_a_stamp_written_as_a_number():
    """Zalo writes texts; a number is read the same."""
    body = BODY.replace(f'"{STAMP}"'.encode(), STAMP.encode())
    assert judged(digest(OURS.app_id, body), body) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"timestamp":null}',
        b'{"timestamp":"soon"}',
        b'{"timestamp":"0"}',
        b'{"timestamp":1.5}',
    ],
)
def test_an_unreadable_push(body):
    """What is no event with a time cannot be judged."""
    assert judged(digest(OURS.app_id, body), body) is Refusal.UNREADABLE


def test_credentials_are_whole_and_silent():
    """No secret is shown with the record, and none may be missing: an empty one would let everybody in."""
    shown = repr(replace(OURS, verifier="the-verifier"))
    assert not any(secret in shown for secret in ("app-secret", "oa-secret-key", "the-verifier"))
    with pytest.raises(ValueError, match="secret"):
        replace(OURS, oa_secret="")
