"""Own matters: an officer in quarantine is looked after by others, like everybody else."""

from dataclasses import replace

import pytest

from handlers import own
from quarantine.people import EpisodeState
from quarantine.tasks import TaskKind
from tests.handlers.scenery import DEPUTY, OFFICER, now, opened, province, resident, with_task


def _own_file(world, **facts):
    """The officer stands in the list a second time, with the same phone."""
    episode = resident(world, **facts)
    person = world.store.persons[episode.person_id]
    world.store.persons[person.id] = replace(person, phone=world.store.persons[OFFICER].phone)
    return episode


def test_nobody_verifies_themselves():
    """The officer's own file is refused to them with the name of a colleague, and stays as it was."""
    world = province()
    episode = _own_file(world)
    officer = world.phone(OFFICER)
    officer.types("/xacminh")
    officer.types("1")
    assert officer.letters[-1].key == "verify.own_call"
    assert officer.letters[-1].params["name"] == world.store.persons[DEPUTY].name
    assert now(world, episode).state is EpisodeState.NOTIFIED
    deputy = world.phone(DEPUTY)
    deputy.types("/xacminh")
    deputy.types("1")
    assert deputy.asked() == "verify.file"


@pytest.mark.parametrize("kind", [TaskKind.VERIFY, TaskKind.RED, TaskKind.CONTACT, TaskKind.DECIDE])
def test_a_task_about_an_officer_is_put_before_the_others(kind):
    """Whoever a task is about is never told of it; the next rung with somebody else is."""
    world = province()
    episode = _own_file(world)
    with_task(world, episode, kind)
    told = {letter.owner for letter in world.store.letters if letter.key == f"task.{kind}"}
    assert told
    assert OFFICER not in told


def test_other_files_are_not_touched_by_the_rule():
    """The same officer goes on verifying everybody else."""
    world, officer, episode = opened()
    assert officer.asked() == "verify.file"
    file = world.store.file(episode.id)
    assert not own.matter_of(file).of(world.store.persons[OFFICER])
    assert own.matter_of(file).of(file.responder)
