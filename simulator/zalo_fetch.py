"""Reads a picture from the public address that a client names, as Zalo's servers do."""

import io
import ipaddress
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from PIL import Image, UnidentifiedImageError

FETCH_SECONDS = 5.0
PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif"}


class Unfit(Exception):  # noqa: N818 - says what is wrong with the thing
    """The address or the file is not one that Zalo takes; the text says why."""


def check_address(url: str) -> None:
    """Zalo takes https alone; plain http is taken on this machine, where nobody has a certificate."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        raise Unfit("the address cannot be read") from error
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and _local(host))):
        raise Unfit("the address must begin with https://")


def _local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def picture_kind(content: bytes) -> str:
    """The media type of a picture, by its bytes; raises `Unfit` when it is none."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            found = PICTURES.get(image.format or "")
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise Unfit("the file is not a picture") from error
    if found is None:
        raise Unfit("the picture is neither JPEG nor PNG nor GIF")
    return found


async def fetch_picture(session: aiohttp.ClientSession, url: str, most: int) -> tuple[bytes, str]:
    """The picture at `url` and its media type; raises `Unfit` when there is none of at most `most` bytes."""
    check_address(url)
    try:
        async with session.get(url, timeout=aiohttp.ClientTimeout(total=FETCH_SECONDS)) as answer:
            if answer.status != 200:  # noqa: PLR2004 - HTTP: there it is
                raise Unfit(f"the address answered {answer.status}")
            content = await answer.content.read(most + 1)
            while len(content) <= most and (more := await answer.content.read(most + 1)):
                content += more
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unfit("the address cannot be reached") from error
    if len(content) > most:
        raise Unfit(f"the picture is larger than {most} bytes")
    return content, picture_kind(content)


HTTP: web.AppKey[aiohttp.ClientSession] = web.AppKey("outward", aiohttp.ClientSession)
