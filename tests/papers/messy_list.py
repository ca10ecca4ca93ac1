"""A list as people make them: titles, group rows, merged headers, samples, sections, signatures, look-ups."""

from datetime import date

from quarantine.lists import Field

TITLE = [
    ["SỞ Y TẾ TỈNH CAO BẰNG", None, None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
    ["TRUNG TÂM KIỂM SOÁT BỆNH TẬT", None, None, None, "Độc lập - Tự do - Hạnh phúc"],
    [],
    ["DANH SÁCH NGƯỜI CÁCH LY TẠI NHÀ"],
    ["(Kèm theo Quyết định số 131/QĐ-UBND ngày 20/11/2026 của UBND phường)"],
]
GROUPS = [
    [
        "STT",
        "Họ và\n tên (*)",
        "Năm sinh",
        None,
        "Số điện\nthọai",
        "Nơi làm việc",
        None,
        "Nơi cách ly",
        None,
        None,
        "Thời gian cách ly",
        None,
        "CMND/CCCD",
        "Diện",
        "Ghi chú",
    ],
    [
        None,
        None,
        "Nam",
        "Nữ",
        None,
        "Xã/Phường",
        "Tỉnh/Thành phố",
        "Số nhà, thôn",
        "Xã/Phường",
        "Tỉnh/Thành phố",
        "Từ ngày",
        "Đến ngày",
    ],
]
MERGED = [(3, 0, 3, 14), (5, 2, 5, 3), (5, 5, 5, 6), (5, 7, 5, 9), (5, 10, 5, 11)]
PEOPLE = [
    [
        1,
        "NGUYỄN THỊ LAN",
        None,
        1990,
        912345678,
        "X",
        "Hà Nội",
        "Số 5 tổ 3",
        "Phường Thục Phán",
        "Cao Bằng",
        date(2026, 11, 20),
        date(2026, 12, 3),
        4190012345,
        "F1",
        "ho,sốt",
    ],
    [
        2,
        "Trần Văn Nam",
        1985,
        None,
        "84357255117",
        "Y",
        "Hà Nội",
        "Số 6 tổ 3",
        "Thục Phán",
        "Cao Bằng",
        "21/11/2026",
        None,
        "004085012345",
        "Tiếp xúc F0",
    ],
]
AROUND = {
    "numbers": ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
    "sample": ["VD", "Nguyễn Văn A", "1985", None, "0912345678", "Tân An", "Hà Nội", "Số 1", "Thục Phán"],
    "section": ["I. PHƯỜNG THỤC PHÁN"],
}
SIGNATURES = [
    ["Tổng cộng: 2 người"],
    [None, None, None, None, None, None, None, None, "Cao Bằng, ngày 20 tháng 11 năm 2026"],
    [None, "Người lập biểu", None, None, None, None, None, None, "GIÁM ĐỐC"],
    [None, "Phạm Thị Bình", None, None, None, None, None, None, "Hoàng Cường"],
]
MESSY = [*TITLE, *GROUPS, *AROUND.values(), *PEOPLE, GROUPS[1], PEOPLE[0], *SIGNATURES]
LOOK_UP = {
    "DMHC": [["Mã tỉnh", "Tên tỉnh", "Mã xã", "Tên xã"], ["04", "Cao Bằng", "01273", "Thục Phán"]],
    "LIST": [["Giới tính"], ["Nam"], ["Nữ"]],
}
EXPECTED = {
    Field.ROW_NUMBER: "A",
    Field.NAME: "B",
    Field.MALE: "C",
    Field.FEMALE: "D",
    Field.PHONE: "E",
    Field.ADDRESS: "H",
    Field.COMMUNE: "I",
    Field.PROVINCE: "J",
    Field.FIRST_DAY: "K",
    Field.LAST_DAY: "L",
    Field.IDENTITY: "M",
    Field.REASON: "N",
    Field.NOTE: "O",
}
