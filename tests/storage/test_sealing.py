"""Sealed values open only with the right key, at the right place; the blind index tells kinds apart."""

import base64
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.sealing import (
    Keyring,
    KeyringError,
    NotSealedError,
    SealBrokenError,
    UnknownKeyError,
    sealed_with,
)

KEY_A = "2025b:" + base64.b64encode(bytes(range(32))).decode()
KEY_B = "2026a:" + base64.b64encode(bytes(range(1, 33))).decode()


@given(st.binary(max_size=2_000), st.integers(0, 2**63 - 1))
def test_what_is_sealed_opens_again(data, row_id):
    """Any bytes, under any row id, come back as they were."""
    keyring = Keyring.parse(KEY_A)
    assert keyring.open("person", "profile", row_id, keyring.seal("person", "profile", row_id, data)) == data


@pytest.mark.parametrize(
    ("table", "column", "row_id"),
    [("letter", "profile", 7), ("person", "name", 7), ("person", "profile", 8), ("person|profile", "", 7)],
)
def test_a_value_is_bound_to_table_column_and_row(table, column, row_id):
    """A sealed value moved to another table, column or row does not open."""
    keyring = Keyring.parse(KEY_A)
    sealed = keyring.seal("person", "profile", 7, "Nguyễn Thị Lan")
    with pytest.raises(SealBrokenError):
        keyring.open(table, column, row_id, sealed)


def test_every_changed_byte_is_noticed():
    """No byte of a sealed value can be changed without notice."""
    keyring = Keyring.parse(KEY_A)
    sealed = keyring.seal("person", "profile", 7, "0912345678")
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises((SealBrokenError, NotSealedError, UnknownKeyError)):
            keyring.open("person", "profile", 7, changed)


def test_truncated_values_are_refused():
    """A value cut off anywhere is refused with one of our errors, never another."""
    keyring = Keyring.parse(KEY_A)
    sealed = keyring.seal("person", "profile", 7, "0912345678")
    for length in range(len(sealed)):
        with pytest.raises((SealBrokenError, NotSealedError, UnknownKeyError)):
            keyring.open("person", "profile", 7, sealed[:length])


def test_the_first_key_seals_and_all_open():
    """With a new key in front, old values still open and new ones carry the new key."""
    old = Keyring.parse(KEY_A)
    both = Keyring.parse(f"{KEY_B},{KEY_A}")
    kept = old.seal("person", "profile", 7, "Lan")
    assert both.open("person", "profile", 7, kept) == b"Lan"
    fresh = both.seal("person", "profile", 7, "Lan")
    assert sealed_with(kept) == "2025b"
    assert sealed_with(fresh) == "2026a"
    assert fresh.startswith(both.prefix)
    assert not kept.startswith(both.prefix)
    with pytest.raises(UnknownKeyError, match="2026a"):
        old.open("person", "profile", 7, fresh)


def test_the_same_text_never_seals_the_same():
    """Equal values cannot be told by looking at the column: each seal takes a nonce of its own."""
    keyring = Keyring.parse(KEY_A)
    assert len({keyring.seal("person", "profile", 7, "Lan") for _ in range(50)}) == 50


def test_the_nonce_comes_from_outside():
    """The source of nonces is injected and each one is used as given."""
    count = itertools.count(1)
    keyring = Keyring.parse(KEY_A, nonce=lambda size: next(count).to_bytes(size, "big"))
    sealed = keyring.seal("person", "profile", 7, "")
    assert sealed == keyring.prefix + (1).to_bytes(12, "big") + sealed[-16:]


def test_the_blind_index_is_keyed_and_separated_by_kind():
    """The same digits as phone and as identity number, or under another key, give different digests."""
    old, both = Keyring.parse(KEY_A), Keyring.parse(f"{KEY_B},{KEY_A}")
    digests = both.digests("phone", "0912345678")
    assert list(digests) == ["2026a", "2025b"]
    assert len(set(digests.values())) == 2
    assert digests["2025b"] == old.digest("phone", "0912345678")
    assert digests["2026a"] == both.digest("phone", "0912345678")
    assert old.digest("identity", "0912345678") != old.digest("phone", "0912345678")
    assert old.digest("phone", "0912345679") != old.digest("phone", "0912345678")


def test_a_made_key_can_be_parsed():
    """What `make_key` prints is what the environment takes, and each one is new."""
    text = Keyring.make_key("2026a")
    assert Keyring.parse(text).first == "2026a"
    assert Keyring.make_key("2026a") != text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cachly key"),
        (" , ", "cachly key"),
        ("justakey", "id:base64"),
        ("a:notbase64!", "not base64"),
        ("a:AAAA", "3 bytes"),
        (f"{KEY_A},{KEY_A}", "twice"),
        (f"kéy:{KEY_A.partition(':')[2]}", "no key id"),
        (f":{KEY_A.partition(':')[2]}", "no key id"),
    ],
)
def test_unusable_keys_are_named_in_a_sentence(text, said):
    """A mistake in the environment is explained, without quoting the key."""
    with pytest.raises(KeyringError, match=said) as caught:
        Keyring.parse(text)
    assert KEY_A.partition(":")[2] not in str(caught.value)


def test_a_keyring_does_not_show_its_keys():
    """Neither repr nor str of a keyring holds key material."""
    shown = repr(Keyring.parse(KEY_A))
    assert "\\x00\\x01" not in shown
    assert KEY_A.partition(":")[2] not in shown


def test_what_was_signed_before_a_new_key_still_counts():
    """`rekey` puts a new key first; links under way were signed with the old one and stay good."""
    old, both, new = (Keyring.parse(text) for text in (KEY_A, f"{KEY_B},{KEY_A}", KEY_B))
    mac = old.mac("link", b"data")
    assert both.vouches("link", b"data", mac)
    assert both.mac("link", b"data") == new.mac("link", b"data") != mac
    assert not new.vouches("link", b"data", mac)


@pytest.mark.parametrize(
    ("purpose", "data", "cut"), [("other", b"data", 16), ("link", b"date", 16), ("link", b"data", 15)]
)
def test_a_signature_is_for_one_purpose_and_one_text(purpose, data, cut):
    """Moved to another purpose, another text, or cut short, it proves nothing."""
    keyring = Keyring.parse(KEY_A)
    assert not keyring.vouches(purpose, data, keyring.mac("link", b"data")[:cut])
