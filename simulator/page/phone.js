// One phone: its owner, the chat with the bot, the keyboards and what the owner can do.

import { drawBubble } from "./bubble.js";
import { day } from "./dates.js";
import { icon } from "./icons.js";
import { KINDS, opening } from "./kinds.js";
import { attachMenu, commandMenu, messageMenu, settingsMenu } from "./menus.js";
import { Sheet } from "./sheet.js";
import { el, post } from "./talk.js";
import { askPlace } from "./things.js";

const TYPING_MS = 5000;
const TOAST_MS = 4000;
const SPIN_MS = 10000;

export class PhoneView {
  // `house` knows the other phones and the accounts: phones(), accounts, act(phoneId, action, fields), enlarge(url),
  // and which phone is in somebody's hand (active): its messages ring, but are not counted as unread.
  constructor(phone, house) {
    this.house = house;
    this.kind = KINDS[phone.kind];
    this.messages = new Map();
    this.unread = 0;
    this.waiting = new Map(); // pressed buttons by the id of their press
    this.early = new Set(); // presses whose answer came before their id
    this.sheet = new Sheet();
    this.build(phone);
    this.update(phone);
    for (const message of phone.messages ?? []) this.messages.set(message.message_id, message);
    this.drawChat();
  }

  build(phone) {
    this.badge = el("span", { class: "badge", hidden: true });
    this.heading = el("h2", { id: `phone-${phone.id}` });
    this.owner = el("p", { class: "owner" });
    this.status = el("p", { class: "bot-status" });
    this.limits = el("p", { class: "limits", hidden: true });
    this.chat = el("div", { class: "chat", role: "log", "aria-label": "Cuộc trò chuyện", tabindex: "0" });
    this.keys = el("div", { class: "keys", role: "group", "aria-label": "Bàn phím của bot", hidden: true });
    this.foot = el("div", { class: "entry" });
    this.toast = el("p", { class: "toast", role: "status", hidden: true });
    const more = this.kind.settings(phone).length
      ? el("button", { type: "button", class: "icon", "aria-label": "Cài đặt máy", onclick: () => settingsMenu(this) }, icon("more"))
      : null;
    const head = el(
      "header",
      { class: "bot-head" },
      el("span", { class: "avatar", "aria-hidden": "true" }, this.kind.mark ?? icon("cross")),
      el("div", { class: "bot-words" }, el("p", { class: "bot-name" }, this.house.accounts[phone.kind].name), this.status),
      more,
    );
    this.body = el("div", { class: "screen" }, head, this.limits, this.chat, this.toast, this.keys, this.foot, this.sheet.node);
    this.node = el(
      "section",
      { class: `phone ${phone.kind}`, "aria-labelledby": `phone-${phone.id}`, "data-phone": String(phone.id) },
      el(
        "div",
        { class: "label" },
        el("div", {}, this.heading, this.badge),
        el("div", {}, this.owner, el("span", { class: "messenger" }, this.kind.name)),
      ),
      this.body,
    );
    for (const kind of ["pointerdown", "focusin"]) this.node.addEventListener(kind, () => this.seen());
  }

  update(phone) {
    const before = this.phone;
    this.phone = { ...before, ...phone };
    this.heading.textContent = this.phone.label;
    const name = [this.phone.last_name, this.phone.first_name].filter(Boolean).join(" ");
    this.owner.textContent = [name === this.phone.label ? "" : name, this.phone.role].filter(Boolean).join(" · ");
    this.owner.title = this.owner.textContent;
    this.setStatus(this.kind.status(this.phone));
    this.limits.textContent = this.kind.limits(this.phone);
    this.limits.hidden = this.limits.textContent === "";
    this.drawKeys();
    const mode = this.phone.blocked ? "again" : this.phone.started || !this.kind.first ? "open" : "first";
    if (mode !== this.mode || Boolean(before?.commands?.length) !== Boolean(this.phone.commands.length)) {
      this.mode = mode;
      this.drawFoot();
    }
    if (!this.phone.started) this.drawChat();
  }

