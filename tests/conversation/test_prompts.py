"""Prompts and conversations, on the whole stage: who interrupts whom, and what one phone answers for two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from bot.turns import Arrived
from quarantine.effects import AddressBound, EpisodeChanged
from quarantine.messages import Address, Incoming, Kind
from storage import contexts
from storage.apply import apply
from storage.reader import SqlStore
from tests.cast import CAST
from tests.messengers import TELEGRAM
from tests.player import Player
from tests.stage import Stage

SYMPTOMS = "triệu chứng nào dưới đây không?"
LANGUAGE = "Ngôn ngữ"


class Story:
    """A stage that plays lines as transcripts write them, and what each phone has received since."""

    def __init__(self, *cast: str) -> None:
        self.stage = Stage(cast)
        self.player = Player(self.stage)

    def play(self, *lines: str) -> list[str]:
        """Play these lines; what the phones received, as "07:30 → Lan: first / second …"."""
        received: list[str] = []
        for line in (said for played in lines for said in self.player.play(played, ()) or ()):
            if line.startswith("      "):
                received[-1] += f" / {line.strip()}"
            elif line.startswith("  "):
                received.append(line.strip())
        return received

    def count(self, query: str) -> int:
        """A number from the database."""
        with self.stage.engine.connect() as conn:
            return int(conn.execute(text(query)).scalar_one())

    def write(self, *effects: object) -> None:
        """Let these effects have happened."""
        with self.stage.engine.begin() as conn:
            apply(conn, self.stage.keyring, effects, self.stage.clock.now(), self.stage.ids.one)  # type: ignore[arg-type]  # effects

    def context(self, user: str, account: str = TELEGRAM) -> contexts.Context:
        """What a turn of this chat would know."""
        said = Incoming(Address(account, user), "look", self.now, Kind.OTHER)
        with self.stage.engine.begin() as conn:
            return contexts.load(conn, self.stage.keyring, [said], self.stage.ids.one, self.now)[0]

    def signs(self, who: str) -> frozenset[str]:
        """The signs of somebody's newest report."""
        episode = self.context(CAST[who].user).episodes[0]
        with self.stage.engine.connect() as conn:
            last = SqlStore(conn, self.stage.keyring, self.now).last_report(episode.id)
        return last.signs if last else frozenset()

    @property
    def now(self) -> datetime:
        """The instant of the story."""
        return self.stage.clock.now()


@pytest.fixture
def tell() -> Iterator[Callable[..., Story]]:
    """Tell a story with this cast."""
    stories: list[Story] = []

    def begin(*cast: str) -> Story:
        stories.append(Story(*cast))
        return stories[-1]

    yield begin
    for story in stories:
        story.stage.close()


def test_a_prompt_waits_for_a_conversation_that_is_going_on(tell):
    """A routine prompt does not interrupt before the conversation has rested for 10 minutes."""
    story = tell("Lan")
    story.play("@ 2026-12-03 07:25", "Lan: đổi ngôn ngữ")
    assert story.play("@ 2026-12-03 07:34") == []
    (prompt,) = story.play("@ 2026-12-03 07:35")
    assert prompt.startswith("07:35 → Lan: ")
    assert SYMPTOMS in prompt


def test_a_prompt_comes_on_time_to_an_idle_conversation(tell):
    """A question that has rested for 10 minutes, or none at all, is no reason to wait."""
    story = tell("Lan", "Bác Tư")
    story.play("@ 2026-12-03 07:20", "Lan: đổi ngôn ngữ")
    prompts = story.play("@ 2026-12-03 07:30")
    assert sorted(line.partition(":")[2][:12] for line in prompts) == ["30 → Bác Tư:", "30 → Lan: Ch"]


def test_a_conversation_that_has_ended_holds_no_prompt_up(tell):
    """Whoever has said all they wanted is idle at once."""
    story = tell("Lan")
    story.play("@ 2026-12-03 07:29", "Lan: đổi ngôn ngữ", "Lan: tiếng Việt")
    (prompt,) = story.play("@ 2026-12-03 07:30")
    assert prompt.startswith("07:30 → Lan: ")


def test_the_prompt_is_answered_first_and_what_it_interrupted_is_offered_again(tell):
    """Typed words answer the newest question; when the check-in is done the older one is asked again."""
    story = tell("Lan")
    (language,) = story.play("@ 2026-12-03 07:10", "Lan: đổi ngôn ngữ")
    asked = language.partition("Lan: ")[2]
    story.play("@ 2026-12-03 07:30", "Lan: khong")
    thanks, again = story.play("Lan: (vị trí nhà)")
    assert "Cảm ơn" in thanks
    assert asked in again
    assert again != language, "it says that this is where they were"
    assert story.play("Lan: English") != []
    assert story.context(CAST["Lan"].user).person.language == "en"


def test_a_button_of_what_was_interrupted_may_still_be_pressed(tell):
    """The older question is open all the time: its button answers it, and the check-in stays open."""
    story = tell("Lan")
    story.play("@ 2026-12-03 07:10", "Lan: đổi ngôn ngữ", "@ 2026-12-03 07:30", "Lan: [English]")
    assert story.context(CAST["Lan"].user).person.language == "en"
    assert story.count("SELECT count(*) FROM checkin WHERE stage = 'prompted'") == 1


