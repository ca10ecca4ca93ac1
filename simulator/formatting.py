"""Texts as Telegram reads them: HTML to entities, links and commands found, lengths in UTF-16 units."""

import html
import re
from collections.abc import Iterable, Iterator

import msgspec

from simulator.refusal import Json, bad_request
from simulator.wire import MessageEntity

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_PIECE = re.compile(r"</?[^<>]*>?|&(?:#\d+|#x[0-9a-fA-F]+|lt|gt|amp|quot);")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s[^<>]*)?)>")
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""")
_FOUND = (
    ("url", re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]]")),
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?\b")),
    ("mention", re.compile(r"(?<![\w/@])@[A-Za-z][A-Za-z0-9_]{3,31}\b")),
)


def units(text: str) -> int:
    """The length of `text` in UTF-16 units, which is how Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def read_text(
    text: str, parse_mode: str | None, entities: Iterable[MessageEntity] | None
) -> tuple[str, list[Json]]:
    """The plain text and its entities; raises `Refused` when the markup cannot be parsed."""
    text = text.replace("\r\n", "\n")
    if parse_mode and parse_mode.lower() == "html":
        plain, found = _read_html(text)
    elif parse_mode:
        raise bad_request(f'unsupported parse_mode "{parse_mode}": the stand-in reads HTML and plain text')
    else:
        plain, found = text, [_checked(entity, text) for entity in entities or ()]
    plain, found = _trim(plain, found)
    found += [entity for entity in detect(plain) if not any(_overlap(entity, other) for other in found)]
    return plain, sorted(found, key=lambda entity: (entity["offset"], -entity["length"]))


def detect(text: str) -> list[Json]:
    """The links, commands and names that Telegram marks in every text."""
    found: list[Json] = []
    for kind, pattern in _FOUND:
        for match in pattern.finditer(text):
            entity = {"type": kind, "offset": units(text[: match.start()]), "length": units(match.group())}
            if not any(_overlap(entity, other) for other in found):
                found.append(entity)
    return found


def _overlap(one: Json, other: Json) -> bool:
    return bool(
        one["offset"] < other["offset"] + other["length"] and other["offset"] < one["offset"] + one["length"]
    )


def _checked(entity: MessageEntity, text: str) -> Json:
    if entity.offset < 0 or entity.length < 1 or entity.offset + entity.length > units(text):
        raise bad_request(f'entity "{entity.type}" at {entity.offset} begins or ends outside the text')
    found: Json = msgspec.to_builtins(entity)
    return found


def _trim(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Telegram cuts white space off both ends of a message."""
    bare = text.strip()
    cut, length = units(text[: len(text) - len(text.lstrip())]), units(bare)
    kept = []
    for entity in entities:
        first, last = max(entity["offset"] - cut, 0), min(entity["offset"] + entity["length"] - cut, length)
        if last > first:
            kept.append(entity | {"offset": first, "length": last - first})
    return bare, kept


def _read_html(text: str) -> tuple[str, list[Json]]:
    plain: list[str] = []
    length = 0
    open_tags: list[tuple[str, int, Json]] = []
    entities: list[Json] = []
    for piece, start in _pieces(text):
        if not piece.startswith("<"):
            literal = html.unescape(piece) if piece.startswith("&") else piece
            plain.append(literal)
            length += units(literal)
            continue
        closing, name, attributes = _tag(piece, text, start)
        if closing:
            entities += _close(open_tags, name, length, _bytes_before(text, start))
        else:
            open_tags.append((name, length, _described(name, attributes, text, start)))
    if open_tags:
        raise bad_request(
            f"can't parse entities: Can't find end tag corresponding to start tag \"{open_tags[-1][0]}\""
        )
    return "".join(plain), [entity for entity in entities if entity["length"]]


def _pieces(text: str) -> Iterator[tuple[str, int]]:
    done = 0
    for match in _PIECE.finditer(text):
        if match.start() > done:
            yield text[done : match.start()], done
        yield match.group(), match.start()
        done = match.end()
    if done < len(text):
        yield text[done:], done


def _bytes_before(text: str, position: int) -> int:
    return len(text[:position].encode())


def _tag(piece: str, text: str, start: int) -> tuple[bool, str, dict[str, str]]:
    match = _TAG.fullmatch(piece)
    where = _bytes_before(text, start)
    if match is None:
        name = re.sub(r"[\s>].*", "", piece[1:], flags=re.DOTALL)
        raise bad_request(f'can\'t parse entities: Unsupported start tag "{name}" at byte offset {where}')
    closing, name = bool(match[1]), match[2].lower()
    if name not in TAGS and not closing:
        raise bad_request(f'can\'t parse entities: Unsupported start tag "{name}" at byte offset {where}')
    found = {
        item[1].lower(): html.unescape(item[2] or item[3] or item[4] or "")
        for item in _ATTRIBUTE.finditer(match[3])
    }
    return closing, name, found


def _described(name: str, attributes: dict[str, str], text: str, start: int) -> Json:
    """The entity that a start tag opens; a `span` must be a spoiler."""
    if name == "span" and attributes.get("class") != "tg-spoiler":
        where = _bytes_before(text, start)
        raise bad_request(
            f'can\'t parse entities: Tag "span" must have class "tg-spoiler" at byte offset {where}'
        )
    described: Json = {"type": TAGS[name]}
    if name == "a":
        described["url"] = attributes.get("href", "")
    if name == "tg-emoji":
        described["custom_emoji_id"] = attributes.get("emoji-id", "")
    if name == "blockquote" and "expandable" in attributes:
        described["type"] = "expandable_blockquote"
    return described


def _close(open_tags: list[tuple[str, int, Json]], name: str, length: int, where: int) -> list[Json]:
    if not open_tags:
        raise bad_request(f"can't parse entities: Unexpected end tag at byte offset {where}")
    opened, first, described = open_tags.pop()
    if opened != name:
        raise bad_request(
            f"can't parse entities: Unmatched end tag at byte offset {where}, "
            f'expected "</{opened}>", found "</{name}>"'
        )
    if described["type"] == "text_link" and not described["url"]:
        return []
    return [described | {"offset": first, "length": length - first}]
