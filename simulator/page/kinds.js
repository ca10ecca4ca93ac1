// How the phones of each messenger differ: look, first and last button, what can be sent, which limits hold.

import { hourAndDate } from "./dates.js";
import { askFile, askPlace } from "./things.js";

const PLACE = { sign: "pin", label: "Vị trí…", act: (view) => askPlace(view, "location") };
const PIN = { ...PLACE, act: (view) => askPlace(view, "location", { live: false, accuracy: false, named: true }) };
const OWN_PHOTO = { sign: "picture", label: "Ảnh từ máy tính…", act: (view) => askFile(view, "photo", "image/png,image/jpeg") };
const PHOTO = { sign: "picture", label: "Ảnh mẫu", act: (view) => view.act("photo") };
const FILE = { sign: "file", label: "Tệp…", act: (view) => askFile(view, "document", "") };
const STICKER = { sign: "smile", label: "Nhãn dán", act: (view) => view.act("sticker") };
const VOICE = { sign: "voice", label: "Tin thoại", act: (view) => view.act("voice") };
const NUMBER = { sign: "person", label: "Số điện thoại của tôi", act: (view) => view.act("contact") };
const STRANGER = { phone_number: "+84901000111", first_name: "Hàng xóm" };
const CARD = { sign: "person", label: "Danh thiếp của người khác", act: (view) => view.act("contact", STRANGER) };
const ZALO_CARD = { ...CARD, act: (view) => view.act("contact", { phone_number: "+84901000111", name: "Hàng xóm" }) };
const unread = (thing) => ({ ...thing, label: `${thing.label.replace("…", "")} (bot không đọc được)` });

export const KINDS = {
  telegram: {
    name: "Telegram",
    status: () => "bot",
    limits: () => "",
    first: { label: "BẮT ĐẦU", action: "start" },
    again: { label: "BỎ CHẶN BOT", action: "unblock" },
    settings: (phone) => [
      phone.blocked ? { sign: "send", label: "Bỏ chặn bot", action: "unblock" } : { sign: "block", label: "Chặn bot", action: "block" },
    ],
    things: [PLACE, NUMBER, CARD, OWN_PHOTO, PHOTO, FILE, STICKER, VOICE],
    edits: true, // own texts can be edited, and every message forwarded
  },
  "zalo-oa": {
    name: "Zalo OA",
    mark: "OA",
    status: (phone) => (phone.online ? "Tài khoản chính thức" : "máy đang mất mạng"),
    limits: (phone) =>
      [
        "Tối đa 5 nút mỗi tin",
        "không sửa tin",
        phone.window_until && `nhắn được đến ${hourAndDate(Date.parse(phone.window_until))}`,
        !phone.webhook_on && "ứng dụng không nhận tin: Zalo đã tắt webhook",
      ]
        .filter(Boolean)
        .join(" · "),
    first: { label: "QUAN TÂM", action: "follow" },
    again: { label: "QUAN TÂM LẠI", action: "follow" },
    settings: (phone) => [
      phone.follows ? { sign: "block", label: "Bỏ quan tâm", action: "unfollow" } : { sign: "send", label: "Quan tâm", action: "follow" },
      phone.online ? { sign: "close", label: "Mất mạng", action: "offline" } : { sign: "send", label: "Có mạng lại", action: "online" },
    ],
    things: [PIN, ZALO_CARD, OWN_PHOTO, PHOTO, FILE, STICKER, VOICE],
    tellsSeen: true,
  },
  "zalo-bot": {
    name: "Zalo Bot",
    mark: "Bot",
    status: () => "Zalo Bot",
    limits: () => "Không có nút: gõ số để chọn · bot không thấy vị trí và tệp",
    settings: () => [],
    things: [OWN_PHOTO, PHOTO, STICKER, VOICE, unread(PIN), unread(FILE)],
  },
};

// What a link opens on a phone: {title, kind, action, fields}, or null for a page of the web.
export function opening(url, accounts) {
  const telegram = /^https:\/\/t\.me\/([A-Za-z0-9_]+)\?start=([A-Za-z0-9_-]+)$/.exec(url ?? "");
  if (telegram && telegram[1].toLowerCase() === accounts.telegram.username.toLowerCase()) {
    return { kind: "telegram", action: "start", fields: { payload: telegram[2] } };
  }
  if (url === `https://zalo.me/${accounts["zalo-oa"].id}`) return { kind: "zalo-oa", action: "follow", fields: {} };
  return null;
}
