"""Households: how members are told apart, and of whom typed words speak."""

from datetime import date

import pytest

from quarantine.household import Member, Spoken, called, is_child, spoken_of
from quarantine.people import Person

HOUSE = (Member(1, "Nguyễn Thị Lan"), Member(2, "Trần Văn Nam"), Member(3, "Trần Gia Bi", child=True))
TODAY = date(2026, 12, 3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bé Bi sốt", {3: "sốt"}),
        ("be bi sot", {3: "sot"}),
        ("BE BI SOT", {3: "SOT"}),
        ("Bi sot 38,5, Nam ho", {3: "sot 38,5", 2: "ho"}),
        ("Lan và Bi ho", {1: "ho", 3: "ho"}),
        ("nguyen thi lan ho", {1: "ho"}),
        ("bé sốt cao", {3: "sốt cao"}),
        ("ho rồi Bi ạ", {3: "ho rồi ạ"}),
        ("Lan", {1: ""}),
        ("toi bi sot", {}),
        ("tôi bị sốt", {}),
        ("nam nay khoe", {}),
        ("khó thở quá", {}),
        ("", {}),
        ("😷🙏", {}),
    ],
)
def test_of_whom_the_words_speak(text, words):
    """Names count with and without marks; one that is a word too ("bị", "năm") needs a title or a capital."""
    assert spoken_of(text, HOUSE) == Spoken(words)


@pytest.mark.parametrize(
    ("text", "words", "rest"),
    [
        ("cả nhà khỏe", {}, "cả nhà khỏe"),
        ("moi nguoi deu khoe", {}, "moi nguoi deu khoe"),
        ("cả nhà khỏe, Bi ho", {3: "ho"}, "cả nhà khỏe"),
        ("cả nhà sốt trừ bé Bi", {3: ""}, "cả nhà sốt trừ"),
    ],
)
def test_what_is_said_of_the_whole_house(text, words, rest):
    """What holds for the house does not hold for those who are named: they are told, or asked about."""
    assert spoken_of(text, HOUSE) == Spoken(words, everybody=True, rest=rest)


def test_a_name_that_two_have_is_nobodys():
    """With two Lans in the house "Lan sốt" is asked back; the whole name still tells them apart."""
    two = (*HOUSE, Member(4, "Đàm Thị Lan"))
    assert spoken_of("Lan sốt", two).unsure
    assert spoken_of("Đàm Thị Lan sốt", two).words == {4: "sốt"}


def test_a_child_is_nobody_where_there_are_two_children():
    """Where the house has two children, "bé sốt" names neither of them."""
    assert spoken_of("bé sốt", (*HOUSE, Member(5, "Trần Gia Hân", child=True))).words == {}


def test_members_are_told_apart_however_many_share_a_name():
    """The given name where it suffices, then the whole one, then the year of birth, at last a number."""
    people = [
        Person(1, "Nguyễn Thị Lan", birth_year=1992),
        Person(2, "Đàm Thị Lan"),
        Person(3, "Trần Văn Nam", birth_year=1985),
        Person(4, "Lê Thị Hoa", birth_year=1960),
        Person(5, "Lê Thị Hoa", birth_year=1988),
    ]
    alike = [Person(number, "Hà Văn Sơn", birth_year=1990) for number in range(10, 60)]
    names = called([*people, *alike])
    assert [names[one.id] for one in people] == [
        "Nguyễn Thị Lan",
        "Đàm Thị Lan",
        "Nam",
        "Lê Thị Hoa 1960",
        "Lê Thị Hoa 1988",
    ]
    assert len(set(names.values())) == len(people) + len(alike)


def test_who_is_a_child():
    """Under twelve by year of birth; of unknown age nobody is."""
    assert is_child(Person(1, "Bi", birth_year=2015), TODAY)
    assert not is_child(Person(1, "Bi", birth_year=2014), TODAY)
    assert not is_child(Person(1, "Bi"), TODAY)
