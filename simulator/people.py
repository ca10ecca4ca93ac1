"""Who is on the other end: phones with their owners, and groups."""

from dataclasses import dataclass, field

from simulator.refusal import Json


@dataclass(slots=True)
class Phone:
    """One person's phone, with the private chat with the bot on it.

    Attributes:
        label: the heading on the page, "Cán bộ trạm y tế".
        home: latitude and longitude of where the person lives, for the page's preset button.
        started: the person has written to the bot once; before that the bot may not write.
        keyboard: the reply keyboard that is shown, as the bot sent it, and the message that brought it.
        answers: the newest answers to pressed buttons, oldest first.
    """

    id: int
    first_name: str
    label: str
    role: str = ""
    last_name: str = ""
    username: str = ""
    language_code: str = "vi"
    phone_number: str = ""
    home: tuple[float, float] | None = None
    started: bool = False
    blocked: bool = False
    deactivated: bool = False
    keyboard: Json | None = None
    keyboard_message_id: int | None = None
    answers: list[Json] = field(default_factory=list)

    def as_chat(self) -> Json:
        """The private chat, as the Bot API shows it."""
        chat = {"id": self.id, "type": "private", "first_name": self.first_name}
        return chat | {name: text for name in ("last_name", "username") if (text := getattr(self, name))}

    def as_user(self) -> Json:
        """The user, as the Bot API shows them."""
        user = {
            "id": self.id,
            "is_bot": False,
            "first_name": self.first_name,
            "language_code": self.language_code,
        }
        return user | {name: text for name in ("last_name", "username") if (text := getattr(self, name))}


@dataclass(slots=True)
class Group:
    """A group, supergroup or channel that the bot is in.

    Attributes:
        moved_to: the supergroup's number after a migration; the old number answers with it.
        bot_is_in: False after the bot was put out.
    """

    id: int
    title: str
    kind: str = "group"
    moved_to: int | None = None
    bot_is_in: bool = True

    def as_chat(self) -> Json:
        """The group, as the Bot API shows it."""
        return {"id": self.id, "type": self.kind, "title": self.title}
