"""Routes: for every question somebody whom it may be put to, and the shortest way to have it put.

A step is typed; "=value" presses the button with that value on the newest question, "@" shares a position.
"""

from __future__ import annotations

from tests.conversation.scenery import CHILD_CODE, OFFICER_CODE, RESIDENT_CODE

_DRAFT = {
    "enrol.name": "/them",
    "enrol.phone": "Nguyễn Văn An",
    "enrol.birth_year": "0987 111 222",
    "enrol.sex": "1990",
    "enrol.address": "=m",
    "enrol.commune": "12 tổ 3 Hợp Giang",
    "enrol.order": "Thục Phán",
    "enrol.first_day": "128/QĐ-UBND",
    "enrol.reason": "=today",
    "enrol.identity": "=f1",
    "enrol.review": "=none",
    "enrol.edit_which": "=edit",
}


def _draft(upto: str, *more: str) -> tuple[str, tuple[str, ...]]:
    keys = list(_DRAFT)
    return "Mai", (*(_DRAFT[key] for key in keys[: keys.index(upto) + 1]), *more)


_FILE = ("/xacminh", "=file waiting")
_CARD = ("/viec", "=task linked")
_OPENED = ("/hoso", "=file linked")
_ARRIVING = ("/viec", "=task moving", "=take")


def _change(name: str, *more: str) -> tuple[str, ...]:
    return (*_OPENED, "=change", f"={name}", *more)


_LINK = (RESIDENT_CODE, "1990", "=vi")
_HOUSE = ("/hoso", "Lý Thị Sáu", "=change")
_STAFF = (OFFICER_CODE, "Lò Văn Pín", "0912 333 444")

