"""Unlinked: whoever is verified and has not connected stays before the station until they have."""

from __future__ import annotations

from datetime import timedelta

from quarantine.people import EpisodeState
from quarantine.tasks import TaskKind
from tests.handlers.phones import MONDAY
from tests.handlers.scenery import OFFICER, province, resident, with_task


def test_the_card_says_how_long_somebody_has_waited():
    """Counted from the verification, whenever the task was opened."""
    world = province()
    episode = resident(world, EpisodeState.GUIDED)
    world.store.verified_at[episode.id] = MONDAY - timedelta(days=2)
    with_task(world, episode, TaskKind.LINK)
    (card,) = world.phone(OFFICER).letters
    assert card.key == "task.link"
    waited = card.params["waited"]
    assert (waited.key, waited.params) == ("verify.waited_days", {"days": 2})
