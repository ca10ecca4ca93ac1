"""What a sentence affirms and what it denies: how far "không" and "hết" reach over a list of signs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from quarantine.phrases import DENIALS, Kind, Piece, Vocabulary, Word
from quarantine.triage import RED_SIGNS

_OVER = Vocabulary("hết khỏi dứt")
_EASED = Vocabulary("đỡ bớt giảm hạ")
_NOT_OVER = Vocabulary(
    "ngừng dứt hết khỏi đỡ bớt giảm hạ thể"
)  # "không ngừng ho", "chưa hết sốt": still there
_NOT_ONLY = Vocabulary("chỉ những riêng")
# What may stand between a denial and the sign that it denies.
_LINK = Vocabulary(
    """
    có bị thấy hề còn cảm giác dấu hiệu triệu chứng nào gì như hiện tượng biểu bất kỳ kì cứ một phải
    là cái ai nữa đâu thêm cơn các những dạ ạ bao giờ
    """
)
_JOIN = Vocabulary("hay hoặc lẫn cũng")
_AND = Vocabulary("và với")  # "không sốt và ho" may be read both ways, as a comma
_CLOSE = Vocabulary("gì nào chi hết cả ráo")
# What ends the reach of a denial: "không sốt nhưng ho".
_TURN = Vocabulary(
    """
    nhưng mà tuy chỉ hơi đang vẫn còn có bị thấy kèm lại cứ ngoài trừ thì mới vừa nay giờ do vì tại
    riêng được toàn
    """
)
_CONTRAST = Vocabulary("nhưng tuy chỉ hơi ngoài trừ mỗi")
_DEGREE = Vocabulary("nhiều lắm mấy cao nặng quá liên thường rõ hẳn")
_DETAIL = Vocabulary("nhẹ khan ít chút nhiều liên")
_PERHAPS = Vocabulary("nếu lỡ nhỡ sợ nghi ngừa tránh ngại")
# Words that change nothing in "không có triệu chứng gì bác sĩ ạ".
_EMPTY = Vocabulary(
    """
    có bị thấy gì nào sao cả hết triệu chứng dấu hiệu vấn đề bất thường hiện tượng ạ a nhé nha đâu hề
    ai cái vậy dạ rồi bác sĩ em chị anh tôi mình tui cháu con cô chú ơi luôn ráo trọi hôm nay nữa biểu
    khác trong người làm việc vẫn thì sáng chiều tối giờ cũng và hay thưa vâng đến còn là đo được độ
    nhiệt thân đều đang c
    """
)
_PARTICLES = frozenset(
    {"a", "nhe", "nha", "ah", "nua", "da", "bac", "si", "chi", "em", "anh", "oi", "roi", "con"}
)
_CONNECT = frozenset(
    {"thi", "la", "co", "da", "van", "cung", "nay", "gio", "gan", "duoc", "roi", "no", "dau", "gi"}
)
_NOT_KNOWN = frozenset({"biet", "ro", "chac", "nho", "han"})
_WHY = frozenset({"sao", "vi", "tai", "bi", "mac", "the"})
_NOT_GONE = frozenset({"ca", "ra", "sach", "suc", "xong"})
# "thở bình thường" tells of breathing only.
_PARTS = frozenset(
    {
        "tho",
        "nhiet",
        "do",
        "hong",
        "mui",
        "spo2",
        "mach",
        "ap",
        "tieu",
        "bung",
        "an",
        "uong",
        "ngu",
        "choi",
        "bu",
        "phan",
    }
)


class _Denial(Enum):
    """How far a denial reaches at a place of the sentence."""

    NONE = auto()
    OPEN = auto()  # a word of denial was read, what it denies is still to come
    LIST = auto()  # something was denied, the next of a list may be too


@dataclass(slots=True)
class Findings:
    """What has been found so far in the whole text."""

    present: set[str] = field(default_factory=set)
    denied: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    well: bool = False
    nod: bool = False
    worry: bool = False
    unknown: int = 0

    def take_back(self, signs: set[str], into: set[str]) -> None:
        """Signs that were read as present turn out otherwise."""
        self.present -= signs
        into |= signs


class Sentence:
    """One pass over a sentence; keeps what the words before mean for the next one."""

    def __init__(self, pieces: Sequence[Piece], found: Findings, *, answers: bool) -> None:
        self.pieces = pieces
        self.found = found
        self.answers = answers  # the text gives each sign its "có" or "không"
        self.denial = _Denial.NONE
        self.pending: set[str] = (
            set()
        )  # after a comma within a denial: denied, if the list is closed by "hay", "gì"
        self.items = 0
        self.of_all = self.empty = self.joined = self.comma = False
        self.still = self.eased = self.perhaps = self.seems = False
        self.run: set[str] = set()  # the signs just read, to which "hết rồi" or "không" may be added

    def read(self) -> None:
        """Adds to the findings what the sentence says."""
        at = 0
        while at < len(self.pieces):
            if self._gap(at):
                self._pause(at)
            at += self._step(at)
        self._end_denial()

    def _step(self, at: int) -> int:
        """Reads a piece and says how many pieces were used up."""
        piece = self.pieces[at]
        if self._denies(at):
            return self._no(at)
        if piece.kind is Kind.SIGN:
            self._sign(at)
        elif piece.kind in {Kind.WELL, Kind.NOD}:
            self._well(at)
        elif piece.kind is Kind.WORRY:
            self._worry(at)
        elif piece.kind is Kind.SKIP:
            self._end_denial()
        else:
            self._mere_word(at)
        return 1

    def _denies(self, at: int) -> bool:
        piece = self.pieces[at]
        if piece.first.letters == "đâu" and self._bare(at + 1) == "co":
            return True
        counted = self._bare(at) in {"k", "kg"} and self._bare(at - 1).replace(" ", "").isdigit()
        hip = self._bare(at - 1) == "dau" and not self._gap(at)
        return piece.kind is None and piece.first in DENIALS and not counted and not hip

    def _pause(self, at: int) -> None:
        """A comma: doubts end here, an open denial too; a list of denied signs may go on."""
        if self.denial is _Denial.OPEN and ":" not in self._gap(at):
            self._end_denial()
        self.comma = True
        self.perhaps = self.seems = self.eased = self.still = False

    def _end_denial(self, *, of_something: bool = False) -> None:
        if self.denial is _Denial.OPEN and self.empty and not of_something:
            # A mere "không" or "chưa": an answer by itself, but not at the end of talk about something else.
            self.found.nod = True
        if self.denial is _Denial.LIST and self.of_all and self.items > 1:
            self.found.well = True
        self.found.doubtful |= self.pending
        self.pending = set()
        self.denial, self.of_all, self.items = _Denial.NONE, False, 0

    def _no(self, at: int) -> int:
        if self._ends_clause(at) and (self.run or self._kind(at - 1) in {Kind.WELL, Kind.NOD}):
            self._answer_no(at)
            return 1
        if self._is_question_tag(at):
            self._end_denial()
            self.found.worry = True
            return 1
        self._end_denial()
        after = self._word(at + 1) if self._kind(at + 1) is None else None
        if after and after.bare in _NOT_KNOWN and self._bare(at + 2) not in _WHY:
            self.perhaps = True
            return 2
        if after in _NOT_ONLY or after in _NOT_OVER:
            self.still = after in _NOT_OVER
            return 2
        self.denial, self.empty = _Denial.OPEN, True
        self.comma = self.joined = False
        self.run = set()
        return 1

    def _is_question_tag(self, at: int) -> bool:
        """Whether this is the "không" of "… có ảnh hưởng gì không ạ"."""
        start = next((back for back in range(at, 0, -1) if self._gap(back)), 0)
        before = self.pieces[start:at]
        return self._ends_clause(at) and any(
            piece.first not in _EMPTY or piece.first.bare in {"co", "duoc"} for piece in before
        )

    def _ends_clause(self, at: int) -> bool:
        rest = at + 1
        while self._kind(rest) is None and not self._gap(rest) and self._bare(rest) in _PARTICLES:
            rest += 1
        return rest >= len(self.pieces) or bool(self._gap(rest)) or self._bare(rest) in {"nhung", "ma"}

    def _answer_no(self, at: int) -> None:
        """A denial after its sign: "sốt: không", "ho thì ko ạ"; with nothing between it may be a question."""
        plainly = any(mark in ":-=" for mark in self._gap(at)) or self._bare(at - 1) in {"thi", "la"}
        plainly = plainly or self.answers or self._bare(at + 1) == "con"
        if self._bare(at) == "dau":  # without its hat it may be đau
            plainly = self.pieces[at].first.letters == "đâu"
        self.found.take_back(self.run, self.found.denied if plainly else self.found.doubtful)
        self.found.worry = self.found.worry or not self.run
        self.run = set()

    def _sign(self, at: int) -> None:
        piece = self.pieces[at]
        codes = set(piece.codes)
        by_degree = self._word(at + 1) in _DEGREE and self._kind(at + 1) is None and not self._gap(at + 1)
        if self.denial is _Denial.NONE:
            self._affirm(codes, guess=piece.guess)
        elif self.denial is _Denial.LIST:
            self._next_of_list(at, codes)
        elif by_degree:  # "không ho nhiều" is a little cough
            self.found.doubtful |= codes
            self._end_denial(of_something=True)
        else:
            self.denial, self.items = _Denial.LIST, 1
            doubtful = self.seems or self.perhaps or piece.guess
            (self.found.doubtful if doubtful else self.found.denied).update(codes)
        self.run = self.run | codes if not self.comma else codes
        self.comma = self.joined = self.still = self.eased = False

    def _affirm(self, codes: set[str], *, guess: bool = False) -> None:
        doubtful = guess or self.perhaps or (self.eased and codes & RED_SIGNS)
        (self.found.doubtful if doubtful and not self.still else self.found.present).update(codes)

    def _next_of_list(self, at: int, codes: set[str]) -> None:
        self.items += 1
        detailed = self._word(at + 1) in _DETAIL or self.pieces[at].text.endswith(" khan")
        if self.joined:
            self.found.denied |= codes | self.pending
            self.pending = set()
        elif self.of_all:
            self.found.denied |= codes
        elif self.comma and detailed:  # "không sốt, ho nhẹ"
            self._end_denial()
            self._affirm(codes)
        elif self.comma or codes & RED_SIGNS:
            self.pending |= codes
        else:
            self.found.denied |= codes

    def _well(self, at: int) -> None:
        if self.denial is _Denial.OPEN:
            self.found.worry = True
            self._end_denial(of_something=True)
        else:
            self._end_denial()
            if self.pieces[at].kind is Kind.NOD:
                self.found.nod = True
            elif self._bare(at - 1) not in _PARTS or self._gap(at):
                self.found.well = True
        self.run = set()

    def _worry(self, at: int) -> None:
        if self._bare(at) == "dau" and self._bare(at + 1) == "co":
            self.perhaps = True  # "dau co sot" is "đâu có sốt" rather than "đau có sốt"
        elif self._bare(at) == "dau" and self.run and self._ends_clause(at):
            self._answer_no(at)
        elif self.denial is _Denial.NONE:
            self.found.worry = True
        else:
            self.denial = _Denial.LIST
            self.items += 1
        self.run = set()

    def _mere_word(self, at: int) -> None:
        typed, bare = self.pieces[at].first, self._bare(at)
        if typed.letters == "đâu" and self.run and self._ends_clause(at):
            self._answer_no(at)
            return
        if self._over(at):
            return
        if typed in _EASED and self.denial is _Denial.NONE:
            self.eased = True
            self.found.take_back(self.run & RED_SIGNS, self.found.doubtful)
        self.perhaps = self.perhaps or typed in _PERHAPS
        self.seems = self.seems or (bare == "nhu" and self._bare(at - 1) == "hinh") or bare == "chac"
        if bare not in _CONNECT:
            self.run = set()
        if typed in _CONTRAST and not (typed.toneless and bare == "chi" and self._addresses(at)):
            self.found.worry = True
            self.eased = self.perhaps = False
        self.found.unknown += typed not in _EMPTY and not bare.replace(" ", "").isdigit()
        self._after_denial(typed)

    def _addresses(self, at: int) -> bool:
        """Whether a toneless "chi" is chị, not chỉ."""
        return self._bare(at + 1) in {"oi", "a", "bac", "can", ""} or self._bare(at - 1) in {
            "da",
            "thua",
            "cam",
        }

    def _after_denial(self, typed: Word) -> None:
        if self.denial is _Denial.OPEN:
            reaches = typed in _CLOSE or typed in _LINK
            if typed.bare == "ngoai" or not (reaches or typed in _EMPTY):
                self._end_denial(of_something=True)
                return
            self.of_all = self.of_all or typed in _CLOSE or typed.bare in {"trieu", "hieu"}
        elif self.denial is _Denial.LIST:
            self._within_list(typed)

    def _within_list(self, typed: Word) -> None:
        if typed in _CLOSE:
            self.found.denied |= self.pending
            self.pending, self.of_all = set(), True
        elif typed in _JOIN:
            self.joined = True
        elif typed in _AND:
            self.comma = True
        elif typed in _TURN or self.comma or typed not in _LINK:
            self._end_denial()

    def _over(self, at: int) -> bool:
        """Whether the word says that signs are over: "hết sốt", "ho khỏi rồi"."""
        if self.pieces[at].first not in _OVER or self.denial is _Denial.OPEN:
            return False
        ahead = at + 1
        while self._bare(ahead) in {"han", "bi", "con"} and not self._gap(ahead):
            ahead += 1
        if self._kind(ahead) is Kind.SIGN and not self._gap(ahead):
            self._end_denial()
            self.denial, self.empty = _Denial.OPEN, False
            return True
        if self.run and self._bare(at + 1) not in _NOT_GONE:
            nearly = self._bare(at - 1) == "gan"
            self.found.take_back(self.run, self.found.doubtful if nearly else self.found.denied)
            self.run = set()
            return True
        return False

    def _word(self, at: int) -> Word | None:
        return self.pieces[at].first if 0 <= at < len(self.pieces) else None

    def _bare(self, at: int) -> str:
        return self.pieces[at].first.bare if 0 <= at < len(self.pieces) else ""

    def _gap(self, at: int) -> str:
        return self.pieces[at].first.gap if 0 <= at < len(self.pieces) else ""

    def _kind(self, at: int) -> Kind | None:
        return self.pieces[at].kind if 0 <= at < len(self.pieces) else None
