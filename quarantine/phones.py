"""Vietnamese telephone numbers as people write them, read into the one national form that is stored."""

import re
import unicodedata

# Ten old 11-digit ranges became 10-digit ones in September–November 2018 (Bộ TT&TT, kế hoạch chuyển mã mạng).
_OLD_PREFIXES = {
    "0120": "070",
    "0121": "079",
    "0122": "077",
    "0123": "083",
    "0124": "084",
    "0125": "085",
    "0126": "076",
    "0127": "081",
    "0128": "078",
    "0129": "082",
    "0162": "032",
    "0163": "033",
    "0164": "034",
    "0165": "035",
    "0166": "036",
    "0167": "037",
    "0168": "038",
    "0169": "039",
    "0186": "056",
    "0188": "058",
    "0199": "059",
}
_MOBILE = re.compile(r"0(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-46-9])\d{7}")
_LANDLINE = re.compile(
    r"02(?:[48]\d|0[3-9]|1[0-689]|2[0125-9]|3[2-9]|5[124-9]|6[0-39]|7[0-7]|9[0-4679])\d{7}",
)
_NATIONAL = re.compile(rf"{_MOBILE.pattern}|{_LANDLINE.pattern}")
_COUNTRY = re.compile(r"^(?:00840?|0?840?)(?=\d{9,10}$)")
_CHUNK = re.compile(r"[+(]?\d[\d\s().\-]*")
_SPREADSHEET = re.compile(r"^(\d+)\.0$")
_SCIENTIFIC = re.compile(r"\d[eE][+-]?\d")
_LETTER_O = re.compile(r"(?<![^\W\d_])[oO](?=[\d\s.]*\d)")
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))


def read_phone(text: str) -> str | None:
    """The national form "0912345678" (landlines "02438253531") of a number as typed or as a list holds it.

    Understands +84, 84, 0084 and (0), dots, spaces and dashes, words around it, old 11-digit mobile prefixes
    (converted), a leading 0 that a spreadsheet dropped, and a letter O for it. None when there is no number,
    two different ones, or one that no network could have given out.
    """
    clean = unicodedata.normalize("NFKC", text).translate(_DASHES).strip()
    clean = _SPREADSHEET.sub(r"\1", clean)
    if _SCIENTIFIC.search(clean):
        return None
    clean = _LETTER_O.sub("0", clean)
    whole = None if re.search(r"[^\W\d_]", clean) else _national(re.sub(r"\D", "", clean))
    if whole is not None:
        return whole
    chunks = _CHUNK.findall(clean)
    found = {number for chunk in chunks if (number := _national(re.sub(r"\D", "", chunk)))}
    return found.pop() if len(found) == 1 else None


def _national(digits: str) -> str | None:
    """The national form of bare digits; tried as they stand first, as 084… and 84… may be a mobile number."""
    without_country = _COUNTRY.sub("", digits)
    for candidate in (digits, without_country, "0" + without_country):
        new = _OLD_PREFIXES.get(candidate[:4])
        number = new + candidate[4:] if new and len(candidate) == len("01207654321") else candidate
        if _NATIONAL.fullmatch(number) and not _lost_digits(digits, candidate, new):
            return number
    return None


def _lost_digits(digits: str, candidate: str, new: str | None) -> bool:
    """Whether an old number would also have lost its 0: 1234567890 is rather nonsense than 0123 456 7890."""
    return new is not None and candidate == "0" + digits


def show_phone(phone: str) -> str:
    """A national number grouped as people read it aloud: "0912 345 678", "024 3825 3531", "0203 3825 353"."""
    if _MOBILE.fullmatch(phone):
        sizes = (4, 3, 3)
    elif _LANDLINE.fullmatch(phone):
        sizes = (3, 4, 4) if phone[2] in "48" else (4, 4, 3)
    else:
        return phone
    first, second, _ = sizes
    return f"{phone[:first]} {phone[first : first + second]} {phone[first + second :]}"


def international(phone: str) -> str:
    """The E.164 form "+84912345678" of a national number; anything else is a ValueError."""
    if not _NATIONAL.fullmatch(phone):
        raise ValueError("not a national telephone number: read it with read_phone first")
    return "+84" + phone[1:]
