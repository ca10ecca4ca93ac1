"""The Bot API's methods about the bot: its name, its words about itself, its menus, the chats it knows."""

import re

import msgspec

from simulator.refusal import Json, bad_request
from simulator.sending import known_chat
from simulator.wire import BotCommand, BotCommandScope, MenuButton, Wire
from simulator.world import World

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
DESCRIPTION_CHARS = 256
MOST_COMMANDS = 100
LANGUAGE = re.compile(r"(?:[a-z]{2})?")
LONGEST = {"name": 64, "description": 512, "short_description": 120}
PLAIN_SCOPES = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators"})
CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})


class Nothing(Wire):
    """A method without fields."""


class OfChat(Wire):
    """A method about one chat."""

    chat_id: int | str = ""


class OfCommands(Wire):
    """Bot API: getMyCommands and deleteMyCommands."""

    scope: BotCommandScope | None = None
    language_code: str = ""


class SetMyCommands(OfCommands):
    """Bot API: setMyCommands."""

    commands: list[BotCommand] | None = None


class OfLanguage(Wire):
    """Bot API: getMyName and the like."""

    language_code: str = ""


class SetMyName(OfLanguage):
    """Bot API: setMyName."""

    name: str = ""


class SetMyDescription(OfLanguage):
    """Bot API: setMyDescription."""

    description: str = ""


class SetMyShortDescription(OfLanguage):
    """Bot API: setMyShortDescription."""

    short_description: str = ""


class OfMenuButton(Wire):
    """Bot API: getChatMenuButton; without a chat it is the default button."""

    chat_id: int | str | None = None


class SetChatMenuButton(OfMenuButton):
    """Bot API: setChatMenuButton."""

    menu_button: MenuButton | None = None


def get_me(world: World, _: Nothing) -> Json:
    """Bot API: getMe."""
    return world.bot() | {
        "can_join_groups": True,
        "can_read_all_group_messages": True,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def log_out(_world: World, _: Nothing) -> bool:
    """The logOut and close methods: nothing to do."""
    return True


def get_chat(world: World, params: OfChat) -> Json:
    """Bot API: getChat."""
    number = known_chat(world, params.chat_id)
    return world.chat(number) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }


def _scope(world: World, scope: BotCommandScope | None) -> str:
    if scope is None or scope.type in PLAIN_SCOPES:
        return scope.type if scope else "default"
    if scope.type not in CHAT_SCOPES:
        raise bad_request(f'can\'t parse BotCommandScope: unknown type "{scope.type}"')
    number = known_chat(world, scope.chat_id if scope.chat_id is not None else "")
    return f"{scope.type}:{number}" + (f":{scope.user_id}" if scope.type == "chat_member" else "")


def _language(code: str) -> str:
    if not LANGUAGE.fullmatch(code):
        raise bad_request("invalid language code specified")
    return code


def set_my_commands(world: World, params: SetMyCommands) -> bool:
    """Bot API: setMyCommands."""
    if params.commands is None:
        raise bad_request("parameter commands is required")
    if len(params.commands) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for item in params.commands:
        if not COMMAND.fullmatch(item.command.removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(item.description) <= DESCRIPTION_CHARS:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    key = _scope(world, params.scope), _language(params.language_code)
    world.commands[key] = [
        {"command": item.command.removeprefix("/"), "description": item.description}
        for item in params.commands
    ]
    world.show_all_phones()
    return True


def get_my_commands(world: World, params: OfCommands) -> list[Json]:
    """Bot API: getMyCommands."""
    return world.commands.get((_scope(world, params.scope), _language(params.language_code)), [])


def delete_my_commands(world: World, params: OfCommands) -> bool:
    """Bot API: deleteMyCommands."""
    world.commands.pop((_scope(world, params.scope), _language(params.language_code)), None)
    world.show_all_phones()
    return True


def _set(world: World, field_name: str, text: str, language: str) -> bool:
    if len(text) > LONGEST[field_name]:
        raise bad_request(f"{field_name} is too long")
    world.profile[field_name, _language(language)] = text
    world.show_all_phones()
    return True


def _get(world: World, field_name: str, language: str) -> Json:
    own = world.profile.get((field_name, _language(language))) or world.profile.get((field_name, ""), "")
    return {field_name: own or (world.settings.bot_name if field_name == "name" else "")}


def set_my_name(world: World, params: SetMyName) -> bool:
    """Bot API: setMyName."""
    return _set(world, "name", params.name, params.language_code)


def set_my_description(world: World, params: SetMyDescription) -> bool:
    """Bot API: setMyDescription."""
    return _set(world, "description", params.description, params.language_code)


def set_my_short_description(world: World, params: SetMyShortDescription) -> bool:
    """Bot API: setMyShortDescription."""
    return _set(world, "short_description", params.short_description, params.language_code)


def get_my_name(world: World, params: OfLanguage) -> Json:
    """Bot API: getMyName."""
    return _get(world, "name", params.language_code)


def get_my_description(world: World, params: OfLanguage) -> Json:
    """Bot API: getMyDescription."""
    return _get(world, "description", params.language_code)


def get_my_short_description(world: World, params: OfLanguage) -> Json:
    """Bot API: getMyShortDescription."""
    return _get(world, "short_description", params.language_code)


def set_chat_menu_button(world: World, params: SetChatMenuButton) -> bool:
    """Bot API: setChatMenuButton; chat 0 keeps the default."""
    number = 0 if params.chat_id is None else known_chat(world, params.chat_id)
    button = params.menu_button or MenuButton(type="default")
    if button.type not in {"commands", "default", "web_app"}:
        raise bad_request(f'can\'t parse menu button: unknown type "{button.type}"')
    world.menu_buttons[number] = msgspec.to_builtins(button)
    return True


def get_chat_menu_button(world: World, params: OfMenuButton) -> Json:
    """Bot API: getChatMenuButton."""
    number = 0 if params.chat_id is None else known_chat(world, params.chat_id)
    return world.menu_buttons.get(number) or world.menu_buttons.get(0) or {"type": "commands"}
