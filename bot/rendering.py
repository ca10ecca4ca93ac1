"""Rendering: a letter as one reader will see it, in their language and with the right honorific."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from bot.catalogues import Catalogue
from bot.endings import endings
from bot.entrances import entrances, spoken
from bot.formatting import FULL, SHORT, capital, fill, show
from bot.links import Links
from bot.printing import leaflets_of, sheet_of
from papers.day_sheet import NAME as SHEET_NAME
from papers.day_sheet import DaySheet, day_sheet
from papers.guide_card import Entrance
from papers.leaflets import NAME, Leaflet, leaflets
from quarantine.channel import Form, Presence
from quarantine.days import local_day
from quarantine.letters import DOCUMENTS, SPREADSHEETS, Asked, Enclosure, Letter, Option
from quarantine.messages import Button, Document, Link, Params, Reply, Template, Term, Want
from quarantine.names import given_name, honorific
from quarantine.phones import international, show_phone
from quarantine.titles import unit_title
from quarantine.windows import Reaches, reach_of
from storage.facts import STRANGER, Facts

log = structlog.get_logger(__name__)

PICKED = "✓ "
"""Before the label of a choice that is ticked."""
WANTED = {
    Want.LOCATION: "word.send_location",
    Want.CONTACT: "word.send_contact",
    Want.FILE: "channel.link_upload",
}
"""The label of the phone's own button where a question names none."""
WITH_CODE = frozenset({Enclosure.GUIDE_CARD, Enclosure.INVITATION})
"""Letters that say where a code can be handed in."""
WITH_BUTTONS = Form(
    buttons=100, edits=True, asks_location=True, takes_location=True, asks_contact=True, documents=True
)
"""What an account can draw of which nothing else is known."""
DrawCard = Callable[[Sequence[Entrance], str, str, str, str], bytes]
"""Draws the guide card from accounts, code, station, phone and expiry: a PNG (papers/guide_card.py)."""
DrawLeaflets = Callable[[Sequence[Leaflet], int], bytes]
"""Draws leaflets, so many to a page: a PDF (papers/leaflets.py)."""


class MissingParameterError(LookupError):
    """A text names a parameter that the letter does not bring."""


