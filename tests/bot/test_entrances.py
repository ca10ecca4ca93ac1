"""The accounts on a guide card: one of each messenger, and what the letter says of them."""

from dataclasses import replace

import pytest

from bot.catalogues import load
from bot.entrances import entrances, spoken
from bot.rendering import Voice
from papers.guide_card import Entrance
from quarantine.channel import Presence
from storage.facts import STRANGER

CODE = "2CFH-4KMN"
TELEGRAM = Presence("@cachly_bot", "https://t.me/cachly_bot?start={code}", "telegram")
OA = Presence("Trạm Y tế Ngọc Hà", "https://zalo.me/431865", "zalo-oa")
OTHER_OA = Presence("Trạm Y tế Ba Vì", "https://zalo.me/777", "zalo-oa")
BOT = Presence("bot.Cachly", "", "zalo-bot")
ON_TELEGRAM = Entrance("Telegram", "@cachly_bot", "https://t.me/cachly_bot?start=2CFH4KMN", coded=True)
ON_OA = Entrance("Zalo", "Trạm Y tế Ngọc Hà", "https://zalo.me/431865", follow=True)
ON_BOT = Entrance("Zalo", "bot.Cachly")


def test_zalo_comes_first_and_links_carry_the_code_where_they_can():
    """In the order of the card, whatever the accounts are called; a link without a place for it has none."""
    found = entrances({"a": TELEGRAM, "b": BOT, "c": OA}, "a", CODE)
    assert found == [ON_OA, ON_BOT, ON_TELEGRAM]


@pytest.mark.parametrize(
    ("account", "name"), [("ba_vi", OTHER_OA.name), ("ngoc_ha", OA.name), ("tg", OTHER_OA.name)]
)
def test_of_several_accounts_of_a_messenger_one_is_shown(account, name):
    """An officer hands out the account that they themselves write on; from elsewhere always the same one."""
    found = entrances({"ngoc_ha": OA, "ba_vi": OTHER_OA, "tg": TELEGRAM}, account, CODE)
    assert [way.name for way in found] == [name, TELEGRAM.name]


def test_an_account_of_another_province_is_left_out():
    """Who is enrolled in one province is not sent to the account of another; one for all is shown to all."""
    here, there = replace(OA, serves="01"), replace(OTHER_OA, serves="04")
    bot, everywhere = replace(TELEGRAM, serves="01"), BOT
    found = entrances({"a_there": there, "here": here, "tg": bot, "zb": everywhere}, "tg", CODE)
    assert found == [ON_OA, ON_BOT, ON_TELEGRAM]
    assert entrances({"a_there": there, "tg": bot}, "tg", CODE) == [ON_TELEGRAM]


def test_an_account_that_is_not_known_yet_is_left_out():
    """Until an account has said its name the card shows the others; with none it carries the code alone."""
    assert entrances({}, "tg", CODE) == []


def said(*ways):
    """What the letter says in Vietnamese."""
    return spoken(ways, CODE, Voice(load(strict=True), STRANGER, None).say)


def test_a_lone_deep_link_speaks_for_itself():
    """With Telegram alone the card's letter is as short as it can be."""
    assert said(ON_TELEGRAM) == ON_TELEGRAM.link
    assert said() == ""


def test_several_ways_are_told_one_by_one():
    """Zalo says what to do and with which code, for its link cannot carry it; Telegram's can."""
    assert said(ON_OA, ON_BOT, ON_TELEGRAM).split("\n") == [
        "Mở Zalo, quét mã QR hoặc tìm Trạm Y tế Ngọc Hà, bấm Quan tâm rồi gửi mã: 2CFH-4KMN",
        "https://zalo.me/431865",
        "Mở Zalo, tìm bot.Cachly rồi gửi mã: 2CFH-4KMN",
        "Telegram:",
        "https://t.me/cachly_bot?start=2CFH4KMN",
    ]


def test_a_zalo_bot_with_an_address_is_scanned():
    """Nothing has to be followed on a Zalo bot."""
    bot = Entrance("Zalo", "bot.Cachly", "https://zalo.me/9")
    assert said(bot).split("\n") == [
        "Mở Zalo, quét mã QR hoặc tìm bot.Cachly rồi gửi mã: 2CFH-4KMN",
        "https://zalo.me/9",
    ]
