"""The whole round as the demonstration shows it: `cachly demo`, through the stand-in's phones."""

from contextlib import closing

import pypdfium2
import zxingcpp

from tests.e2e.phones import DUNG, HANH, LAN, MAI, NAM, buttons_of, words_of

NAMS_HOME = {"latitude": 22.66731, "longitude": 106.26052, "horizontal_accuracy": 15}
NEXT, HOUR, TOMORROW = {"to": "next_prompt"}, {"advance_seconds": 3600}, {"to": "next_day"}
SYMPTOMS = [
    ["Không có triệu chứng"],
    ["Sốt", "Ho"],
    ["Khó thở", "Đau họng"],
    ["Nôn/buồn nôn", "Tiêu chảy"],
    ["Xuất huyết ngoài da", "Nổi ban ngoài da"],
    ["Gặp cán bộ"],
]


async def enrol(phones):
    """The clerk enters Nam, half by typing and half by pressing."""
    await phones.press(MAI, "Ghi danh người mới")
    await phones.hears(MAI, "Họ và tên đầy đủ")
    await phones.say(MAI, "trần văn nam", "0987 654 321", "1985")
    await phones.press(MAI, "Nam")
    await phones.hears(MAI, "Địa chỉ nơi cách ly")
    await phones.say(MAI, "Số 8, tổ 3 Hợp Giang", "thuc phan", "130/QĐ-UBND")
    await phones.press(MAI, "Hôm nay")
    await phones.hears(MAI, "Lý do cách ly?")
    await phones.say(MAI, "f1")
    await phones.act(MAI, "text", text="bỏ qua")
    review = words_of(await phones.hears(MAI, "Xem lại trước khi lưu"))
    for line in ("Họ tên: Trần Văn Nam", "Điện thoại: 0987 654 321", "Phường Thục Phán", "14 ngày"):
        assert line in review
    await phones.press(MAI, "Lưu")
    await phones.hears(MAI, "✅ Đã ghi danh Trần Văn Nam", "Nông Thị Hạnh")


async def verify(phones):
    """The officer takes the card, confirms the file and shares the position at the dwelling."""
    await phones.hears(HANH, "Cần xác minh: Trần Văn Nam, 41 tuổi")
    assert not (await phones.phone(NAM))["messages"]
    await phones.press(HANH, "Nhận việc")
    await phones.hears(HANH, "Hồ sơ này có đúng không?")
    await phones.press(HANH, "Đúng, xác nhận")
    await phones.hears(HANH, "Vị trí nhà của Trần Văn Nam")
    await phones.act(HANH, "key", text="📍 Gửi vị trí nhà", **NAMS_HOME)
    await phones.hears(HANH, "Vị trí nhà: 22.66731, 106.26052.")
    await phones.press(HANH, "Xác nhận")
    await phones.hears(HANH, "✅ Đã xác minh Trần Văn Nam.")


async def guide(phones):
    """The officer makes the card and says how it was handed over; gives the code in its link."""
    await phones.hears(HANH, "tạo phiếu có mã và QR")
    await phones.press(HANH, "Tạo phiếu hướng dẫn")
    card = await phones.hears(HANH, "https://t.me/CachlyDemoBot?start=")
    assert card["photo"]
    await phones.hears(HANH, "hướng dẫn Trần Văn Nam bằng cách nào?")
    await phones.press(HANH, "Đưa phiếu")
    await phones.hears(HANH, "✅ Đã ghi: hướng dẫn Trần Văn Nam")
    return words_of(card).partition("start=")[2].split()[0]


async def link(phones, code):
    """Nam opens the link, errs once in his year of birth, and reads the notice."""
    await phones.act(NAM, "start", payload=code)
    asked = words_of(await phones.hears(NAM, "sinh năm nào"))
    assert "1985" not in asked
    await phones.act(NAM, "text", text="1958")
    await phones.hears(NAM, "Năm sinh chưa khớp")
    await phones.act(NAM, "text", text="1985")
    await phones.hears(NAM, "Anh muốn dùng tiếng nào?")
    await phones.press(NAM, "Tiếng Việt")
    await phones.hears(NAM, "130/QĐ-UBND", "0912 345 678")
    await phones.press(NAM, "Tôi đã đọc")
    await phones.hears(NAM, "Lần điểm danh đầu tiên: 07:30 ngày")


