"""Files that the app uploads before it sends them: pictures, gifs, and papers, each for seven days."""

import secrets
from dataclasses import dataclass

from aiohttp import web

from simulator.refusal import Json, Refused
from simulator.zalo_fetch import Unfit, picture_kind
from simulator.zalo_oa_drafts import GIF_BYTES, IMAGE_BYTES
from simulator.zalo_oa_errors import bad_param, too_much
from simulator.zalo_oa_world import Oa, Uploaded

FILE_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Rule:
    """What one kind of upload takes, and how its answer names what it kept."""

    most: int
    endings: tuple[str, ...]
    mimes: frozenset[str]
    answer: str


RULES = {
    "image": Rule(
        IMAGE_BYTES, (".jpg", ".jpeg", ".png"), frozenset({"image/jpeg", "image/png"}), "attachment_id"
    ),
    "gif": Rule(GIF_BYTES, (".gif",), frozenset({"image/gif"}), "attachment_id"),
    "file": Rule(FILE_BYTES, (".pdf", ".doc", ".docx", ".csv"), frozenset(), "token"),
}


async def upload(oa: Oa, kind: str, request: web.Request) -> Json:
    """POST /v2.0/oa/upload/{image,gif,file}: one multipart field `file`."""
    rule = RULES[kind]
    if request.content_type != "multipart/form-data":
        raise bad_param("send multipart/form-data")
    form = await request.post()
    part = form.get("file")
    if len(form) != 1 or not isinstance(part, web.FileField):
        raise bad_param("exactly one field, file, is needed")
    with part.file as opened:
        content = opened.read()
    if len(content) > rule.most:
        raise too_much(f"at most {rule.most} bytes")
    if not part.filename.lower().endswith(rule.endings):
        raise bad_param(f"the file's name must end with {', '.join(rule.endings)}")
    try:
        mime = picture_kind(content) if rule.mimes else part.content_type
        if rule.mimes and mime not in rule.mimes:
            raise bad_param(f"the content is {mime}")
        stored = oa.files.add(content, part.filename, mime, "photo" if rule.mimes else "document")
        if rule.mimes:
            oa.files.photo(stored)
    except (Unfit, Refused) as error:
        raise bad_param(str(error)) from error
    token = secrets.token_urlsafe(24)
    oa.uploads[token] = Uploaded(stored, kind, oa.clock.now() + oa.settings.upload_life)
    return {rule.answer: token}
