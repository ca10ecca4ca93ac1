"""The words that headers of lists use: folded phrases by the field that they mean."""

from __future__ import annotations

from quarantine.lists import Field

_PHRASES: dict[Field | None, str] = {
    Field.NAME: """
        ho va ten | ho ten | ten | hoten | hovaten | ho va ten nguoi cach ly | ho ten nguoi cach ly | ten
        nguoi cach ly | ho ten cong dan | ten cong dan | ho ten benh nhan | ten benh nhan | ho ten doi
        tuong | ho va ten khai sinh | ho va ten doi tuong | ho chu dem va ten | ho ten nguoi duoc cach ly
        | ho va ten nguoi duoc cach ly | full name | name | patient name | fullname
        """,
    Field.FAMILY_NAME: """
        ho dem | ho va ten dem | ho va chu dem | ho va dem | ho lot | ho va ten lot | ho | ho chu lot |
        last name | surname | family name
        """,
    Field.GIVEN_NAME: """
        given name | first name | ten goi | ten rieng
        """,
    Field.PHONE: """
        so dien thoai | dien thoai | sdt | dt | so dt | s dt | dien thoai lien he | sdt lien he | so dien
        thoai lien he | dien thoai di dong | di dong | dtdd | so di dong | so zalo | zalo | sdt zalo | so
        dien thoai zalo | so may | sdt ca nhan | so lien lac | dien thoai lien lac | phone | phone number
        | mobile | mobile phone | telephone | primary telephone | cell phone | tel | contact number | perm
        cell pager | primary phone
        """,
    Field.HOUSEHOLD_PHONE: """
        sdt nguoi than | dien thoai nguoi than | so dien thoai nguoi than | sdt chu ho | dien thoai chu ho
        | so dien thoai chu ho | sdt nguoi giam ho | so dien thoai nguoi giam ho | dien thoai nguoi giam
        ho | sdt gia dinh | dien thoai gia dinh | so dien thoai gia dinh | sdt nguoi nha | dien thoai
        nguoi nha | sdt bo me | dien thoai bo me | sdt phu huynh | dien thoai phu huynh | sdt khac | dien
        thoai khac | sdt 2 | dien thoai 2 | so dien thoai 2 | dien thoai co dinh | dien thoai nha rieng |
        sdt nguoi lien he | so dien thoai khac | guardian phone | emergency phone | emergency telephone |
        secondary telephone | household phone | secondary phone | other phone
        """,
    Field.BIRTH: """
        nam sinh | ngay sinh | ngay thang nam sinh | ngay thang sinh | sinh nam | sinh ngay | ntns | ns |
        ngay sinh nam sinh | ngay sinh hoac nam sinh | nam sinh ngay sinh | ngay nam sinh | date of birth
        | dob | birth date | birthdate | birth year | year of birth | birthday | birth
        """,
    Field.AGE: """
        tuoi | do tuoi | tuoi nam sinh | nam sinh tuoi | tuoi hoac nam sinh | age | so tuoi
        """,
    Field.SEX: """
        gioi tinh | gioi | phai | nam nu | gt | sex | gender | sex at birth | gioi tinh nam nu
        """,
    Field.MALE: """
        nam | male | gioi tinh nam | nam sinh nam
        """,
    Field.FEMALE: """
        nu | female | gioi tinh nu | nam sinh nu
        """,
    Field.IDENTITY: """
        cccd | so cccd | cmnd | so cmnd | cmnd cccd | cccd cmnd | so cmnd cccd | so cccd cmnd | can cuoc |
        can cuoc cong dan | so can cuoc cong dan | so can cuoc | the can cuoc | so the can cuoc | so dinh
        danh | so dinh danh ca nhan | ma dinh danh | ma dinh danh ca nhan | ma so dinh danh | chung minh
        nhan dan | so chung minh nhan dan | cmt | so cmt | cmtnd | so cmtnd | chung minh thu | so chung
        minh thu | giay to tuy than | so giay to | so giay to tuy than | ho chieu | so ho chieu | cmnd ho
        chieu | cccd ho chieu | cmnd cccd ho chieu | so cmnd cccd ho chieu | so cccd ho chieu | ddcn |
        identity number | identity | id number | national id | identity card | citizen id | id card |
        passport | passport number
        """,
    Field.ADDRESS: """
        dia chi | d c | dia chi cach ly | noi cach ly | dia chi noi cach ly | dia diem cach ly | dia chi
        cu the | dia chi chi tiet | so nha | so nha duong | so nha ten duong | so nha duong pho | duong
        pho | ten duong | so nha duong pho thon xom | duong | so nha pho | quarantine address | quarantine
        place | so nha thon xom | dia chi nha | dia chi nha rieng | cho o | cho o hien nay | cho o hien
        tai | noi o | noi o hien nay | noi o hien tai | dia chi hien nay | dia chi hien tai | dia chi
        thuong tru | ho khau thuong tru | thuong tru | noi thuong tru | ho khau | noi cu tru | dia chi cu
        tru | tam tru | dia chi tam tru | noi tam tru | dia chi lien he | noi dang ky thuong tru | dia chi
        luu tru | noi luu tru | thon | thon xom | thon to | to | to dan pho | to thon | thon ban | ban |
        xom | ap | khom ap | khu pho | thon ap | to khu pho | thon xom to | address | home address |
        street | street address | address line 1 | address line 2 | residence | perm address
        """,
    Field.COMMUNE: """
        xa | phuong | xa phuong | phuong xa | xa phuong thi tran | phuong xa thi tran | xa phuong dac khu
        | phuong xa dac khu | xa phuong tt | phuong xa tt | ten xa | ten xa phuong | ten phuong xa | ma xa
        | ma xa phuong | ma phuong xa | xa p | px | commune | ward | ward commune | commune ward
        """,
    Field.DISTRICT: """
        quan | huyen | quan huyen | huyen quan | quan huyen thi xa | quan huyen thi xa thanh pho | quan
        huyen thi xa tp | huyen thi xa thanh pho | quan huyen tp | huyen tp | huyen thi thanh pho | quan
        huyen tx tp | quan huyen thanh pho | huyen thi xa | district | county | ma huyen | ma quan huyen
        """,
    Field.PROVINCE: """
        tinh | thanh pho | tinh thanh pho | tinh tp | tp tinh | thanh pho tinh | tinh thanh | ten tinh |
        ma tinh | tinh thanh pho truc thuoc trung uong | province | city | province city | city province |
        state
        """,
    Field.ORDER_NUMBER: """
        so quyet dinh | quyet dinh | quyet dinh so | so qd | qd so | qd | qd cach ly | so quyet dinh cach
        ly | quyet dinh cach ly | so qd cach ly | order number | decision number | order no | decision no
        | order
        """,
    Field.ORDER_DATE: """
        ngay quyet dinh | ngay ra quyet dinh | ngay qd | ngay ra qd | ngay ky quyet dinh | ngay ban hanh |
        ngay ban hanh quyet dinh | ngay ky | ngay ky qd | order date | decision date
        """,
    Field.FIRST_DAY: """
        ngay bat dau | ngay bat dau cach ly | bat dau cach ly | tu ngay | tu | cach ly tu ngay | cach ly
        tu | ngay cach ly | ngay vao cach ly | thoi gian bat dau | thoi gian bat dau cach ly | ngay bat
        dau theo doi | bat dau | thoi diem bat dau cach ly | ngay thuc hien cach ly | ngay dau cach ly |
        ngay dau tien | theo doi tu ngay | ngay cach ly tai nha | ngay bat dau cach ly tai nha | start
        date | first day | quarantine start | start of quarantine | quarantine start date | from date |
        from
        """,
    Field.LAST_DAY: """
        ngay ket thuc | ngay ket thuc cach ly | ket thuc cach ly | den ngay | den | cach ly den ngay |
        cach ly den | ngay hoan thanh | ngay hoan thanh cach ly | ngay het cach ly | ngay het han cach ly
        | het cach ly | thoi gian ket thuc | thoi gian ket thuc cach ly | ngay cuoi | ngay cuoi cach ly |
        ngay du kien ket thuc | du kien ket thuc | ngay ket thuc theo doi | ket thuc | theo doi den ngay |
        ngay du kien hoan thanh cach ly | end date | last day | quarantine end | quarantine end date | to
        date
        """,
    Field.REASON: """
        ly do | ly do cach ly | doi tuong | doi tuong cach ly | dien cach ly | dien | loai doi tuong |
        phan loai | phan loai doi tuong | loai | f | dien f | loai f | f0 f1 f2 | f0 f1 | f1 f2 | loai
        tiep xuc | loai ca | nhom doi tuong | nhom | yeu to dich te | phan loai tiep xuc | thuoc dien |
        reason | quarantine reason | category | contact type | case status | type | classification |
        contact category
        """,
    Field.NOTE: """
        ghi chu | chu thich | luu y | note | notes | remark | remarks | comment | comments
        """,
    Field.ROW_NUMBER: """
        stt | tt | so tt | so thu tu | thu tu | s tt | no | row | index
        """,
    # Columns that are known and of no use here, so that "ngày cấp CCCD" is no identity number.
    None: """
        ly do tra lai | ma ho so | ma so | ngay cap | noi cap | ngay cap cccd | noi cap cccd | ngay cap
        cmnd | noi cap cmnd | ngay cap ho chieu | co quan cap | quoc tich | dan toc | ton giao | nghe
        nghiep | noi lam viec | co quan | dia chi noi lam viec | dia chi lam viec | don vi cong tac | don
        vi | email | trieu chung | ngay khoi phat | ngay xet nghiem | ket qua xet nghiem | ket qua | ngay
        lay mau | lan lay mau | ngay tiem | so mui tiem | tinh trang tiem | ngay tiep xuc | ngay tiep xuc
        cuoi | ngay tiep xuc cuoi cung | lan tiep xuc cuoi | ngay tiep xuc gan nhat | ngay tiep xuc lan
        cuoi | ngay nhap canh | ngay ve dia phuong | ngay ve | ngay den | ngay di | chuyen bay | so ghe |
        so hieu chuyen bay | noi di | noi den | que quan | noi sinh | nguyen quan | tinh trang | tinh
        trang suc khoe | ho ten bo | ho ten me | ho ten cha | ho ten bo me | ho ten chu ho | ten chu ho |
        chu ho | ho ten nguoi than | ho ten nguoi giam ho | nguoi giam ho | nguoi than | quan he | quan he
        voi chu ho | moi quan he | ten f0 | ho ten f0 | tiep xuc voi | tiep xuc voi ai | tiep xuc voi f0 |
        ma benh nhan | ma bn | ma so bhyt | so the bhyt | bhyt | nguoi lap | can bo dieu tra | can bo phu
        trach | ten can bo | hinh thuc cach ly | loai hinh cach ly | so ngay cach ly | so ngay | thoi gian
        cach ly | middle name | middle initial | ethnicity | nationality | race | so ho khau | travel
        start date | travel end date | so nguoi trong ho | nhiet do | spo2 | huyet ap | phuong tien |
        phuong tien di lai | ngay khai bao | ngay ghi nhan | ngay bao cao | nguoi bao cao | tien su | benh
        nen | date of notice | symptom onset date | passport country | identifying number | flight number
        | last date of exposure | dien thoai co quan | so dien thoai can bo | business telephone | foreign
        address | tinh trang hien tai | trieu chung hien tai
        """,
}
MEANINGS: dict[str, Field | None] = {
    " ".join(phrase.split()): meant for meant, listed in _PHRASES.items() for phrase in listed.split("|")
}
"""What each phrase means; None: nothing that we keep."""
AS_WRITTEN: dict[str, Field | None] = {
    "to": Field.LAST_DAY,
    "năm": Field.BIRTH,
    "hộ": None,
    "#": Field.ROW_NUMBER,
}
"""Short headers that mean another thing with other marks: English "to" is no "tổ", "năm" is no "nam"."""
SHORT = {
    "cl": "cach ly",
    "bd": "bat dau",
    "kt": "ket thuc",
    "dc": "dia chi",
    "hk": "ho khau",
    "nc": "nhap canh",
}
"""Abbreviations inside headers."""
