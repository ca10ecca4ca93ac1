"""`cachly units …`: the map brought in, looked at and amended; wrong input is answered with a sentence."""

import pytest

from storage.sealing import Keyring

HEAD = "province_code\tprovince\tward_code\tward\n"
THREE_LEVELS = (
    "province_code,province,district_code,district,ward_code,ward\n"
    "04,Tỉnh Cao Bằng,040,Thành phố Cao Bằng,01273,Phường Hợp Giang\n"
)
pytestmark = pytest.mark.usefixtures("place")


@pytest.fixture
def cachly(cachly):
    """Run a command that is to end well: what it printed; with `code`, what it said on stderr."""

    def run(*words, code=0):
        ended, out, err = cachly(*words)
        assert ended == code, err
        return err if code else out

    return run


@pytest.fixture
def cao_bang(cachly):
    """Cao Bằng with its number, in a database of its own."""
    cachly("migrate")
    return cachly("units", "load", "--province", "4", "--hotline", "0206 3852 272")


def test_a_province_comes_from_the_package(cachly, cao_bang):
    """All communes of one province, and the same again changes nothing."""
    assert cao_bang.startswith("1 provinces and 56 communes are loaded: 57 new, 0 changed.")
    assert "0 new, 0 changed." in cachly("units", "load", "--province", "04")


def test_the_whole_country(cachly, cao_bang):
    """34 provinces and 3,321 communes; the number that was set stays."""
    assert "34 provinces and 3321 communes are loaded: 3298 new, 0 changed." in cachly(
        "units", "load", "--all"
    )
    assert "0206 3852 272 (Tỉnh Cao Bằng), emergency 115" in cachly("units", "show", "01273")
    split = cachly("units", "show", "00016")
    assert (
        "Phường Ngọc Hà, Quận Ba Đình, Thành phố Hà Nội (00016, until 30/06/2025, in part) was split" in split
    )
    assert "00004    Phường Ba Đình, Thành phố Hà Nội" in split
    assert "may be 2 units" in cachly("units", "show", "loc ninh")


@pytest.mark.parametrize(
    "wanted", ["01273", "Phường Thục Phán", "thuc phan", "P. THỤC PHÁN", "Hợp Giang", "hop giang"]
)
def test_a_unit_is_found_by_code_and_by_names_of_today_and_before(cachly, cao_bang, wanted):
    """With marks or without, and by the commune that went into it."""
    assert "Phường Thục Phán (01273), Tỉnh Cao Bằng" in cachly("units", "show", wanted)


@pytest.mark.parametrize("typed", ["Hoà An", "Hòa An", "Ho\u0300a An", "hoa an"])
def test_a_tone_mark_may_stand_on_either_letter(cachly, cao_bang, typed):
    """Hoà and Hòa are one name, composed or not."""
    assert "Xã Hòa An (01654), Tỉnh Cao Bằng" in cachly("units", "show", typed)


def test_centres_branches_numbers_and_aliases(cachly, cao_bang):
    """What no list knows: a centre supports communes of its province, a station has branches."""
    name = "Trung tâm Y tế khu vực Cao Bằng"
    assert "supports 2 communes" in cachly("units", "support", "04-KV1", "01273", "01279", "--name", name)
    assert "supports 2 communes" in cachly("units", "support", "04-KV1", "01273")
    assert "(01273-1)" in cachly("units", "point", "01273", "điểm trạm Hợp Giang")
    assert "(01273-1)" in cachly("units", "point", "01273", "Điểm trạm Hợp Giang", "--hotline", "0912345678")
    cachly("units", "amend", "01273", "--hotline", "1022", "--alias", "Phố Kim Đồng")
    shown = cachly("units", "show", "pho kim dong")
    assert shown.startswith("Phường Thục Phán (01273)")
    assert "supported by  Trung tâm Y tế khu vực Cao Bằng (04-KV1)" in shown
    assert "above         Tỉnh Cao Bằng (04)" in shown
    assert "branches      Điểm trạm Hợp Giang (01273-1)" in shown
    assert "1022 (Phường Thục Phán), emergency 115" in shown
    cachly("units", "amend", "01273", "--hotline", "")
    assert "0206 3852 272 (Tỉnh Cao Bằng), emergency 115" in cachly("units", "show", "01273")
    cachly("units", "load", "--province", "04")
    assert "supported by" in cachly("units", "show", "01273")
    assert "no longer supports 1" in cachly("units", "support", "04-KV1", "01273", "--stop")


