"""The catalogues hold every text that the code says, in every language, with the same parameters."""

import re
import unicodedata

import pytest

from bot.catalogues import FOLDER, NOTHING, Catalogue, CatalogueError, MissingTextError, load, read_file
from bot.endings import NO_BUTTON, NO_CONTACT, NO_DOCUMENT, NO_PLACE
from bot.formatting import places
from bot.rendering import ABOUT_READER
from quarantine.names import fold
from tests.bot import message_keys

LANGUAGES = ("vi", "en")
WAYS = (NO_BUTTON, NO_PLACE, NO_CONTACT, NO_DOCUMENT)
LONGEST_LABEL, LONGEST_TEXT = 20, 1000
UNITS = {"°C"}
"""What is written alike in both languages."""
NAMES_OF_LANGUAGES = {"link.vietnamese", "link.english"}
"""A language is offered by its own name, whatever the reader speaks."""
NAMES_OF_MESSENGERS = {"chats.telegram", "chats.zalo", "chats.zalo_bot"}
ENGLISH = re.compile(
    r"\b(the|you|your|please|press|this|that|and|is|are|was|has|been|not|with|for|send|today|officer|station|task)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def catalogue():
    """The catalogues as they are delivered."""
    return load(strict=True)


@pytest.fixture(scope="module")
def said(catalogue):
    """Every key that the code says, and what is said instead without the phone's own buttons."""
    subjects = {key.partition(".")[0] for texts in catalogue.texts.values() for key in texts}
    keys = message_keys.in_code().all_of(subjects)
    return keys | (variants(catalogue) & {key + way for key in keys for way in WAYS})


def test_no_text_of_its_own_ends_like_one_for_another_messenger(catalogue):
    """Otherwise one text would be said in place of another on messengers without the phone's own buttons."""
    subjects = {key.partition(".")[0] for key in catalogue.texts["vi"]}
    assert {key for key in message_keys.in_code().all_of(subjects) if key.endswith(WAYS)} == set()


def variants(catalogue):
    """Every key in any language that ends like one for messengers without the phone's own buttons."""
    return {key for texts in catalogue.texts.values() for key in texts if key.endswith(WAYS)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_the_code_says_is_there(catalogue, said, language):
    """A reader never gets a neutral text for a missing one."""
    assert sorted(said - {NOTHING} - catalogue.texts[language].keys()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_left_that_nothing_says(catalogue, said, language):
    """A text that nobody says any more is a text that nobody keeps right."""
    assert sorted(catalogue.texts[language].keys() - said) == []


def test_both_languages_name_the_same_parameters(catalogue):
    """A parameter lost in translation would be a fact lost; only how the reader is addressed may differ."""
    vi, en = (catalogue.texts[language] for language in LANGUAGES)
    differing = {
        key: (sorted(places(vi[key])), sorted(places(en[key])))
        for key in vi.keys() & en.keys()
        if places(vi[key]) - ABOUT_READER.keys() != places(en[key]) - ABOUT_READER.keys()
    }
    assert differing == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_for_another_messenger_brings_the_same_facts(catalogue, said, language):
    """Whoever has no button of the phone's own is told the same, and no more than the letter brings."""
    texts = catalogue.texts[language]
    pairs = {
        key: next(key.removesuffix(way) for way in WAYS if key.endswith(way))
        for key in variants(catalogue) & said
    }
    assert pairs
    differing = {
        key
        for key, base in pairs.items()
        if places(texts[key]) - ABOUT_READER.keys() != places(texts[base]) - ABOUT_READER.keys()
    }
    assert differing == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_names_the_phones_own_button_is_said_otherwise_without_one(catalogue, language):
    """A text with the sign of the button has another for a chat where a position is sent by hand.

    Labels of the button are drawn only where there is one, or a link in its place.
    """
    texts = catalogue.texts[language]
    naming = {key for key, text in texts.items() if "📍" in text and len(text) > LONGEST_LABEL}
    assert naming
    assert {key for key in naming if key + NO_BUTTON not in texts} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_braces_are_parameters_only(catalogue, language):
    """A wrong placeholder such as {name or { name } would be read out as it stands."""
    left = {key: message_keys_free(text) for key, text in catalogue.texts[language].items()}
    assert {key for key, rest in left.items() if "{" in rest or "}" in rest} == set()


def message_keys_free(text):
    """The text without its well-formed parameters."""
    return re.sub(r"\{[A-Za-z_][A-Za-z0-9_]*\}", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_fit_on_a_button(catalogue, language):
    """Buttons hold at most 20 characters (voice.md rule 3); numbers and names that are put in come on top."""
    labels = message_keys.in_code().labels & catalogue.texts[language].keys()
    long = {key: text for key in labels if len(text := catalogue.texts[language][key]) > LONGEST_LABEL}
    assert long == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_fit_in_one_message(catalogue, language):
    """No text is longer than a phone screen can bear."""
    assert {key for key, text in catalogue.texts[language].items() if len(text) > LONGEST_TEXT} == set()


def test_vietnamese_is_composed_and_has_no_english_left(catalogue):
    """Vietnamese texts are NFC, and nothing was left untranslated."""
    vi = catalogue.texts["vi"]
    assert {key for key, text in vi.items() if unicodedata.normalize("NFC", text) != text} == set()
    english = {
        key: found[0] for key, text in vi.items() if (found := ENGLISH.search(message_keys_free(text)))
    }
    assert english == {}
    same = {key for key, text in catalogue.texts["en"].items() if fold(text) == fold(vi.get(key, ""))}
    wordless = {key for key in same if message_keys_free(vi[key]).strip(" ,.:()") in {"", *UNITS}}
    assert same - wordless - NAMES_OF_LANGUAGES - NAMES_OF_MESSENGERS == set()


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*/LC_MESSAGES/*.po")), ids=lambda file: file.stem)
def test_files_are_as_gettext_tools_want_them(file):
    """Headers name language and character set, and a file holds its own subject only."""
    text = file.read_text(encoding="utf-8")
    language = file.parent.parent.name
    assert f'"Language: {language}\\n"' in text
    assert '"Content-Type: text/plain; charset=utf-8\\n"' in text.replace("UTF-8", "utf-8")
    assert {key.partition(".")[0] for key in read_file(file, language)} <= {file.stem}


def test_every_family_of_keys_is_listed(catalogue):
    """A key made by an f-string is checked only when its values are listed in message_keys.FAMILIES."""
    subjects = {key.partition(".")[0] for key in catalogue.texts["vi"]}
    families = message_keys.in_code().of_subjects(subjects)
    assert sorted(families - message_keys.FAMILIES.keys()) == []
    assert sorted(message_keys.FAMILIES.keys() - families) == []


def test_keys_are_collected_from_the_code():
    """The collecting finds what tables, conditions and f-strings say: else the tests above prove nothing."""
    found = message_keys.in_code()
    assert message_keys.answered_with() <= found.possible
    assert {"report.never", "resume", "stale.button", "stale.idle"} <= found.certain
    assert "unclear.{}" in found.families
    assert "sign.none" in found.labels


def test_a_language_without_a_text_says_it_in_vietnamese(catalogue):
    """Whoever chose another language is rather told in Vietnamese than not at all."""
    short = Catalogue({"vi": dict(catalogue.texts["vi"]), "en": {}}, strict=True)
    assert short.text("word.finish", "en") == "Xong"
    assert catalogue.text("word.finish", "en-GB") == "Done"
    assert catalogue.text("word.finish", "fr") == "Xong"


def test_a_missing_text_is_an_error_in_tests_and_neutral_in_service(catalogue):
    """In service nobody sees a key: a neutral text says whom to call."""
    with pytest.raises(MissingTextError):
        catalogue.text("word.of_nobody", "vi")
    served = Catalogue(catalogue.texts)
    assert served.text("word.of_nobody", "vi") == catalogue.text("word.untold", "vi")


def test_the_empty_text_needs_no_catalogue(catalogue):
    """A parameter may have nothing to say."""
    assert catalogue.text(NOTHING, "vi") == ""


def po(folder, language, name, body):
    """Write one catalogue file."""
    path = folder / language / "LC_MESSAGES" / f"{name}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n{body}', encoding="utf-8"
    )


def test_a_key_in_two_files_is_refused(tmp_path):
    """Which of two texts would be said must not depend on the names of files."""
    po(tmp_path, "vi", "one", 'msgid "one.a"\nmsgstr "A"\n')
    po(tmp_path, "vi", "two", 'msgid "one.a"\nmsgstr "B"\n')
    with pytest.raises(CatalogueError, match=r"one\.a"):
        load(tmp_path)


def test_a_broken_file_and_an_empty_folder_are_refused(tmp_path):
    """Cachly does not start without its texts; the message names the file."""
    with pytest.raises(CatalogueError, match="vi"):
        load(tmp_path)
    po(tmp_path, "vi", "one", 'msgid "one.a"\nmessage "A"\n')
    with pytest.raises(CatalogueError, match=r"one\.po"):
        load(tmp_path)


def test_untranslated_and_doubtful_texts_count_as_missing(tmp_path):
    """A text that a translator marked as doubtful is not said."""
    po(tmp_path, "vi", "one", 'msgid "one.a"\nmsgstr ""\n\n#, fuzzy\nmsgid "one.b"\nmsgstr "B"\n')
    assert load(tmp_path).texts["vi"] == {}
