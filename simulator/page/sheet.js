// The sheet that slides up inside a phone: a menu, a form or a notice.

import { icon } from "./icons.js";
import { el } from "./talk.js";

export class Sheet {
  constructor() {
    this.node = el("div", { class: "sheet", role: "dialog", hidden: true });
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  open(title, ...content) {
    this.cameFrom = document.activeElement;
    this.node.setAttribute("aria-label", title);
    const shut = el("button", { type: "button", class: "sheet-shut", "aria-label": "Đóng", onclick: () => this.close() }, icon("close"));
    this.node.replaceChildren(el("div", { class: "sheet-head" }, el("h3", {}, title), shut), ...content);
    this.node.hidden = false;
    (this.node.querySelector(".sheet-body button, .sheet-body input") ?? shut).focus();
  }

  // `items` are {sign, label, act}; an item closes the sheet, then acts.
  menu(title, items) {
    const buttons = items.map(({ sign, label, act }) =>
      el("button", { type: "button", onclick: () => this.pick(act) }, icon(sign), label),
    );
    this.open(title, el("div", { class: "sheet-body menu" }, ...buttons));
  }

  notice(text) {
    const ok = el("button", { type: "button", onclick: () => this.close() }, "Đã rõ");
    this.open("Thông báo", el("div", { class: "sheet-body menu" }, el("p", {}, text), ok));
  }

  pick(act) {
    this.close();
    act();
  }

  close() {
    if (this.node.hidden) return;
    this.node.hidden = true;
    this.node.replaceChildren();
    if (this.cameFrom?.isConnected) this.cameFrom.focus();
  }
}
