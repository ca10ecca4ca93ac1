"""Free text about symptoms: what is affirmed is never lost, what is doubtful is never taken for well."""

import csv
import os
import unicodedata
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarantine.names import fold, plain
from quarantine.symptoms import FORM_SIGNS, SIGNS, read_symptoms
from quarantine.triage import RED_SIGNS

DATA = Path(os.environ.get("CACHLY_TEST_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
SENTENCES = DATA / "text" / "vihealthbert_firstperson_sentences.tsv"
PHRASES = [(sign.code, said.replace("KHÔNG", "không")) for sign in SIGNS for said in sign.spellings]
SURE = [(code, phrase) for code, phrase in PHRASES if phrase[0] not in "~!"]
DENIALS = (
    *(
        "không",
        "khong",
        "ko",
        "k",
        "kg",
        "kh",
        "hông",
        "hổng",
        "hok",
        "hong",
        "hem",
        "khg",
        "chưa",
        "chả",
        "chẳng",
    ),
    *("không bị", "ko có", "không thấy", "không hề", "không còn"),
)
WELL, UNSURE, OTHER = "well", "unsure", "other"

# Hand-labelled, as residents type them: what is present; "well", "unsure"; "other"; "-sign" denied; "?sign"
# to be asked about at once.
LABELLED = """
không ho, sốt hay khó thở gì | well -cough -fever -breathless
khong ho, sot hay kho tho gi ca | well -cough -fever -breathless
không sốt nhưng ho | cough -fever
ko sot nhung ho | cough -fever
hết sốt | unsure -fever
het sot roi a | unsure -fever
dạ hôm nay em hết sốt rồi nhưng vẫn còn ho ạ | cough -fever
chưa hết sốt | fever
ho mãi không khỏi | cough
ho không ngừng | cough
ko kho tho | unsure -breathless
ko tho duoc | breathless
thở không nổi | breathless
khó thỡ quá | breathless
kho tho qua bac si oi | breathless
e bj sot r | fever
bình thường, hơi ho | cough
bình thường | well
bt | well
bthg ạ | well
ko sao ca | well
em khoẻ | well
em khỏe ạ | well
khoe re | well
không có triệu chứng gì | well
ko co trieu chung nao | well
dạ không ạ | well
0 có gì | well
dạ em không bị gì hết ạ | well
cả nhà em bình thường | well
em vẫn ổn, thân nhiệt 36,8 | well
sáng nay đo 36,8 ko ho ko sot ko kho tho | well -cough -fever -breathless
toi khong ho khong sot khong dau hong | well -cough -fever -sore_throat
vẫn khoẻ mạnh, cảm ơn bác sĩ | well
chi oi em binh thuong | well
em vẫn ổn, 38.2 | unsure
không khỏe | fatigue
ko dc khoe | fatigue
không ổn | unsure
không bình thường | unsure
em vẫn thế | unsure
như hôm qua | unsure
có | unsure
ok để em đo | unsure
sốt 38,5 | fever
tối qua sốt 38 | fever
sốt từ hôm qua đến giờ | fever
hôm qua sốt, nay hết rồi | unsure -fever
hôm qua em sốt | unsure
người cứ hâm hấp | fever
ho nhiều có đờm | cough
ho khan từ hôm qua | cough
lúc nào cũng ho | cough
không ngủ được vì ho | cough
không chỉ ho mà còn sốt | cough fever
ngoài ho ra không có gì | cough
không có gì, chỉ hơi mệt | fatigue
không có triệu chứng gì, chỉ ho nhẹ | cough
không sốt, đau họng | unsure -fever
không sốt, bị đau họng | sore_throat -fever
không sốt, hơi đau họng | sore_throat -fever
không sốt cao | unsure
không ho nhiều | unsure
hong dau hong | unsure -sore_throat
dau hong | sore_throat
em bi ho va sot nhe | cough fever
Sốt: không, Ho: có, Khó thở: không | cough -fever -breathless
ho thì có, khó thở thì không | cough -breathless
sốt ko, ho có | cough -fever
đỡ ho rồi | cough
đâu có sốt | unsure -fever
có sốt đâu | unsure -fever
dau co sot | unsure
không biết có sốt không | unsure
không sốt và ho | unsure -fever
ko kho tho, ko dau nguc | unsure -breathless -chest_pain
ho có đờm lẫn máu | coughing_blood cough
em thấy có máu | unsure ?coughing_blood
không sốt và không ho | well -fever -cough
bình thường, không ho sốt | well -fever -cough
hơi ho tí nhưng ko sao | cough
thở hơi khó | unsure ?breathless
có sốt không bác sĩ? | unsure
em khỏe không bác sĩ? | unsure
không khó thở lắm | unsure ?breathless
không ho, khó thở | unsure -cough ?breathless
khó thở không? | unsure ?breathless
đỡ khó thở | unsure ?breathless
không hẳn là khó thở | unsure ?breathless
nếu khó thở thì gọi ai | unsure ?breathless
toi thay nguc hoi nang | unsure ?chest_pain
bi ngat | unsure ?drowsy
tim moi | unsure ?cyanosis
hết khó thở rồi | unsure -breathless
khó thở thì không nhưng tức ngực | chest_pain -breathless
ho ra máu | coughing_blood
sốt co giật | fever convulsion
li bì gọi không dậy | drowsy
môi tím ngắt | cyanosis
bé nhà tôi sốt | fever other
con em hôm nay sốt 39 | fever other
mẹ tôi ho nhiều | cough other
mẹ tôi bình thường | unsure other
tôi bình thường, con tôi bị sốt | fever other
vợ tôi khó thở | breathless other
toi khoe nhung ba toi sot | fever other
buồn nôn quá | vomiting
mắc ói hoài | vomiting
chóng mặt buồn nôn | dizzy vomiting
bị tiêu chảy 3 lần từ sáng | diarrhoea
đi ngoài 5 lần | diarrhoea
em khong di ngoai | unsure
nổi mẩn đỏ khắp người | rash
bầm tím ở chân | bleeding
chay mau cam | unsure
k ngửi thấy mùi | loss_of_smell
ăn không ngon | appetite
e met moi, dau nguoi | aches fatigue
dau dau qua | headache
hat xi so mui | runny_nose
ngat mui | runny_nose
sốt ruột quá | unsure
cho em gửi hồ sơ | unsure
ho ten nguyen van a | unsure
họ bảo em cách ly | unsure
ho noi em cach ly o nha | unsure
can ho chung cu | unsure
cách 2 met | unsure
uống thuốc hạ sốt rồi | unsure
sức khỏe thế nào ạ | unsure
"""


def labelled():
    """The hand-labelled sentences with their labels."""
    for line in LABELLED.strip().splitlines():
        text, labels = line.rsplit("|", 1)
        yield text.strip(), frozenset(labels.split())


def labels_of(text):
    """What was read, in the notation of the labels."""
    reading = read_symptoms(text)
    flags = {WELL: reading.well, UNSURE: reading.unsure, OTHER: reading.about_other}
    return (
        reading.present
        | {f"-{sign}" for sign in reading.denied}
        | {f"?{sign}" for sign in reading.red_uncertain}
        | {flag for flag, holds in flags.items() if holds}
    )


@pytest.mark.parametrize(
    ("text", "labels"), list(labelled()), ids=lambda part: part if isinstance(part, str) else ""
)
def test_labelled_sentences(text, labels):
    """Every trap of domain.md A8 and the ways in which people really answer, read as a nurse would."""
    assert labels_of(text) == labels
    assert labels_of(unicodedata.normalize("NFD", text)) == labels
    assert labels_of(text.upper()) == labels


def test_there_are_enough_labelled_sentences():
    """The sample covers every sign of the form, all flags, and texts with and without marks."""
    labels = set().union(*(labels for _, labels in labelled()))
    assert len(list(labelled())) >= 100
    assert {sign.code for sign in FORM_SIGNS} | {WELL, UNSURE, OTHER} <= labels
    assert sum(plain(text) == text.lower() for text, _ in labelled()) >= 30


def test_the_form():
    """The eight signs in the order of the national form (domain.md A6), and every code once."""
    assert [sign.code for sign in FORM_SIGNS] == [
        "fever",
        "cough",
        "breathless",
        "sore_throat",
        "vomiting",
        "diarrhoea",
        "bleeding",
        "rash",
    ]
    assert len({sign.code for sign in SIGNS}) == len(SIGNS)
    assert {sign.code for sign in SIGNS} >= RED_SIGNS == {sign.code for sign in SIGNS if sign.red}


@pytest.mark.parametrize(("code", "phrase"), SURE)
def test_every_listed_word_is_understood(code, phrase):
    """Each phrase names its sign, with marks, without, decomposed, in capitals, and within a sentence."""
    for said in ("{}", "em bị {}", "hôm nay em hơi {} ạ", "bình thường, nhưng {}", "Không sốt. {}"):
        text = said.format(phrase)
        assert code in read_symptoms(text).present, text
    assert code in read_symptoms(fold(phrase)).present
    assert code in read_symptoms(unicodedata.normalize("NFD", phrase)).present
    assert code in read_symptoms(phrase.upper()).present


@pytest.mark.parametrize(("code", "phrase"), [pair for pair in PHRASES if pair[1][0] in "~!"])
def test_a_word_that_may_be_another_is_sure_only_with_its_marks(code, phrase):
    """Typed "ngat" may be ngất or ngạt: with marks it counts, without it is asked about or left."""
    assert code in read_symptoms(f"em bị {phrase[1:]}").present
    guess = read_symptoms("em bi " + fold(phrase))
    assert code not in guess.present
    assert not guess.well
    if phrase[0] == "~" and code in RED_SIGNS:
        assert code in guess.red_uncertain


@pytest.mark.parametrize("no", DENIALS)
@pytest.mark.parametrize("sign", FORM_SIGNS, ids=lambda sign: sign.code)
def test_a_denied_sign_is_not_there(no, sign):
    """Every word of denial before every sign of the form, alone and before one that is there."""
    phrase = sign.spellings[0]
    reading = read_symptoms(f"{no} {phrase}")
    assert reading.denied == {sign.code}
    assert reading.unsure
    other = "ho" if sign.code != "cough" else "sốt"
    for turn in ("nhưng", ", bị", "mà", ", có", ", hơi", "chỉ", ", vẫn"):
        mixed = read_symptoms(f"{no} {phrase} {turn} {other}")
        assert sign.code not in mixed.present
        assert len(mixed.present) == 1, (no, phrase, turn)


@pytest.mark.parametrize(("first", "second"), list(permutations(FORM_SIGNS, 2)), ids=lambda sign: sign.code)
def test_a_denial_reaches_over_a_list(first, second):
    """Nothing of "không ho, sốt hay khó thở gì" is there; the list is closed by "hay" or "gì"."""
    one, two = (sign.spellings[0] for sign in (first, second))
    both = {first.code, second.code}
    for text in (
        f"không {one}, {two} gì",
        f"không {one} hay {two}",
        f"ko {one} hoặc {two} gì cả",
        f"không {one}, không {two}",
        f"không có triệu chứng nào như {one}, {two}",
        f"không bị {one} cũng không bị {two}",
        fold(f"không {one} hay {two} gì"),
    ):
        reading = read_symptoms(text)
        assert (reading.present, reading.denied) == (frozenset(), both), text
        closed = " gì" in text or " nào" in text or fold(text).endswith("gi")
        assert reading.well == (closed or bool(both & {"fever", "cough"})), text
    affirmed = read_symptoms(f"có {one}, {two}")
    assert affirmed.present == both
    half = read_symptoms(f"không {one}, {two}")
    assert not half.well
    assert half.denied == {first.code}
    if second.code in RED_SIGNS:
        assert half.red_uncertain == {second.code}


@pytest.mark.parametrize(
    "said",
    ["không {} lắm", "{} không?", "đỡ {}", "nếu {}", "không biết có {} không", "sợ {}", "không ho, {}"],
)
@pytest.mark.parametrize("phrase", ["khó thở", "tức ngực", "ho ra máu", "lơ mơ", "co giật", "bất tỉnh"])
def test_a_danger_word_under_uncertain_denial_is_asked_about(said, phrase):
    """A8 trap 7: neither present nor passed over: it is asked about once more, at once; marks or none."""
    for text in (said.format(phrase), said.format(fold(phrase))):
        reading = read_symptoms(text)
        assert not reading.red, text
        assert len(reading.red_uncertain) == 1, text
        assert reading.unsure


def check(text):
    """What holds for the reading of any text."""
    reading = read_symptoms(text)
    assert [bool(reading.present), reading.well, reading.unsure].count(True) == 1
    assert not reading.present & reading.denied
    assert reading.red == reading.present & RED_SIGNS
    assert reading.red_uncertain <= RED_SIGNS - reading.present - reading.denied
    assert not (reading.well and (reading.about_other or reading.red_uncertain))
    return reading


VOCABULARY = (
    *(
        "không",
        "ko",
        "hết",
        "chưa",
        "đỡ",
        "sốt",
        "ho",
        "khó thở",
        "họ",
        ",",
        ".",
        "?",
        "nhưng",
        "hay",
        "gì",
        "và",
    ),
    *(
        "bình thường",
        "có",
        "bị",
        "hơi",
        "em",
        "bé nhà",
        "đau",
        "ngực",
        "38,5",
        "k",
        "đâu",
        "thì",
        "dau",
        "ok",
    ),
)


@given(st.text() | st.lists(st.sampled_from(VOCABULARY), max_size=14).map(" ".join))
def test_any_text_is_answered(text):
    """Nothing breaks the reader; exactly one of present, well and unsure holds; no sign is both."""
    assert check(text) == check(unicodedata.normalize("NFD", text))


def real_sentences():
    """The real first-person sentences."""
    if not SENTENCES.exists():
        pytest.skip(f"the real sentences are not at {SENTENCES}")
    with SENTENCES.open(encoding="utf-8") as file:
        return [row["text"] for row in csv.DictReader(file, delimiter="\t")]


def test_real_sentences_keep_the_invariants():
    """No real sentence breaks the reader, and none that affirms a sign with "bị" is read as well."""
    texts = real_sentences()
    assert len(texts) > 400
    for text in texts:
        reading = check(text)
        check(fold(text))
        if " bị " in text or "?" in text:
            assert not reading.well or reading.denied, text


def test_a_sign_without_any_denial_is_found():
    """A sentence that says "bị sốt", "bị ho", "khó thở" and denies, asks or recalls nothing has that sign."""
    doubt = set(fold("không ko kg hết khỏi nếu chưa đỡ giảm phòng ngừa trước từng khi sợ").split())
    clear = {
        "bị sốt": "fever",
        "bị ho": "cough",
        "khó thở": "breathless",
        "bị tiêu chảy": "diarrhoea",
        "buồn nôn": "vomiting",
    }
    seen = 0
    for text in real_sentences():
        if doubt & set(fold(text).split()) or "?" in text:
            continue
        for phrase, code in clear.items():
            if f" {phrase} " in text:
                seen += 1
                assert read_symptoms(text).present & {code, "coughing_blood"}, text
    assert seen > 20


def test_rain_is_not_vomiting():
    """Rain is no sign, and a remark about the weather does not say that somebody is well."""
    for said in ("hôm nay trời mưa to quá", "mai tạnh mưa chưa cháu", "mưa"):
        assert not read_symptoms(said).present
        assert not read_symptoms(said).well
    assert read_symptoms("mửa hai lần").present == {"vomiting"}


def test_a_denial_of_something_else_is_not_being_well():
    """Whoever says that nobody came, or asks when one may go out, has not said how they are."""
    for said in ("không ai đến cả", "có được ra ngoài chưa cô", "không muốn đi bệnh viện đâu"):
        assert not read_symptoms(said).well
    for said in ("không có gì cả", "ko sao ca", "không bác ạ"):
        assert read_symptoms(said).well
