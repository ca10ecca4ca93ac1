// The clock above the phones: shows the moved time and moves it.

import { dayAndHour } from "./dates.js";
import { get, post } from "./talk.js";

const ASK_MS = 5000;
const AWAY = "Chưa gặp được Cachly: đồng hồ chưa dời được. Máy nhắn tin vẫn chạy, tin gửi đi được giữ lại.";
const FAILED = "Cachly chưa dời được đồng hồ lần này. Hãy thử lại.";

export class Clock {
  constructor() {
    this.output = document.getElementById("now");
    this.note = document.getElementById("clock-note");
    this.buttons = [...document.querySelectorAll("[data-move]")];
    for (const button of this.buttons) button.addEventListener("click", () => this.move(button));
    setInterval(() => this.show(), 1000);
    this.ask();
  }

  set(iso) {
    this.base = Date.parse(iso);
    this.readAt = performance.now();
    this.show();
  }

  show() {
    if (this.base === undefined) return;
    this.output.textContent = dayAndHour(this.base + performance.now() - this.readAt);
  }

  async ask() {
    try {
      if (!this.moving) this.heard(await get("clock"), AWAY);
    } catch {
      this.note.textContent = "Máy nhắn tin mô phỏng đã dừng.";
    }
    setTimeout(() => this.ask(), ASK_MS);
  }

  async move(button) {
    this.moving = true;
    for (const other of this.buttons) other.disabled = true;
    this.note.textContent = "Đang dời đồng hồ…";
    try {
      this.heard(await post("clock", JSON.parse(button.dataset.move)), FAILED);
    } catch {
      this.note.textContent = FAILED;
    }
    this.moving = false;
    for (const other of this.buttons) other.disabled = false;
    button.focus();
  }

  heard(answer, trouble) {
    this.set(answer.now);
    this.note.textContent = answer.reachable ? "" : trouble;
  }
}
