"""Files that went through the chats: kept in memory, described as the Bot API describes them."""

import io
import mimetypes
from dataclasses import dataclass, field

from PIL import Image, UnidentifiedImageError

from simulator.refusal import Json, bad_request

DOWNLOAD_BYTES = 20 * 1024 * 1024
UPLOAD_BYTES = 50 * 1024 * 1024
PHOTO_BYTES = 10 * 1024 * 1024
PHOTO_SIDES = 10_000
PHOTO_RATIO = 20
THUMB_SIDE = 320
FOLDERS = {"photo": "photos", "voice": "voice", "sticker": "stickers"}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file; `file_id` is what both sides send for it, `path` what getFile answers."""

    file_id: str
    unique_id: str
    path: str
    name: str
    mime: str
    content: bytes

    def reference(self) -> Json:
        """The fields that every kind of file has."""
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.content)}


@dataclass(slots=True)
class Files:
    """All files, by id."""

    kept: dict[str, StoredFile] = field(default_factory=dict)
    _last: int = 0

    def add(self, content: bytes, name: str = "", mime: str = "", kind: str = "document") -> StoredFile:
        """Keep `content`; an empty `mime` is guessed from the name."""
        if not content:
            raise bad_request("file must be non-empty")
        self._last += 1
        mime = mime or mimetypes.guess_type(name)[0] or "application/octet-stream"
        ending = mimetypes.guess_extension(mime) or ""
        path = f"{FOLDERS.get(kind, 'documents')}/file_{self._last}{ending}"
        name = name or f"file_{self._last}{ending}"
        stored = StoredFile(f"SIM{kind}-{self._last}", f"u{self._last}", path, name, mime, content)
        self.kept[stored.file_id] = stored
        return stored

    def find(self, file_id: str) -> StoredFile | None:
        """The file of an id, or None."""
        return self.kept.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        """The file that getFile gave this path, or None."""
        return next((stored for stored in self.kept.values() if stored.path == path), None)

    def wanted(self, value: str, field_name: str) -> StoredFile:
        """The file that a bot's call names; raises `Refused` as Telegram does."""
        if not value:
            raise bad_request(f"there is no {field_name} in the request")
        stored = self.find(value)
        if stored is None and value.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")
        if stored is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return stored

    def document(self, stored: StoredFile) -> Json:
        """The Bot API's Document."""
        return stored.reference() | {"file_name": stored.name, "mime_type": stored.mime}

    def photo(self, stored: StoredFile) -> list[Json]:
        """The Bot API's list of PhotoSize, smallest first; raises `Refused` for what is no picture."""
        if len(stored.content) > PHOTO_BYTES:
            raise bad_request("file is too big for a photo")
        try:
            with Image.open(io.BytesIO(stored.content)) as image:
                width, height = image.size
                if width + height > PHOTO_SIDES or max(width, height) > PHOTO_RATIO * min(width, height):
                    raise bad_request("PHOTO_INVALID_DIMENSIONS")
                small = self._thumb(image) if max(width, height) > THUMB_SIDE else None
        except (UnidentifiedImageError, OSError, SyntaxError) as error:
            raise bad_request("IMAGE_PROCESS_FAILED") from error
        sizes = [stored.reference() | {"width": width, "height": height}]
        return sizes if small is None else [small, *sizes]

    def _thumb(self, image: Image.Image) -> Json:
        small = image.convert("RGB")
        small.thumbnail((THUMB_SIDE, THUMB_SIDE))
        out = io.BytesIO()
        small.save(out, "JPEG")
        stored = self.add(out.getvalue(), "thumb.jpg", "image/jpeg", "photo")
        return stored.reference() | {"width": small.width, "height": small.height}


def sample_photo() -> bytes:
    """A small picture, for a phone that has no camera."""
    image = Image.new("RGB", (240, 160), "#9fc5b8")
    image.paste("#f4efe2", (40, 60, 200, 160))
    image.paste("#c8553d", (30, 40, 210, 62))
    image.paste("#5b7f95", (100, 100, 140, 160))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
