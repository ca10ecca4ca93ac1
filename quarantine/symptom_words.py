"""The signs of a report and the words residents use for them: data of domain.md §A6 and §A8."""

from dataclasses import dataclass

from quarantine.triage import RED_SIGNS


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: its stable code, its name in Vietnamese, the words people use for it.

    Phrases are separated by "|". "~" before one: typed without marks it is only a guess. "!": without marks
    it is not this. KHÔNG stands for any word of denial.
    """

    code: str
    label: str
    phrases: str

    @property
    def spellings(self) -> tuple[str, ...]:
        """Its phrases one by one, with their "~" and "!"."""
        return tuple(" ".join(phrase.split()) for phrase in self.phrases.split("|"))

    @property
    def red(self) -> bool:
        """Whether it is a danger sign by itself."""
        return self.code in RED_SIGNS


FORM_SIGNS = (
    Sign(
        "fever",
        "Sốt",
        """sốt | nóng sốt | hâm hấp | hầm hập | nóng người | người nóng | nóng ran | nóng lạnh | phát
        sốt | ấm đầu | nóng đầu | nóng trong người | sốt siêu vi | sốt rét | sốt xuất huyết""",
    ),
    Sign("cough", "Ho", "ho | ho khan | ho gió | ho húng hắng | khạc đờm | khạc đàm | có đờm | có đàm"),
    Sign(
        "breathless",
        "Khó thở",
        """khó thở | thở khó | thở dốc | thở gấp | thở hụt hơi | hụt hơi | đứt hơi | thở không ra hơi
        | thở mệt | mệt thở | ngộp thở | ngộp | ~ngạt thở | nghẹt thở | tức thở | khò khè | thở
        rít | thở rên | thở nặng | nặng thở | KHÔNG thở được | KHÔNG thở nổi | thở KHÔNG được |
        thở KHÔNG nổi | thở KHÔNG ra hơi | rút lõm lồng ngực | phập phồng cánh mũi | thở không kịp
        | khó thỡ | khó khăn khi thở""",
    ),
    Sign(
        "sore_throat",
        "Đau họng",
        """đau họng | rát họng | đau rát họng | ngứa họng | đau cổ họng | rát cổ | rát cổ họng | ngứa
        cổ | viêm họng | sưng họng | khan cổ | khô họng | khàn cổ | nuốt đau | nuốt vướng | !họng
        đau | !họng rát | cổ họng đau | cổ họng rát | đau hầu họng""",
    ),
    Sign(
        "vomiting",
        "Nôn/buồn nôn",
        """nôn | nôn ói | buồn nôn | !ói | nôn mửa | !mửa | ói mửa | mắc ói | buồn ói | muốn ói | !ọe
        | !oẹ | nôn ọe | !trớ | nôn trớ | ọc sữa | nhợn ói | muốn nôn""",
    ),
    Sign(
        "diarrhoea",
        "Tiêu chảy",
        """tiêu chảy | ỉa chảy | ỉa lỏng | ~đi ngoài | đi ngoài lỏng | đau bụng đi ngoài | đi cầu
        nhiều | đi cầu lỏng | đi lỏng | đi tướt | đi té re | tào tháo đuổi | phân lỏng | đi phân
        lỏng""",
    ),
    Sign(
        "bleeding",
        "Xuất huyết ngoài da",
        """xuất huyết | xuất huyết dưới da | xuất huyết ngoài da | chấm đỏ dưới da | chấm xuất huyết
        | bầm tím | tụ máu | chảy máu dưới da""",
    ),
    Sign(
        "rash",
        "Nổi ban ngoài da",
        """nổi ban | phát ban | nổi mẩn | mẩn đỏ | nổi mẩn đỏ | mẩn ngứa | nổi đỏ | nổi mụn nước |
        nổi mề đay | nổi mày đay | ban đỏ | nổi hồng ban""",
    ),
)
"""The eight signs of the national form, in its order (domain.md §A6)."""

OTHER_SIGNS = (
    Sign(
        "fatigue",
        "Mệt mỏi",
        """mệt | mệt mỏi | mệt người | mệt nhiều | mệt rã rời | rã rời | !đuối | đuối sức | !đừ |
        !oải | uể oải | kiệt sức | bủn rủn | KHÔNG khỏe | KHÔNG được khỏe | KHÔNG khỏe lắm | KHÔNG
        được khỏe lắm""",
    ),
    Sign(
        "aches",
        "Đau người, đau cơ",
        """đau mỏi người | !đau cơ | đau người | mỏi người | đau nhức | đau nhức người | nhức mình
        mẩy | đau mình | !ê ẩm | mỏi mình | nhức mỏi | nhức người | đau mỏi | đau xương khớp | đau khớp""",
    ),
    Sign(
        "chills",
        "Ớn lạnh",
        "ớn lạnh | gai rét | gai gai rét | rét run | run rẩy | lạnh run | nổi da gà | ớn ớn",
    ),
    Sign("headache", "Đau đầu", "đau đầu | nhức đầu | đau nhức đầu | đau nửa đầu | đầu đau | !đầu nhức"),
    Sign("dizzy", "Chóng mặt", "chóng mặt | hoa mắt | !choáng | choáng váng"),
    Sign(
        "runny_nose",
        "Hắt hơi, sổ mũi",
        """sổ mũi | xổ mũi | ngạt mũi | nghẹt mũi | tắc mũi | tịt mũi | hắt hơi | hắt xì | hắc xì |
        nhảy mũi | chảy mũi | chảy nước mũi | nước mũi | mũi chảy nước""",
    ),
    Sign(
        "loss_of_smell",
        "Mất vị giác, khứu giác",
        """mất khứu giác | mất vị giác | mất mùi | mất vị | KHÔNG ngửi thấy | KHÔNG ngửi được | ngửi
        KHÔNG ra | ngửi KHÔNG thấy | nhạt miệng | ăn KHÔNG biết mùi vị""",
    ),
    Sign(
        "appetite",
        "Chán ăn",
        """chán ăn | ăn uống kém | ăn kém | bỏ ăn | biếng ăn | lười ăn | ăn KHÔNG ngon | KHÔNG muốn ăn
        | ăn KHÔNG được""",
    ),
    Sign(
        "chest_pain",
        "Đau tức ngực",
        """tức ngực | đau tim | đau ngực | đau tức ngực | nặng ngực | thắt ngực | ~đè ngực | nhói ngực | ngực
        đau | ngực tức | đau vùng ngực | đau ở ngực | đau trong ngực | đau lồng ngực | đau giữa
        ngực | đau giữa lồng ngực | đau phần ngực | đau ở phần ngực | nặng ở lồng ngực | nặng ở
        ngực | ngăn ngực""",
    ),
    Sign(
        "coughing_blood",
        "Ho ra máu",
        """ho ra máu | khạc ra máu | ho có máu | đờm có máu | đàm có máu | ho ra huyết | khạc đờm ra
        máu | đờm dính máu | ho khạc ra máu | khạc ra đờm có máu | nôn ra máu | ói ra máu | đờm lẫn máu |
        có đờm lẫn máu | có đờm có máu | có đờm dính máu
        | đàm lẫn máu | đờm ra máu | ra máu khi ho""",
    ),
    Sign(
        "drowsy",
        "Lơ mơ",
        """lơ mơ | li bì | lừ đừ | mê man | lú lẫn | ~nói nhảm | gọi KHÔNG dậy | gọi KHÔNG tỉnh |
        KHÔNG tỉnh táo | ~ngất | ngất xỉu | ~xỉu | bất tỉnh | mệt lả | ngủ rũ""",
    ),
    Sign("convulsion", "Co giật", "co giật | ~làm kinh | giật kinh | động kinh | lên cơn giật"),
    Sign(
        "cyanosis",
        "Tím tái",
        """~tím tái | ~tím môi | ~môi tím | tím đầu ngón tay | tím đầu ngón chân | tím ngón tay | ~da
        tái | tái mét | ~môi tái | ~môi nhợt""",
    ),
)
"""Further signs that are understood when typed, though not asked for (domain.md §A8, §B3, §B4)."""

SIGNS = FORM_SIGNS + OTHER_SIGNS
"""All signs in the order in which they are shown."""

TWO_AT_ONCE = {
    ("fever", "convulsion"): "sốt co giật",
    ("fever", "rash"): "sốt phát ban",
    ("fever", "drowsy"): "sốt li bì",
}
WELL = """
    bình thường | bt | bth | bthg | btg | bthuong | bthường | bình thg | ổn | ổn định | khỏe | khỏe re |
    khỏe mạnh | khoẻ | tốt | khỏe khoắn | KHÔNG sao | KHÔNG sao cả | KHÔNG sao hết | KHÔNG việc gì