  // --- what arrives ---

  received(message) {
    if (!this.messages.has(message.message_id)) {
      this.messages.set(message.message_id, message);
      const near = this.nearEnd(160);
      this.addBubble(message);
      if (near || !message.from_bot) this.toEnd();
    }
    if (!message.from_bot) return;
    this.setStatus(this.kind.status(this.phone));
    if (this.house.active !== this) this.unread += 1;
    else this.tellSeen();
    this.showUnread();
    if (!message.silent) this.ring();
  }

  edited(message) {
    this.messages.set(message.message_id, message);
    const near = this.nearEnd(160);
    const old = this.chat.querySelector(`[data-message="${message.message_id}"]`)?.parentElement;
    if (old) old.replaceWith(drawBubble(message, this.deeds()));
    if (message.from_bot) this.setStatus(this.kind.status(this.phone));
    if (near) this.toEnd();
  }

  deleted(messageId) {
    this.messages.delete(messageId);
    this.drawChat();
  }

  action() {
    this.setStatus("đang gõ…", true);
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.setStatus(this.kind.status(this.phone)), TYPING_MS);
  }

  answered({ callback_query_id: id, text, show_alert: alert }) {
    if (!this.waiting.has(id)) this.early.add(id);
    this.stopSpin(this.waiting.get(id));
    this.waiting.delete(id);
    if (text && alert) this.sheet.notice(text);
    else if (text) this.say(text);
  }

  ring() {
    this.node.classList.remove("ring");
    void this.node.offsetWidth; // restarts the animation
    this.node.classList.add("ring");
  }

  seen() {
    this.house.active = this;
    if (this.unread === 0) return;
    this.unread = 0;
    this.node.classList.remove("ring");
    this.showUnread();
    this.tellSeen();
  }

  tellSeen() {
    if (this.kind.tellsSeen) this.act("seen");
  }

  showUnread() {
    this.badge.hidden = this.unread === 0;
    this.badge.textContent = String(this.unread);
    this.badge.setAttribute("aria-label", `${this.unread} tin chưa đọc`);
  }

  setStatus(text, typing = false) {
    this.status.textContent = text;
    this.status.classList.toggle("typing", typing);
  }

  // --- drawing ---

  drawChat() {
    this.lastDay = "";
    this.chat.replaceChildren();
    if (this.messages.size === 0) {
      const words = this.phone.description || "Chưa có tin nhắn nào ở đây.";
      this.chat.append(el("p", { class: "empty" }, words));
    }
    for (const message of this.messages.values()) this.addBubble(message);
    this.toEnd();
  }

  addBubble(message) {
    this.chat.querySelector(".empty")?.remove();
    const today = day(message.date * 1000);
    if (today !== this.lastDay) this.chat.append(el("p", { class: "day" }, today));
    this.lastDay = today;
    this.chat.append(drawBubble(message, this.deeds()));
  }

  nearEnd(pixels) {
    return this.chat.scrollHeight - this.chat.scrollTop - this.chat.clientHeight < pixels;
  }

  toEnd() {
    this.chat.scrollTop = this.chat.scrollHeight;
  }

  drawKeys() {
    const rows = this.phone.keyboard?.keyboard ?? [];
    if (this.input) this.input.placeholder = this.placeholder();
    const shown = JSON.stringify(rows);
    if (shown === this.shownKeys) return;
    this.shownKeys = shown;
    this.keys.hidden = rows.length === 0;
    this.keys.replaceChildren(
      ...rows.map((row) =>
        el(
          "div",
          { class: "button-row" },
          ...row.map((key) => el("button", { type: "button", class: "key", onclick: () => this.pressKey(key) }, key.text)),
        ),
      ),
    );
    this.toEnd();
  }

  drawFoot() {
    if (this.mode !== "open") {
      const { label, action } = this.kind[this.mode];
      this.foot.replaceChildren(el("button", { type: "button", class: "start", onclick: () => this.act(action) }, label));
      return;
    }
    this.input = el("textarea", {
      rows: "1",
      "aria-label": `Nhập tin trên máy: ${this.phone.label}`,
      placeholder: this.placeholder(),
      onkeydown: (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        this.send();
      },
    });
    const menu = el("button", { type: "button", class: "icon", "aria-label": "Các lệnh", onclick: () => commandMenu(this) }, icon("menu"));
    const attach = el("button", { type: "button", class: "icon", "aria-label": "Đính kèm", onclick: () => attachMenu(this) }, icon("clip"));
    const send = el("button", { type: "button", class: "icon send", "aria-label": "Gửi", onclick: () => this.send() }, icon("send"));
    const parts = this.phone.commands.length ? [menu, attach] : [attach];
    this.foot.replaceChildren(...parts, this.input, send);
  }

  placeholder() {
    return this.phone.keyboard?.input_field_placeholder ?? "Nhập tin…";
  }

  say(text) {
    this.toast.textContent = text;
    this.toast.hidden = false;
    clearTimeout(this.toasting);
    this.toasting = setTimeout(() => (this.toast.hidden = true), TOAST_MS);
  }

  // --- what the owner does ---

  deeds() {
    return {
      openLink: (url) => this.openLink(url),
      sendCommand: (text) => this.act("text", { text }),
      press: (message, place, button) => this.press(message, place, button),
      enlarge: (address) => this.house.enlarge(address),
      more: this.kind.edits && ((message) => messageMenu(this, message)),
      loaded: () => this.nearEnd(400) && this.toEnd(),
    };
  }

  async act(action, fields = {}) {
    const answer = await post(`phones/${this.phone.id}/${action}`, fields);
    if (!answer.ok) this.say(`Chưa làm được: ${answer.error}`);
    return answer;
  }

  async send() {
    const text = this.input.value;
    if (text.trim() === "") return;
    this.input.value = "";
    if (this.editing !== undefined) {
      const messageId = this.editing;
      this.editing = undefined;
      await this.act("edit", { message_id: messageId, text });
    } else await this.act("text", { text });
  }

  async press(message, { row, col }, button) {
    this.spin(button);
    const answer = await this.act("press", { message_id: message.message_id, row, col });
    if (answer.callback_query_id) {
      if (this.early.delete(answer.callback_query_id)) this.stopSpin(button);
      else this.waiting.set(answer.callback_query_id, button);
      return;
    }
    this.stopSpin(button);
    if (answer.url) this.openLink(answer.url);
    else if (answer.button?.payload?.phone_code) this.say(`${answer.button.text}: ${answer.button.payload.phone_code}`);
  }

  spin(button) {
    button.classList.add("spin");
    button.setAttribute("aria-busy", "true");
    setTimeout(() => this.stopSpin(button), SPIN_MS);
  }

  stopSpin(button) {
    button?.classList.remove("spin");
    button?.removeAttribute("aria-busy");
  }

  pressKey(key) {
    if (!key.request_location) {
      this.act("key", { text: key.text });
      return;
    }
    askPlace(this, "key", { live: false }, { text: key.text });
  }

  openLink(url) {
    const opened = opening(url, this.house.accounts);
    if (opened === null) {
      window.open(url, "_blank", "noopener");
      return;
    }
    const items = this.phonesLike(opened.kind).map((phone) => ({
      sign: "phone", label: phone.label,
      act: () => this.house.act(phone.id, opened.action, opened.fields),
    }));
    this.sheet.menu("Mở trên máy của:", items);
  }

  phonesLike(kind) {
    return this.house.phones().filter((phone) => phone.kind === kind);
  }

  startEdit(message) {
    this.editing = message.message_id;
    this.input.value = message.text;
    this.input.focus();
  }
}