def test_an_alert_interrupts_at_once(tell):
    """RED reaches the officer in the same minute, whatever they are in the middle of, as a new message."""
    story = tell("Lan", "Hạnh")
    story.play("@ 2026-12-03 07:30", "Hạnh: đổi ngôn ngữ")
    received = story.play("Lan: [Khó thở]")
    assert any(line.startswith("07:30 → Hạnh: 🔴") for line in received), received
    assert any(line.startswith("07:30 → Lan: ") and "115" in line for line in received), received
    assert not any("✎" in line and ("115" in line or "🔴" in line) for line in received), (
        "an edit does not ring"
    )


def test_what_an_alert_interrupted_is_still_open(tell):
    """The officer answers the card by its button and goes on where they were."""
    story = tell("Lan", "Hạnh")
    story.play("@ 2026-12-03 07:30", "Hạnh: đổi ngôn ngữ", "Lan: [Khó thở]")
    story.play("Hạnh: [Nhận việc]", "Hạnh: English")
    assert story.count("SELECT count(*) FROM task WHERE state = 'taken'") == 1


def test_the_first_reply_to_a_press_is_an_edit_and_a_request_for_a_location_is_not(tell):
    """Ticking redraws the question in place; asking for the location is a message of its own."""
    story = tell("Lan")
    story.play("@ 2026-12-03 07:30")
    (ticked,) = story.play("Lan: [Ho]")
    assert ticked.startswith("07:30 ✎ Lan: ")
    assert "[✓ Ho]" in ticked
    story.play("Lan: [✓ Ho]")
    (asked,) = story.play("Lan: [Không có triệu chứng]")
    assert asked.startswith("07:30 → Lan: ")
    assert "[📍 Gửi vị trí]" in asked


def test_the_morning_button_cannot_answer_the_afternoon(tell):
    """A button carries the number of its question: yesterday's "none" says nothing about today."""
    story = tell("Lan")
    story.play("@ 2026-12-03 07:30", "@ 2026-12-03 16:30")
    (stale,) = story.play("Lan: (nút cũ) [Không có triệu chứng]")
    assert "trước" in stale
    assert story.count("SELECT count(*) FROM report") == 0
    assert story.count("SELECT count(*) FROM checkin WHERE stage = 'prompted'") == 1


def test_one_phone_answers_for_two_in_one_prompt(tell):
    """One prompt per responder and slot names both: well and at home is two choices, for both homes."""
    story = tell("Lan", "Bác Tư", "Hạnh")
    episode = story.context(CAST["Bác Tư"].user).episodes[0]
    joined = replace(episode, responder_id=CAST["Lan"].person.id)
    story.write(EpisodeChanged(episode, joined, None, story.now, "household"))
    (prompt,) = story.play("@ 2026-12-03 07:30")
    assert "→ Lan: " in prompt
    assert "Lan, bác Tư" in prompt
    story.play("Lan: [Cả nhà đều khỏe]")
    assert story.count("SELECT count(DISTINCT episode_id) FROM report") == 2
    (thanks,) = story.play("Lan: (vị trí nhà)")
    assert "Cảm ơn" in thanks
    assert story.count("SELECT count(DISTINCT episode_id) FROM fix") == 2
    assert story.count("SELECT count(*) FROM checkin WHERE stage = 'done'") == 2
    assert story.count("SELECT count(*) FROM prompt") == 1


def test_one_member_who_is_unwell_does_not_end_the_round_for_the_other(tell):
    """RED about one member pages the officer, and the other one is asked about all the same."""
    story = tell("Lan", "Bác Tư", "Hạnh")
    episode = story.context(CAST["Bác Tư"].user).episodes[0]
    story.write(
        EpisodeChanged(
            episode, replace(episode, responder_id=CAST["Lan"].person.id), None, story.now, "household"
        )
    )
    story.play("@ 2026-12-03 07:30")
    story.play("Lan: 2 3")
    received = story.play("Lan: khó thở")
    assert any("→ Hạnh: 🔴" in line for line in received)
    assert any(SYMPTOMS in line for line in received), received
    story.play("Lan: khong", "Lan: (vị trí nhà)")
    assert story.count("SELECT count(*) FROM checkin WHERE stage = 'done'") == 2


def test_two_messengers_of_one_person_share_one_conversation(tell):
    """Begun on Telegram, gone on with on another messenger: the conversation is the person's."""
    story = tell("Lan")
    other = story.context("7001", "zalo").chat
    story.write(AddressBound(other.id, CAST["Lan"].person.id, story.now))
    story.play("Lan: đổi ngôn ngữ")
    said = Incoming(Address("zalo", "7001"), "z1", story.now + timedelta(seconds=5), Kind.TEXT, "English")
    story.stage.turns().take_group([Arrived(said)])
    assert story.context(CAST["Lan"].user).person.language == "en"
    assert story.context(CAST["Lan"].user).frames == ""


def test_a_danger_that_is_heard_in_between_takes_nothing_away(tell):
    """Fever was ticked; "khó thở quá" at the next question adds to it, so that the newest report has both."""
    story = tell("Lan", "Hạnh")
    story.play("@ 2026-12-03 07:30", "Lan: sốt")
    received = story.play("Lan: khó thở quá")
    assert any("→ Hạnh: 🔴" in line for line in received), received
    assert story.signs("Lan") == {"fever", "breathless"}
    story.play("Lan: 38,5")
    assert story.signs("Lan") == {"fever", "breathless"}