"""
NOD = "ok | oke | okie | okay | okela"
# Heard, and neither a sign nor a reason for "well": a human should see it, or buttons ask again.
WORRY = """
    khó chịu | đau | nhức | mỏi | ngứa | !buốt | sưng | viêm | !tê | nóng | lạnh | !yếu | ốm | bệnh |
    ~cảm cúm | bị cảm | cảm lạnh | cúm | nặng hơn | tệ | mất ngủ | KHÔNG ngủ được | hồi hộp | lo lắng |
    !máu | chảy máu | chảy máu cam | chảy máu chân răng | hạ sốt | thuốc ho | siro ho | thuốc hạ sốt |
    trị ho | giảm ho | giảm sốt | nôn nao | cấp cứu | nhập viện | KHÔNG ổn | KHÔNG bình thường | KHÔNG
    tốt | dương tính | 2 vạch | viêm phổi | sưng phổi | như cũ | nặng nề
"""
# Words that only look like signs.
SKIP = """
    sức khỏe | tốt nhất | tốt hơn | sốt ruột | sốt sắng | sốt đất | bỏ sót | thiếu sót | sai sót | hết
    sức | họ tên | họ và tên | hộ khẩu | căn hộ | hồ sơ | hỗ trợ | họ hàng | bảo hộ | đồng hồ | hộ nghèo
    | hộ gia đình | chủ hộ | nhà họ | ủng hộ | giúp hộ | làm hộ | họ bảo | họ nói | họ kêu | họ hỏi | họ
    đến | họ gọi | họ đưa | họ cho | của họ | với họ | bọn họ | xưng hô | cho họ | hồ chí minh | mua hộ
    | lấy hộ | hộ em | hộ tôi | hộ mình | sinh non | sữa non | đẻ non | rau non | nón lá | mũ nón | đội
    nón | nước non | nhức đầu gối | đau đầu gối | đi ngoài đường | đi ngoài phố | đi ngoài bình thường |
    ra ngoài | mặt mũi | nôn nóng | một xíu | chút xíu | tí xíu
"""
