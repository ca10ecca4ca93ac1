"""A turn: one message, or one tick of the clock, and everything that it causes (DESIGN.md §3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from quarantine.access import Action, allows, relation
from quarantine.effects import Effect, LetterPosted, Noted
from quarantine.letters import Asked, Condition, Enclosure, Letter, Watch
from quarantine.messages import Incoming, Params, Priority, Term
from quarantine.people import Person, Posting
from quarantine.store import Chat, Context, Store

NOTHING: Params = {}


class Turn:
    """What a handler sees and may do: read, say, record; nothing else.

    Attributes:
        now: the instant of the turn, the same for everything that it causes.
        ids: makes row ids, so that a button can name a row that is only being written.
        random_below: a secret random integer below its argument, for codes.
        said: the message that opened the turn, or None for a tick of the clock.
        pressed_stays: whether the pressed message keeps its buttons.
        memory: what the current subject of conversation has gathered; kept with the conversation.
    """

    def __init__(
        self,
        *,
        now: datetime,
        ids: Callable[[], int],
        random_below: Callable[[int], int],
        store: Store,
        said: Incoming | None = None,
        context: Context | None = None,
    ) -> None:
        self.now = now
        self.ids = ids
        self.random_below = random_below
        self.store = store
        self.said = said
        self._context = context
        self.person: Person | None = context.person if context else None
        self.memory: dict[str, object] = {}
        self.effects: list[Effect] = []
        self.lead: list[Term] = []
        self.pressed_stays = False

    @property
    def context(self) -> Context:
        """What is known of the one who wrote; a turn of the clock has none."""
        if self._context is None:
            raise LookupError("A turn opened by the clock has no context.")
        return self._context

    @property
    def chat(self) -> Chat:
        """The chat that the message came from."""
        return self.context.chat

    @property
    def owner(self) -> int:
        """Whose conversation it is: the person's, or a stranger's address."""
        return self.person.id if self.person else self.chat.id

    @property
    def me(self) -> int | None:
        """The person id of the one who acts, for the history; None when the clock does."""
        return self.person.id if self.person else None

    def become(self, person: Person, context: Context | None = None) -> None:
        """From here on the chat speaks for this person (after a code was accepted)."""
        self.person = person
        if context is not None:
            self._context = context

    def record(self, effect: Effect) -> None:
        """Something is to be written when the turn ends well."""
        self.effects.append(effect)

    def note(self, kind: str, **about: object) -> None:
        """A line of history by the one who acts: `person_id`, `episode_id`, `task_id`, further detail."""
        ids = {key: about.pop(key, None) for key in ("person_id", "episode_id", "task_id")}
        self.record(Noted(kind, self.now, self.me, detail=about, **ids))  # type: ignore[arg-type]  # ids are ids

    def lead_in(self, key: str, **params: object) -> None:
        """A line that is put before the next thing said to the one who wrote, in the same bubble."""
        self.lead.append(Term(key, params))

    def say(
        self,
        key: str,
        params: Params = NOTHING,
        /,
        *,
        to: int | None = None,
        asked: Asked | None = None,
        priority: Priority = Priority.REPLY,
        about: int | None = None,
        condition: Condition = Condition.NONE,
        watch: Watch = Watch.NONE,
        not_before: datetime | None = None,
        valid_for: timedelta | None = None,
        slot: str | None = None,
        enclosure: Enclosure = Enclosure.NONE,
        protect: bool = False,
        beside: bool = False,
        preface: Term | None = None,
        **more: object,
    ) -> int:
        """Post a letter to the one who wrote, or to the person `to`; answers its id.

        The parameters of the text are given by name, or as a mapping where they come from a rule. What is
        said `beside` a pressed message leaves it and its buttons as they are. `preface` is a line before it.
        """
        self.pressed_stays = self.pressed_stays or beside
        mine = to is None or (self.said is not None and to == self.owner)
        lead: tuple[Term, ...] = ()
        if mine:
            lead, self.lead = tuple(self.lead), []
        if preface is not None:
            lead = (*lead, preface)
        letter = Letter(
            id=self.ids(),
            owner=self.owner if to is None else to,
            key=key,
            due_at=not_before or self.now,
            params={**params, **more},
            lead=lead,
            asked=asked,
            priority=priority,
            address_id=self.chat.id if mine and self.said is not None else None,
            about=about,
            condition=condition,
            watch=watch,
            valid_until=None if valid_for is None else self.now + valid_for,
            replaces=self._replaces(asked, enclosure, priority) if mine and not beside else None,
            slot=slot,
            enclosure=enclosure,
            protect=protect,
        )
        self.record(LetterPosted(letter))
        return letter.id

    def may(self, action: Action, unit_id: int) -> bool:
        """Whether any of the speaker's postings allows the action on a file of this unit (DESIGN.md §7)."""
        return permitted(self.store, self.context.postings, action, unit_id)

    def _replaces(self, asked: Asked | None, enclosure: Enclosure, priority: Priority) -> str | None:
        """The pressed message, for the first reply to a press with inline choices or none (DESIGN.md §3).

        An alert is a message of its own: an edit does not ring.
        """
        if self.said is None or self.said.pressed_in is None:
            return None
        wants = asked is not None and asked.want is not None
        first = not any(
            isinstance(effect, LetterPosted) and effect.letter.address_id == self.chat.id
            for effect in self.effects
        )
        own = wants or priority is Priority.ALERT or enclosure is not Enclosure.NONE
        return self.said.pressed_in if first and not own else None


def permitted(store: Store, postings: Sequence[Posting], action: Action, unit_id: int) -> bool:
    """Whether any of these postings allows the action on a file, or the staff, of this unit."""
    if not postings:
        return False
    above = [unit.id for unit in store.superiors(unit_id)]
    centres = [unit.id for unit in store.supporters(unit_id)]
    return any(
        allows(posting.role, action, relation(unit_id, posting, above, centres)) for posting in postings
    )