ROUTES: dict[str, tuple[str, tuple[str, ...]]] = {
    **{key: _draft(key) for key in _DRAFT},
    "enrol.commune_pick": _draft("enrol.commune", "tr"),
    "enrol.first_day_sure": _draft("enrol.first_day", "01/10/2026"),
    "enrol.duplicate": _draft("enrol.phone", "0987 000 004"),
    "verify.list": ("Hạnh", ("/xacminh",)),
    "verify.file": ("Hạnh", _FILE),
    "verify.edit_which": ("Hạnh", (*_FILE, "=edit")),
    "verify.note": ("Hạnh", (*_FILE, "=not_found")),
    "verify.turn_down": ("Hạnh", (*_FILE, "=not_found", "Đã đến hai lần, nhà đóng cửa")),
    "verify.where": ("Hạnh", (*_FILE, "=elsewhere")),
    "verify.where_pick": ("Hạnh", (*_FILE, "=elsewhere", "tr")),
    "verify.move": ("Hạnh", (*_FILE, "=elsewhere", "Nùng Trí Cao")),
    "verify.home": ("Hạnh", (*_FILE, "=right")),
    "verify.sure": ("Hạnh", (*_FILE, "=right", "@")),
    "verify.home_list": ("Hạnh", ("/vitri",)),
    "verify.home_sure": ("Hạnh", ("/vitri", "=file homeless", "@")),
    "verify.home_reason": ("Hạnh", ("/vitri", "=file verified", "@")),
    "lists.send": ("Mai", ("/nhap",)),
    "lists.preview": ("Yến", ("=columns", "quay lại")),
    "lists.field": ("Yến", ("=columns",)),
    "lists.column": ("Yến", ("=columns", "=phone")),
    "lists.repeats": ("Yến", ("=repeats",)),
    "lists.repeat": ("Yến", ("=repeats", "=singly")),
    "lists.repeats_rest": ("Yến", ("=repeats", "=singly", "=skip", "=rest")),
    "lists.order": ("Yến", ("=complete",)),
    "lists.first_day": ("Yến", ("=complete", "140/QĐ-UBND")),
    "lists.reason": ("Yến", ("=complete", "140/QĐ-UBND", "02/12/2026")),
    "batch.undo": ("Sơn", ("/hoantac",)),
    "print.list": ("Hạnh", ("/inphieu",)),
    "print.per_page": ("Hạnh", ("/inphieu", "=all")),
    "print.handed_out": ("Hạnh", ("/inphieu", "=all", "=4")),
    "guide.list": ("Hạnh", ("/huongdan",)),
    "guide.offer": ("Hạnh", ("/huongdan", "=file verified")),
    "guide.how": ("Hạnh", ("/huongdan", "=file verified", "=make")),
    "guide.linked_list": ("Hạnh", ("/huongdan", "=linked")),
    "guide.relink": ("Hạnh", ("/huongdan", "=linked", "=file linked")),
    "task.list": ("Hạnh", ("/viec",)),
    "task.card": ("Hạnh", _CARD),
    "task.outcome": ("Hạnh", (*_CARD, "=take")),
    "task.method": ("Hạnh", (*_CARD, "=take", "=fine")),
    "task.who": ("Hạnh", (*_CARD, "=take", "=unwell")),
    "task.signs": ("Hạnh", (*_CARD, "=take", "=unwell", "=all", "=call")),
    "task.temperature": ("Hạnh", (*_CARD, "=take", "=unwell", "=all", "=call", "=cough", "=.")),
    "file.find": ("Dũng", ("/hoso",)),
    "file.which": ("Dũng", ("/hoso", "thi")),
    "file.card": ("Dũng", _OPENED),
    "file.past": ("Dũng", (*_OPENED, "=history")),
    "file.choose": ("Dũng", (*_OPENED, "=change")),
    "change.day": ("Dũng", _change("reschedule")),
    "change.order": ("Dũng", _change("reschedule", "20/12")),
    "change.reason": ("Dũng", _change("cancel")),
    "change.sure": ("Dũng", _change("cancel", "ghi nhầm người")),
    "change.new_address": ("Dũng", _change("move")),
    "change.case_where": ("Dũng", _change("case")),
    "change.where": ("Dũng", _change("transfer")),
    "change.where_pick": ("Dũng", _change("transfer", "tr")),
    "change.answerer": ("Hạnh", (*_HOUSE, "=responder")),
    "change.answerer_which": ("Hạnh", (*_HOUSE, "=responder", "thi")),
    "change.answer_scope": ("Hạnh", (*_HOUSE, "=responder", "0987 000 004")),
    "change.there": ("Dũng", _change("transfer", "ngoc ha, ha noi")),
    "transfer.answer": ("Hạnh", _ARRIVING),
    "transfer.address": ("Hạnh", (*_ARRIVING, "=accept")),
    "transfer.why_back": ("Hạnh", (*_ARRIVING, "=back")),
    "task.temperature_meant": ("Hạnh", (*_CARD, "=take", "=unwell", "=all", "=call", "=cough", "=.", "385")),
    "link.birth_year": ("Người lạ", _LINK[:1]),
    "link.guardian": ("Người lạ", (CHILD_CODE, "2014")),
    "link.guardian_phone": ("Người lạ", (CHILD_CODE, "2014", "Nguyễn Thị Lan")),
    "link.language": ("Người lạ", _LINK[:2]),
    "link.notice": ("Người lạ", _LINK),
    "staff.name": ("Nam", _STAFF[:1]),
    "staff.phone": ("Nam", _STAFF[:2]),
    "staff.review": ("Nam", _STAFF),
    "checkin.house": ("Bác Tư", ("khỏe",)),
    "checkin.redo_who": ("Bác Tư", ("cả nhà khỏe", "@", "khai lại")),
    "staff.unit": ("Sơn", ("/moi",)),
    "staff.role": ("Dũng", ("/moi",)),
    "staff.list": ("Dũng", ("/canbo_donvi",)),
    "staff.member": ("Dũng", ("/canbo_donvi", "1")),
    "staff.end_sure": ("Dũng", ("/canbo_donvi", "1", "=end")),
    "rest.when": ("Hạnh", ("/nghi",)),
    "checkin.symptoms": ("Lan", ("=fever", "=fever")),
    "checkin.temperature": ("Lan", ("=fever", "=.")),
    "checkin.temperature_meant": ("Lan", ("=fever", "=.", "385")),
    "checkin.location": ("Lan", ("=none",)),
    "menu.signs_check": ("Lan", ("=none", "hình như bị ho")),
    "menu.choose": ("Dũng", ("xin chào",)),
    "chats.choose": ("Dũng", ("/kenh",)),
}
BY_SWEEP = frozenset({"sheet.several"})
"""A question that the morning after an end puts: only the transcripts wait for one."""
UNTOUCHED: dict[str, tuple[str, tuple[str, ...]]] = {
    "checkin.symptoms": ("Lan", ()),
    "task.card": ("Hạnh", ()),
    "lists.preview": ("Yến", ()),
}
"""Questions that the clock or a job has put, unanswered: nothing is kept of them but the letter."""