def test_a_map_of_before_stands_beside_that_of_today(cachly, cao_bang, place, monkeypatch):
    """Three levels load as well; they have ended, and nobody is posted there."""
    (place / "before.csv").write_text(THREE_LEVELS)
    said = cachly("units", "load", "before.csv")
    assert said.startswith("1 provinces, 1 district centres and 1 communes are loaded: 3 new, 0 changed.")
    shown = cachly("units", "show", "phường hợp giang")
    assert "until 30/06/2025" in shown
    assert "Trung tâm Y tế Thành phố Cao Bằng (040), Tỉnh Cao Bằng (04)" in shown
    assert "Phường Thục Phán" in cachly("units", "show", "01273")
    monkeypatch.setenv("CACHLY_KEYS", Keyring.make_key("k1"))
    assert "ended on 30/06/2025" in cachly("invite", "--unit", "040", "--role", "centre", code=2)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("load",), "Name a FILE, a province (--province 04), or --all"),
        (("load", "--all", "--province", "04"), "--all is the whole country"),
        (("load", "--province", "99"), "there is no province 99"),
        (("load", "--province", "hà nội"), "there is no province"),
        (("load", "nothing.tsv"), "nothing.tsv cannot be used: No such file"),
        (("load", "--all", "--hotline", "0206 3852 272"), "--hotline is one province's number"),
        (("load", "--province", "04", "--hotline", "abc"), "“abc” is no number to call"),
        (("show", "xyzw"), "There is no unit with the code or name “xyzw”"),
        (("show", ""), "There is no unit with the code or name"),
        (("support", "04-KV1", "01273"), "There is no centre 04-KV1 yet. To make it, give its name"),
        (("support", "0 4", "01273", "--name", "Trung tâm"), "0 4 is no code"),
        (("support", "04-KV1", "99999", "--name", "Trung tâm"), "There is no unit with the code 99999"),
        (("support", "01273", "01279"), "01273 is Phường Thục Phán, a station; a centre is needed here"),
        (
            ("support", "04-KV1", "04", "--name", "Trung tâm"),
            "04 is Tỉnh Cao Bằng, a cdc; a station is needed",
        ),
        (("support", "04-KV1", "01273", "--stop"), "There is no unit with the code 04-KV1"),
        (("point", "04", "Điểm trạm"), "04 is Tỉnh Cao Bằng, a cdc; a station is needed here"),
        (("point", "01273", "  123 "), "is no name"),
        (("amend", "01273"), "Say what to amend"),
        (("amend", "01273", "--hotline", "12"), "“12” is no number to call"),
    ],
)
def test_bad_input_is_answered_with_a_sentence(cachly, cao_bang, words, says):
    """Exit code 2 and what to do; nothing is written."""
    said = cachly("units", *words, code=2)
    assert says in said
    assert "Traceback" not in said
    assert "0 new, 0 changed" in cachly("units", "load", "--province", "04")


def test_a_centre_supports_communes_of_its_own_province(cachly, cao_bang, place):
    """Another province's commune is refused by name."""
    (place / "hanoi.tsv").write_text(f"{HEAD}01\tThành phố Hà Nội\t00004\tPhường Ba Đình\n")
    cachly("units", "load", "hanoi.tsv")
    said = cachly("units", "support", "04-KV1", "01273", "00004", "--name", "Trung tâm Y tế", code=2)
    assert "Phường Ba Đình is not in Tỉnh Cao Bằng" in said
