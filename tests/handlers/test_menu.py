"""The menu of staff: daily work first, what is rare behind one button, nothing that does not apply."""

from __future__ import annotations

import pytest

from handlers.book import script
from tests.handlers.phones import World
from tests.handlers.scenery import ADMIN, CLERK, DIRECTOR, OFFICER, province

DAILY = ["viec", "xacminh", "huongdan", "hoso", "tongquan", "trogiup", "!other"]
LONGEST = 9


def world() -> World:
    """The province, with the whole script."""
    made = province()
    return World(made.store, script, made.now)


def offered(letter) -> list[str]:
    """The values of the buttons."""
    return [option.value for option in letter.asked.options]


def test_an_officer_sees_the_daily_work_first():
    """Tasks, verification, guidance, files: in the order of the day; the rest is one press away."""
    phone = world().phone(OFFICER)
    assert offered(phone.types("xin chào")) == DAILY
    rare = offered(phone.presses("!other"))
    assert {"inphieu", "vitri", "nghi", "kenh"} <= set(rare)
    assert not set(rare) & set(DAILY)
    phone.presses("nghi")
    assert phone.asked() == "rest.when"


@pytest.mark.parametrize("who", [OFFICER, DIRECTOR, CLERK, ADMIN])
def test_no_menu_of_staff_is_longer_than_a_screen(who: int):
    """Whatever the role, and everything is in one of the two."""
    phone = world().phone(who)
    first = offered(phone.types("xin chào"))
    assert len(first) <= LONGEST
    both = {*first, *offered(phone.presses("!other"))} - {"!other"}
    assert len(both) == len(first) - 1 + len(offered(phone.letters[-1]))


def test_coming_back_to_work_is_offered_to_the_absent_only():
    """Who is not away has no such button, but is answered all the same when they type it."""
    phone = world().phone(OFFICER)
    assert "dilam" not in {*offered(phone.types("xin chào")), *offered(phone.presses("!other"))}
    assert phone.types("đi làm lại").key == "rest.not_away"
    phone.types("nghỉ mai")
    assert "dilam" in offered(phone.types("xin chào"))
    phone.presses("dilam")
    assert "dilam" not in offered(phone.types("xin chào"))


def test_a_button_of_an_older_menu_still_works():
    """A menu that was drawn before, with everything on it, is heard."""
    phone = world().phone(OFFICER)
    menu = phone.types("xin chào")
    for value in ("inphieu", "dilam", "hoso"):
        assert not phone.presses(value, menu).key.startswith("stale.")
