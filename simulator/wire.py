"""The nested objects of Bot API calls that the stand-in reads; unknown fields are refused."""

from msgspec import Struct


class Wire(Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """An object sent by a bot; a field the Bot API does not know is an error."""


class User(Struct, frozen=True):
    """The user named by a text_mention; the rest of the user is not read."""

    id: int


class MessageEntity(Wire):
    """A styled stretch of a text, in UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str | None = None
    user: User | None = None
    language: str | None = None
    custom_emoji_id: str | None = None
    unix_time: int | None = None
    date_time_format: str | None = None


class ReplyParameters(Wire):
    """Which message is replied to."""

    message_id: int
    chat_id: int | str | None = None
    allow_sending_without_reply: bool = False
    quote: str | None = None
    quote_parse_mode: str | None = None
    quote_entities: list[MessageEntity] | None = None
    quote_position: int | None = None
    checklist_task_id: int | None = None
    poll_option_id: str | None = None


class LinkPreviewOptions(Wire):
    """How a link is previewed; the page shows no previews."""

    is_disabled: bool | None = None
    url: str | None = None
    prefer_small_media: bool | None = None
    prefer_large_media: bool | None = None
    show_above_text: bool | None = None


class BotCommand(Wire):
    """One line of the command menu."""

    command: str
    description: str


class BotCommandScope(Wire):
    """For whom a command menu is."""

    type: str
    chat_id: int | str | None = None
    user_id: int | None = None


class WebAppInfo(Wire):
    """A mini app's address."""

    url: str


class MenuButton(Wire):
    """What the button beside the input box does."""

    type: str
    text: str | None = None
    web_app: WebAppInfo | None = None


class CopyText(Wire):
    """What a button copies."""

    text: str


class InlineKeyboardButton(Wire):
    """A button under a message: a text and exactly one thing it does."""

    text: str
    url: str | None = None
    callback_data: str | None = None
    web_app: WebAppInfo | None = None
    login_url: dict[str, object] | None = None
    switch_inline_query: str | None = None
    switch_inline_query_current_chat: str | None = None
    switch_inline_query_chosen_chat: dict[str, object] | None = None
    copy_text: CopyText | None = None
    callback_game: dict[str, object] | None = None
    pay: bool | None = None
    icon_custom_emoji_id: str | None = None
    style: str | None = None


class InlineKeyboardMarkup(Wire):
    """Buttons under a message."""

    inline_keyboard: list[list[InlineKeyboardButton]]


class KeyboardButton(Wire):
    """A button in place of the keyboard: sends its text, or at most one thing it asks for."""

    text: str
    request_users: dict[str, object] | None = None
    request_chat: dict[str, object] | None = None
    request_contact: bool | None = None
    request_location: bool | None = None
    request_poll: dict[str, object] | None = None
    web_app: WebAppInfo | None = None
    icon_custom_emoji_id: str | None = None
    style: str | None = None


class ReplyKeyboardMarkup(Wire):
    """Buttons in place of the phone's keyboard."""

    keyboard: list[list[KeyboardButton | str]]
    is_persistent: bool = False
    resize_keyboard: bool = False
    one_time_keyboard: bool = False
    input_field_placeholder: str | None = None
    selective: bool = False


class ReplyKeyboardRemove(Wire):
    """Takes the buttons away."""

    remove_keyboard: bool
    selective: bool = False


class ForceReply(Wire):
    """Opens a reply to the message."""

    force_reply: bool
    input_field_placeholder: str | None = None
    selective: bool = False
