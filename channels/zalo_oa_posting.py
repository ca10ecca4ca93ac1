"""Delivers a reply to a chat of an Official Account: as messages, or as a template past the window."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from channels.connections import NOT_UNDERSTOOD
from channels.zalo_oa_account import Hosts
from channels.zalo_oa_caller import Caller
from channels.zalo_oa_calls import Call, Upload, data_of
from channels.zalo_oa_drawing import (
    FILES,
    Enclosed,
    Json,
    Part,
    Shown,
    UnsendableError,
    ending_of,
    file_message,
    message,
    parts_of,
    picture_message,
)
from channels.zalo_oa_errors import TOKEN_REFUSED, RefusedError
from channels.zalo_oa_marks import Marks
from channels.zalo_oa_pictures import fitted
from quarantine.channel import CallFailedError
from quarantine.messages import Delivered, Document, Later, Never, Outcome, Reason, Reply, Template

_USER = re.compile(r"[0-9]{1,32}")
_PHONE = re.compile(r"84[0-9]{8,11}")


@dataclass(frozen=True, slots=True)
class Post:
    """Sends replies; `form_picture` stands above the form for a phone number, without it no form is sent."""

    caller: Caller
    hosts: Hosts
    marks: Marks
    now: Callable[[], datetime]
    form_picture: str = ""

    async def deliver(self, user: str, reply: Reply) -> Outcome:
        """Send one reply; every failure becomes an outcome. The id delivered is that of the last message."""
        if _USER.fullmatch(user) is None:
            return Never(Reason.REFUSED, "the address is no user of Zalo")
        try:
            parts = parts_of(reply, user, self.marks, self.form_picture)
        except UnsendableError as fault:
            return Never(Reason.REFUSED, str(fault))
        first = await self._tried(self._post(user, parts[0]))
        if isinstance(first, Never) and first.reason is Reason.WINDOW and reply.template is not None:
            return await self._send_template(user, reply.template)
        return await self._post_rest(user, parts[1:], first)

    async def _post_rest(self, user: str, parts: tuple[Part, ...], outcome: Outcome) -> Outcome:
        for part in parts:
            if not isinstance(outcome, Delivered):
                return outcome
            outcome = await self._tried(self._post(user, part))
            if isinstance(outcome, Later):
                # Tried again, the parts that have arrived arrive once more.
                return replace(outcome, maybe_sent=True)
        return outcome

    @staticmethod
    async def _tried(sending: Awaitable[str]) -> Outcome:
        try:
            return Delivered(await sending)
        except CallFailedError as failed:
            return failed.outcome
        except UnsendableError as fault:
            return Never(Reason.REFUSED, str(fault))

    async def _post(self, user: str, part: Part) -> str:
        body = {"recipient": {"user_id": user}, "message": await self._message(part)}
        return await self._sent(Call(f"{self.hosts.openapi}/v3.0/oa/message/cs", body))

    async def _message(self, part: Part) -> Json:
        if isinstance(part, Shown):
            return picture_message(await self._upload_picture(part.picture), part.caption)
        if isinstance(part, Enclosed):
            return file_message(await self._upload_file(part.document))
        return message(part)

    async def _upload_picture(self, content: bytes) -> str:
        try:
            picture = await asyncio.to_thread(fitted, content)
        except ValueError as fault:
            raise UnsendableError(str(fault)) from None
        upload = Upload(picture.name, picture.mime, picture.content)
        return await self._uploaded("image", upload, "attachment_id")

    async def _upload_file(self, document: Document) -> str:
        upload = Upload(document.name, FILES[ending_of(document)], document.content)
        return await self._uploaded("file", upload, "token")

    async def _uploaded(self, kind: str, upload: Upload, named: str) -> str:
        call = Call(f"{self.hosts.openapi}/v2.0/oa/upload/{kind}", upload=upload)
        try:
            return _text(data_of(await self.caller.make(call)), named)
        except CallFailedError as failed:
            if isinstance(failed.outcome, Later):
                # Nobody sees an upload, so nothing is seen twice.
                raise CallFailedError(replace(failed.outcome, maybe_sent=False)) from None
            raise

    async def _send_template(self, user: str, template: Template) -> Outcome:
        """The one thing that still reaches somebody silent for a week; what it lacks is said as WINDOW."""
        try:
            return Delivered(await self._sent(self._template_call(user, template)))
        except RefusedError as refusal:
            if isinstance(refusal.outcome, Later) or refusal.code in TOKEN_REFUSED:
                return refusal.outcome
            return Never(Reason.WINDOW, f"template refused: code {refusal.code}")
        except CallFailedError as failed:
            return failed.outcome

    def _template_call(self, user: str, template: Template) -> Call:
        body: Json = {"template_id": template.name, "template_data": dict(template.params)}
        if _PHONE.fullmatch(template.phone) is None:
            return Call(f"{self.hosts.openapi}/v3.0/oa/message/template", {"user_id": user, **body})
        tracked = self.marks.of("template", user, template.name, self.now().isoformat())
        reached = {"phone": template.phone, **body, "tracking_id": tracked}
        return Call(f"{self.hosts.business}/message/template", reached)

    async def _sent(self, call: Call) -> str:
        data = data_of(await self.caller.make(call))
        return _text(data, "message_id" if "message_id" in data else "msg_id")


def _text(data: Json, key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str | int) or value == "":
        raise CallFailedError(NOT_UNDERSTOOD)
    return str(value)
