"""The JSON bodies that the Official Account's API reads; unknown fields are refused."""

from typing import TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType

from simulator.refusal import Json
from simulator.zalo_oa_errors import bad_param


class Wire(Struct, forbid_unknown_fields=True, kw_only=True):
    """An object sent by the app; a field that is not documented is an error."""


class Recipient(Wire):
    """To whom."""

    user_id: str


class Button(Wire):
    """A button below a text; what its payload holds depends on its type."""

    title: str
    type: str
    payload: str | dict[str, str]
    image_icon: str | UnsetType = UNSET


class Element(Wire):
    """The one element of a template: a picture, or a request for the profile."""

    media_type: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    attachment_id: str | UnsetType = UNSET
    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET
    title: str | UnsetType = UNSET
    subtitle: str | UnsetType = UNSET
    image_url: str | UnsetType = UNSET


class Payload(Wire):
    """What an attachment holds: buttons, an element, or the token of an uploaded file."""

    template_type: str | UnsetType = UNSET
    elements: list[Element] | UnsetType = UNSET
    buttons: list[Button] | UnsetType = UNSET
    token: str | UnsetType = UNSET


class Attachment(Wire):
    """A template or a file."""

    type: str
    payload: Payload


class Message(Wire):
    """A consultation message."""

    text: str | UnsetType = UNSET
    quote_message_id: str | UnsetType = UNSET
    attachment: Attachment | UnsetType = UNSET


class Consultation(Wire):
    """POST /v3.0/oa/message/cs."""

    recipient: Recipient
    message: Message


class SenderAction(Wire):
    """A reaction to a message of the user."""

    react_icon: str
    react_message_id: str


class Reaction(Wire):
    """POST /v2.0/oa/message, of which only the reactions are left."""

    recipient: Recipient
    sender_action: SenderAction


class OfUser(Wire):
    """Calls about one user."""

    user_id: str


class TemplateToUser(Wire):
    """POST /v3.0/oa/message/template."""

    user_id: str
    template_id: str
    template_data: dict[str, str]


class TemplateToPhone(Wire):
    """POST /message/template of the business host."""

    phone: str
    template_id: str
    template_data: dict[str, str]
    tracking_id: str
    sending_mode: str = "1"
    mode: str | UnsetType = UNSET


class OfTemplateMessage(Wire):
    """GET /message/status of the business host."""

    message_id: str
    phone: str | UnsetType = UNSET


class Nothing(Wire):
    """Calls without parameters."""


W = TypeVar("W", bound=Wire)


def read(fields: Json, kind: type[W]) -> W:
    """`fields` as `kind`; raises −201 with the reason."""
    try:
        return msgspec.convert(fields, type=kind)
    except msgspec.ValidationError as error:
        raise bad_param(str(error)) from error
