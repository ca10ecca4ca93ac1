// Draws one message as a bubble.

import { hour } from "./dates.js";
import { icon } from "./icons.js";
import { el } from "./talk.js";
import { drawText } from "./text.js";

export function drawBubble(message, deeds) {
  const side = message.from_bot ? "bot" : "own";
  const bubble = el("article", {
    class: `bubble ${side}`,
    "data-message": String(message.message_id),
    "aria-label": message.from_bot ? "Tin của bot" : "Tin của chủ máy",
  });
  if (message.forward_origin) bubble.append(el("p", { class: "note" }, icon("forward"), `Chuyển tiếp từ ${originOf(message.forward_origin)}`));
  if (message.reply_to_message) bubble.append(el("p", { class: "quote" }, summary(message.reply_to_message)));
  bubble.append(...content(message, deeds));
  if (message.note) bubble.append(el("p", { class: "note" }, message.note));
  bubble.append(foot(message, deeds));
  const group = el("div", { class: `row ${side}` }, bubble);
  if (message.reaction) group.append(el("span", { class: "reaction", title: message.reaction }, "👍"));
  if (message.reply_markup?.inline_keyboard) group.append(drawButtons(message, deeds));
  return group;
}

function content(message, deeds) {
  const parts = [];
  if (message.photo) parts.push(photo(message, deeds));
  if (message.venue) parts.push(venue(message.venue));
  else if (message.location) parts.push(spot(message.location));
  if (message.contact) parts.push(contact(message.contact));
  if (message.document) parts.push(file(message.document));
  if (message.voice) parts.push(el("p", { class: "thing" }, icon("voice"), `Tin thoại, ${message.voice.duration} giây`));
  if (message.sticker) parts.push(el("p", { class: "sticker", "aria-label": "Nhãn dán" }, message.sticker.emoji ?? "🙂"));
  if (message.text) parts.push(drawText(message.text, message.entities ?? [], deeds));
  if (message.caption) parts.push(drawText(message.caption, message.caption_entities ?? [], deeds));
  return parts;
}

function photo(message, deeds) {
  const { file_id: id, width, height } = message.photo.at(-1);
  const address = `/sim/files/${encodeURIComponent(id)}`;
  const image = el("img", { src: address, alt: message.caption ?? "Ảnh", width: String(width), height: String(height), onload: deeds.loaded });
  return el("button", { type: "button", class: "photo", "aria-label": "Xem ảnh to", onclick: () => deeds.enlarge(address) }, image);
}

function spot(location) {
  const live = location.live_period !== undefined;
  const place = `${location.latitude.toFixed(5)}, ${location.longitude.toFixed(5)}`;
  const lines = [icon("pin"), el("b", {}, live ? "Vị trí trực tiếp" : "Vị trí"), el("br"), place];
  if (location.horizontal_accuracy !== undefined) lines.push(el("br"), `sai số ${Math.round(location.horizontal_accuracy)} m`);
  return el("p", { class: "thing" }, ...lines);
}

function venue({ title, address }) {
  return el("p", { class: "thing" }, icon("pin"), el("b", {}, title), el("br"), address);
}

function contact(card) {
  const name = [card.first_name, card.last_name].filter(Boolean).join(" ");
  return el("p", { class: "thing" }, icon("person"), el("b", {}, name), el("br"), card.phone_number);
}

function file(document) {
  const address = `/sim/files/${encodeURIComponent(document.file_id)}`;
  const size = `${Math.max(1, Math.round(document.file_size / 1024))} KB`;
  return el("a", { class: "thing", href: address, download: document.file_name }, icon("file"), `${document.file_name} (${size})`);
}

function foot(message, deeds) {
  const line = el("p", { class: "foot" });
  if (deeds.more) line.append(el("button", { type: "button", class: "more", "aria-label": "Việc khác với tin này", onclick: () => deeds.more(message) }, "⋯"));
  if (message.edit_date) line.append(el("span", { class: "edited" }, "đã sửa"));
  line.append(el("time", { datetime: new Date(message.date * 1000).toISOString() }, hour(message.date * 1000)));
  return line;
}

function drawButtons(message, deeds) {
  const rows = message.reply_markup.inline_keyboard.map((row, rowNumber) =>
    el(
      "div",
      { class: "button-row" },
      ...row.map((button, colNumber) => inlineButton(message, button, rowNumber, colNumber, deeds)),
    ),
  );
  return el("div", { class: "buttons", role: "group", "aria-label": "Các nút của tin" }, ...rows);
}

function inlineButton(message, button, row, col, deeds) {
  const press = (event) => deeds.press(message, { row, col }, event.currentTarget);
  const mark = button.url ? " ↗" : "";
  return el("button", { type: "button", class: "inline-button", onclick: press }, button.text + mark);
}

export function summary(message) {
  const kinds = { photo: "Ảnh", location: "Vị trí", contact: "Danh thiếp", document: "Tệp", voice: "Tin thoại" };
  const kind = Object.keys(kinds).find((name) => message[name]);
  return message.text ?? message.caption ?? kinds[kind] ?? "Tin nhắn";
}

function originOf(origin) {
  return origin.sender_user?.first_name ?? origin.sender_user_name ?? "nơi khác";
}
