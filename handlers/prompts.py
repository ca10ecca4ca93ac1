"""Prompts: what the clock asks at the hour of a slot and in its reminders, of one person or of a house."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.called import labels
from handlers.checkin import SYMPTOMS
from handlers.house import HOUSE, member_options
from handlers.whereabouts import LOCATION
from quarantine.checkins import ANSWERABLE, Checkin
from quarantine.conversation import Ask
from quarantine.letters import Asked, Option
from quarantine.messages import Term
from quarantine.numbers import PROMPT, number
from quarantine.people import Episode, EpisodeState, Person
from quarantine.store import Prompt


def prompt_letter(
    prompt: Prompt, episodes: list[Episode], persons: list[Person]
) -> tuple[dict[str, object], Asked]:
    """What the prompt of a slot says and asks; the sweep that posts it writes no text (DESIGN.md §5).

    `episodes` are those of the prompt's check-ins, `persons` the people in them.
    """
    episode_of = {one.id: one for one in episodes}
    left = _waiting(prompt, episode_of) or [one for one in prompt.checkins if one.episode_id in episode_of]
    first, today = episode_of[left[0].episode_id], left[0].day
    called = labels(list({one.id: one for one in persons}.values()), today)
    names = {one.id: called[episode_of[one.episode_id].person_id] for one in left}
    who: object = list(names.values())
    if len(left) == 1:
        own = first.person_id == prompt.responder_id
        who = Term("checkin.who_you") if own else Term("checkin.who_member", {"name": names[left[0].id]})
    asks: dict[str, object] = {"day": first.day_number(today), "days": first.length, "who": who}
    params: dict[str, object] = {
        **asks,
        "part": Term(f"checkin.{prompt.slot}"),
        "date_short": today,
        "asks": Term("checkin.asks_one" if len(left) == 1 else "checkin.asks_house", asks),
    }
    return params, asked_of(prompt, names)


def _waiting(prompt: Prompt, episodes: Mapping[int, Episode]) -> list[Checkin]:
    """The check-ins whose symptoms are still to be asked, the reader's own first."""
    open_now = [
        one
        for one in prompt.checkins
        if one.episode_id in episodes
        and episodes[one.episode_id].state is EpisodeState.MONITORING
        and one.stage in ANSWERABLE
        and not one.reported
    ]
    return sorted(open_now, key=lambda one: episodes[one.episode_id].person_id != prompt.responder_id)


def asked_of(prompt: Prompt, names: Mapping[int, Term | str]) -> Asked:
    """The question under a prompt or reminder about these, by check-in: of one the signs, of several who."""
    mark = number(PROMPT, prompt.id)
    if len(names) > 1:
        drawn = Ask(HOUSE, {}, member_options(names)).drawn()
        return Asked(HOUSE.key, mark, drawn, HOUSE.columns, many=True)
    return Asked(SYMPTOMS.key, mark, SYMPTOMS.options(), SYMPTOMS.columns, many=True)


def reminder_question(prompt: Prompt, names: Mapping[int, Term | str], *, reported: bool) -> Asked:
    """What stands under a reminder: the question again, or only the location that is still missing."""
    if not reported:
        return asked_of(prompt, names)
    options = tuple(Option(choice.value, Term(choice.label)) for choice in LOCATION.choices)
    return Asked(
        LOCATION.key,
        number(PROMPT, prompt.id),
        options,
        LOCATION.columns,
        LOCATION.want,
        LOCATION.want_label,
        free=True,
    )
