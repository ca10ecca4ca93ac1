"""Which of Zalo's events are nobody speaking to the Official Account, and why, as data."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from channels.json_fields import Fields
from channels.zalo_oa_wire import identifier


class Ignored(StrEnum):
    """Why an event is not somebody speaking to us."""

    NOT_JSON = "not JSON"
    NO_EVENT_NAME = "no event name"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"
    OTHER_ACCOUNT = "of another account"
    ERASURE = "erasure_request"
    """Somebody uses their right to be forgotten: must reach a human, never merely a count."""
    RECEIPT = "receipt"
    ECHO = "echo"
    STAFF = "staff"
    """A human wrote in the console of the account, past us."""
    ANONYMOUS = "anonymous"
    GROUP = "group"
    CLICK = "click"
    TAG = "tag"
    REACTION = "reaction"
    CALL = "call"
    TEMPLATE = "template"
    PROFILE = "profile"


_NAMES: Final = tuple(
    # In this order. The name of the erasure request is of a third party's list, so its kin are taken too.
    (re.compile(pattern), reason)
    for pattern, reason in (
        (r"user_withdraw.*|.*(data_subject|erasure|delete_(user|data)|delete_\w+_data).*", Ignored.ERASURE),
        (r"user_(received|seen)_message", Ignored.RECEIPT),
        (r".*anonymous.*", Ignored.ANONYMOUS),
        (r".*group.*", Ignored.GROUP),
        (r".*_tag", Ignored.TAG),
        (r"(user|oa)_reacted_.*", Ignored.REACTION),
        (r"user_call_.*|oa_call_.*|.*_consent", Ignored.CALL),
        (r"oa_send_.*", Ignored.ECHO),
        (r"change_.*|event_journey_.*|user_feedback|user_click_response_button", Ignored.TEMPLATE),
        (r"user_click_.*", Ignored.CLICK),
        (r"update_user_info|widget_.*|extension_.*", Ignored.PROFILE),
    )
)


def reason_to_ignore(name: str, fields: Fields) -> Ignored:
    """Why an event of this name, which says nothing to us, is ignored."""
    reason = next((reason for pattern, reason in _NAMES if pattern.fullmatch(name)), Ignored.UNKNOWN)
    if reason is Ignored.ECHO and identifier(fields, "sender", "admin_id"):
        return Ignored.STAFF
    return reason