@dataclass(frozen=True)
class Renderer:
    """Turns letters into replies.

    `presences` say how each account is found, for guide cards; `reaches` what may go into closed windows,
    `forms` what each can draw. `links` makes the addresses of our own pages, None where we have none that a
    phone can open.
    """

    catalogue: Catalogue
    draw_card: DrawCard
    presences: Mapping[str, Presence] = field(default_factory=dict)
    reaches: Reaches = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    links: Links | None = None
    draw_leaflets: DrawLeaflets = leaflets
    draw_sheet: Callable[[DaySheet], bytes] = day_sheet
    file_of: Callable[[Letter], Document | None] = lambda _: None

    def render(
        self, letter: Letter, reader: Facts, now: datetime, account: str = "", address_id: int | None = None
    ) -> Reply:
        """The letter as this reader sees it in this chat of this account.

        Raises what a broken letter raises (a missing text or parameter when strict, a value that no text can
        show); the sender records that as refused.
        """
        form = self.forms.get(account, WITH_BUTTONS)
        voice = Voice(self.catalogue, reader, now, endings(form, linked=self.links is not None))
        shown = self._entrances(letter, account)
        params = _with_ways(letter, shown, voice)
        lines = [voice.speak(term) for term in letter.lead]
        lines.append(voice.say(letter.key, params))
        text = "\n".join(line for line in lines if line)
        photo_url = self._photo_url(letter, form, now, address_id)
        reply = Reply(
            text=text,
            link=self._link(letter, form, voice, now, address_id),
            replaces=letter.replaces,
            photo=None if photo_url else self._photo(letter, shown, voice),
            photo_url=photo_url,
            document=self.document(letter, reader, account) if _carries(form, letter) else None,
            pin=_pin(letter),
            protect=letter.protect,
            template=self._template(letter, params, voice, account),
        )
        return reply if letter.asked is None else _ask(reply, letter.asked, form, voice)

    def speak(self, term: Term, language: str) -> str:
        """A message in a language, for nobody in particular: how a button reads that may also be typed."""
        return Voice(self.catalogue, Facts(language=language), None).speak(term)

    def _entrances(self, letter: Letter, account: str) -> Sequence[Entrance]:
        code = letter.params.get("code")
        if letter.enclosure not in WITH_CODE or not isinstance(code, str):
            return ()
        return entrances(self.presences, account, code)

    def _template(self, letter: Letter, params: Params, voice: Voice, account: str) -> Template | None:
        """What may be sent instead when the reader's window has closed, where the account has it approved."""
        approved = reach_of(self.reaches, account).approved.get(letter.key)
        if approved is None:
            return None
        person = voice.reader.person
        return Template(
            approved.name,
            {name: voice.parameter(parameter, params) for name, parameter in approved.fields.items()},
            international(person.phone).removeprefix("+") if person and person.phone else "",
        )

    def document(self, letter: Letter, reader: Facts, account: str) -> Document | None:
        """The file that goes with a letter, None when it has none."""
        if letter.enclosure in SPREADSHEETS:
            return self.file_of(letter)
        if letter.enclosure not in DOCUMENTS:
            return None
        voice = Voice(self.catalogue, reader, letter.due_at)
        if letter.enclosure is Enclosure.DAY_SHEET:
            return Document(SHEET_NAME, self.draw_sheet(sheet_of(letter.params, voice.parameter)))
        printed, per_page = leaflets_of(
            letter.params, lambda code: entrances(self.presences, account, code), voice.parameter
        )
        return Document(NAME, self.draw_leaflets(printed, per_page))

    def _link(
        self, letter: Letter, form: Form, voice: Voice, now: datetime, address_id: int | None
    ) -> Link | None:
        """A page of ours: for a file that the messenger cannot carry, or that sends a position.

        The latter stands in place of the phone's own button, or beside it.
        """
        if self.links is None or address_id is None:
            return None
        if letter.enclosure in DOCUMENTS | SPREADSHEETS and not _carries(form, letter):
            return Link(
                voice.say("channel.link_document", {}), self.links.document(address_id, letter.id, now)
            )
        asked = letter.asked
        if asked is not None and asked.want is Want.FILE:
            label = voice.say("channel.link_upload", {})
            return Link(label, self.links.upload(address_id, letter.id, asked.number, now))
        if asked is None or asked.want is not Want.LOCATION:
            return None
        label = voice.say("channel.link_other", {}) if form.asks_location else want_label(asked, voice)
        return Link(label, self.links.place(address_id, letter.id, asked.number, now, letter.valid_until))

    def _photo_url(self, letter: Letter, form: Form, now: datetime, address_id: int | None) -> str:
        drawn = letter.enclosure is Enclosure.GUIDE_CARD
        if not drawn or not form.photo_by_url or self.links is None or address_id is None:
            return ""
        return self.links.picture(address_id, letter.id, now)

    def _photo(self, letter: Letter, shown: Sequence[Entrance], voice: Voice) -> bytes | None:
        if letter.enclosure is not Enclosure.GUIDE_CARD:
            return None
        facts = ("code", "station", "phone", "expires_full")
        return self.draw_card(shown, *(voice.parameter(name, letter.params) for name in facts))


@dataclass(frozen=True)
class Voice:
    """How one reader is spoken to: language, honorific, and the people who look after them.

    Of a text that there is with one of the `endings`, that one is said.
    """

    catalogue: Catalogue
    reader: Facts
    now: datetime | None
    endings: tuple[str, ...] = ()

    @property
    def language(self) -> str:
        """The language of the catalogue that this reader gets."""
        return self.catalogue.language(self.reader.language)

    def say(self, key: str, params: Params) -> str:
        """A message with its parameters filled in."""
        own = next((key + ending for ending in self.endings if self.catalogue.has(key + ending)), key)
        return fill(self.catalogue.text(own, self.language), lambda name: self.parameter(name, params))

    def speak(self, term: Term) -> str:
        """A term as this reader reads it."""
        return self.say(term.key, term.params)

    def label(self, option: Option) -> str:
        """A choice as a button shows it: with a capital, and ticked when it is picked."""
        text = option.label if isinstance(option.label, str) else self.speak(option.label)
        return (PICKED if option.picked else "") + capital(text)

    def parameter(self, name: str, params: Params) -> str:
        """A parameter as it is written: the letter's own, else what is known of the reader.

        {since_full} and {since_short} also write a parameter `since` in that form.
        """
        for given in (name, name.removesuffix(FULL), name.removesuffix(SHORT)):
            if given in params:
                return show(name, params[given], self.language, self.speak)
        about = ABOUT_READER.get(name)
        if about is not None:
            return about(self)
        if self.catalogue.strict:
            raise MissingParameterError(name)
        log.error("parameter missing", parameter=name)
        return "…"