async def two_taps(phones):
    """Well and at home: one press, one position, thanks."""
    prompt = await phones.hears(NAM, "Chào anh Nam, điểm danh sáng", "ngày thứ 1 trong 14 ngày")
    assert buttons_of(prompt) == SYMPTOMS
    await phones.press(NAM, "Không có triệu chứng")
    await phones.hears(NAM, "Gửi vị trí là xong")
    await phones.act(NAM, "key", text="📍 Gửi vị trí", **NAMS_HOME)
    await phones.hears(NAM, "Cảm ơn anh. Hôm nay là ngày thứ 1 trong 14 ngày. Hẹn anh 16:30 nhé.")
    assert (await phones.phone(NAM))["keyboard"] is None


async def test_the_whole_round(phones):
    """Enrol, verify, guide, link, prompt, two taps, thanks; then silence, step by step to the director."""
    await enrol(phones)
    await verify(phones)
    await link(phones, await guide(phones))
    await phones.clock(**NEXT)
    await two_taps(phones)
    # Lan was asked too, and is silent from the first prompt on.
    await phones.hears(LAN, "Chào chị Lan, điểm danh sáng", "ngày thứ 3 trong 14 ngày")
    for _ in range(2):
        await phones.clock(**HOUR)
        await phones.hears(LAN, "chưa nhận được điểm danh sáng nay của chị", "trước 11:30")
    await phones.heard_nothing(HANH, "Chưa điểm danh")
    await phones.clock(**NEXT)
    card = await phones.hears(HANH, "Chưa điểm danh sáng", "Nguyễn Thị Lan, 34 tuổi", "0987 000 004")
    assert buttons_of(card) == [["Nhận việc"]]
    await phones.heard_nothing(DUNG, "Nguyễn Thị Lan")
    await phones.clock(**NEXT)
    await phones.hears(DUNG, "⚠️ Chưa có ai xử lý xong việc này:\nChưa điểm danh sáng", "Nguyễn Thị Lan")
    await phones.press(DUNG, "Nhận việc")
    await phones.hears(DUNG, "✅ Anh đã nhận việc này")
    await phones.press(DUNG, "Gặp được, khỏe")
    await phones.hears(DUNG, "bằng cách nào?")
    await phones.press(DUNG, "Gọi điện")
    await phones.hears(DUNG, "✅ Đã ghi cho Nguyễn Thị Lan: Gặp được, khỏe (gọi điện).")
    await phones.clock(**NEXT)
    await phones.hears(NAM, "điểm danh chiều")
    await phones.clock(**TOMORROW)
    digest = await phones.hears(HANH, "2 việc mới", "Nguyễn Thị Lan, 34 tuổi", "Trần Văn Nam, 41 tuổi")
    assert buttons_of(digest) == [["Nguyễn Thị Lan"], ["Trần Văn Nam"], ["Đã nhận"]]


async def test_a_leaflet_goes_from_the_chat_through_the_printer_to_the_resident(phones):
    """The file that arrives is printed, and what a camera reads on the paper opens the chat with the code."""
    await enrol(phones)
    await verify(phones)
    await phones.hears(HANH, "tạo phiếu có mã và QR")
    await phones.press(HANH, "In phiếu (PDF)")
    sent = (await phones.hears(HANH, "Phiếu in của một người"))["document"]
    assert sent["file_name"] == "phieu-huong-dan.pdf"
    async with phones.http.get(f"{phones.root}/sim/files/{sent['file_id']}") as answer:
        pdf = await answer.read()
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        (page,) = [one.render(scale=2).to_pil() for one in document]
    links = {one.text for one in zxingcpp.read_barcodes(page)}
    (telegram,) = [one for one in links if one.startswith("https://t.me/CachlyDemoBot?start=")]
    await phones.hears(HANH, "hướng dẫn Trần Văn Nam bằng cách nào?")
    await phones.press(HANH, "Đưa phiếu")
    await phones.act(NAM, "start", payload=telegram.partition("start=")[2])
    await phones.hears(NAM, "sinh năm nào")
