// The menus of one phone: the bot's commands, what can be sent, what can be done with a message, the settings.

import { askPlace } from "./things.js";

export function commandMenu(view) {
  const items = view.phone.commands.map(({ command, description }) => ({
    sign: "menu", label: `/${command} – ${description}`,
    act: () => view.act("text", { text: `/${command}` }),
  }));
  view.sheet.menu("Các lệnh", items);
}

export function attachMenu(view) {
  const items = view.kind.things.map(({ sign, label, act }) => ({ sign, label, act: () => act(view) }));
  view.sheet.menu("Gửi gì?", items);
}

export function messageMenu(view, message) {
  const own = !message.from_bot;
  const items = [
    ...(own && message.text ? [{ sign: "pencil", label: "Sửa tin này", act: () => view.startEdit(message) }] : []),
    ...(own && message.location?.live_period !== undefined ? moving(view, message.message_id) : []),
    ...view.phonesLike(view.phone.kind).map((phone) => forwarding(view, message, phone)),
  ];
  view.sheet.menu("Với tin này", items);
}

function moving(view, id) {
  const ask = () => askPlace(view, "move", { live: false }, { message_id: id }, "Di chuyển tới đâu?");
  return [
    { sign: "pin", label: "Di chuyển…", act: ask },
    { sign: "stop", label: "Ngừng chia sẻ vị trí", act: () => view.act("stop-live", { message_id: id }) },
  ];
}

function forwarding(view, message, phone) {
  const fields = { from_chat_id: view.phone.id, message_id: message.message_id };
  return { sign: "forward", label: `Chuyển tiếp cho bot, trên máy: ${phone.label}`, act: () => view.house.act(phone.id, "forward", fields) };
}

export function settingsMenu(view) {
  const items = view.kind.settings(view.phone).map(({ sign, label, action }) => ({ sign, label, act: () => view.act(action) }));
  view.sheet.menu("Máy này", items);
}