def _with_ways(letter: Letter, shown: Sequence[Entrance], voice: Voice) -> Params:
    """The letter's parameters; the text of one that carries a code may say {ways} too."""
    if letter.enclosure not in WITH_CODE:
        return letter.params
    code, drawn = voice.parameter("code", letter.params), letter.enclosure is Enclosure.GUIDE_CARD
    return {**letter.params, "ways": spoken(shown, code, voice.say, drawn=drawn)}


def _ask(reply: Reply, asked: Asked, form: Form, voice: Voice) -> Reply:
    """The reply with its choices: labels beside the phone's own button, or buttons where it has none."""
    own = {Want.LOCATION: form.asks_location, Want.CONTACT: form.asks_contact, Want.FILE: False}
    if asked.want is not None and own[asked.want]:
        words = tuple(voice.label(option) for option in asked.options)
        return replace(reply, want=asked.want, want_label=want_label(asked, voice), words=words)
    hint = voice.say(_hint(asked), {}) if asked.options else ""
    return replace(reply, buttons=buttons(asked, voice), many=asked.many, hint=hint)


def _hint(asked: Asked) -> str:
    """How the choices are typed: one, several at once, or instead of another answer."""
    if asked.free:
        return "channel.hint_beside"
    return "channel.hint_many" if asked.many else "channel.hint_one"


def buttons(asked: Asked, voice: Voice) -> tuple[tuple[Button, ...], ...]:
    """The choices of a question in rows; each button carries the question's number."""
    rows: list[list[Button]] = []
    room = 0
    for option in asked.options:
        button = Button(voice.label(option), f"{asked.number}:{option.value}", option.wide)
        if room < 1 or option.wide:
            rows.append([])
            room = max(1, asked.columns)
        rows[-1].append(button)
        room = 0 if option.wide else room - 1
    return tuple(tuple(row) for row in rows)


def want_label(asked: Asked, voice: Voice) -> str:
    """The label of the phone's own button for a location or a number; empty when none is asked for."""
    if asked.want is None:
        return ""
    return voice.say(asked.want_label or WANTED[asked.want], {})


def _carries(form: Form, letter: Letter) -> bool:
    """Whether the messenger takes the file of the letter; a link to it stands in where it does not."""
    return form.spreadsheets if letter.enclosure in SPREADSHEETS else form.documents


def _pin(letter: Letter) -> tuple[float, float] | None:
    lat, lng = letter.params.get("lat"), letter.params.get("lng")
    if letter.enclosure is Enclosure.PIN and isinstance(lat, int | float) and isinstance(lng, int | float):
        return float(lat), float(lng)
    return None


def _you(voice: Voice) -> str:
    person = voice.reader.person
    age = person.age(local_day(voice.now)) if person and voice.now else None
    return voice.say(f"word.you_{honorific(age, person.sex if person else None)}", {})


def _me(voice: Voice) -> str:
    return given_name(voice.reader.person.name) if voice.reader.person else ""


def _station(voice: Voice) -> str:
    unit = voice.reader.unit
    title = unit_title(unit) if unit else Term("word.own_station")
    return title if isinstance(title, str) else voice.speak(title)


def _officer(voice: Voice) -> str:
    officer = voice.reader.officer
    return given_name(officer.name) if officer else voice.say("word.duty_officer", {})


def _officer_phone(voice: Voice) -> str:
    officer = voice.reader.officer
    return show_phone(officer.phone) if officer and officer.phone else _hotline(voice)


def _hotline(voice: Voice) -> str:
    hotline = voice.reader.hotline
    return show_phone(hotline) if hotline else voice.say("word.no_phone", {})


ABOUT_READER: Mapping[str, Callable[[Voice], str]] = {
    "you": _you,
    "You": lambda voice: capital(_you(voice)),
    "me": _me,
    "station": _station,
    "officer": _officer,
    "officer_phone": _officer_phone,
    "hotline": _hotline,
}
"""What every text may name without being given it; for a stranger each has a sensible word."""

__all__ = ["ABOUT_READER", "STRANGER", "Facts", "Renderer", "Voice", "buttons"]
