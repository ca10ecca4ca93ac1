// Draws all phones side by side and keeps them up to date by the server's events.

import { Clock } from "./clock.js";
import { PhoneView } from "./phone.js";
import { el, get } from "./talk.js";

const place = document.getElementById("phones");
const views = new Map();
const clock = new Clock();

const house = {
  active: null,
  accounts: {}, // whom the phones of each kind write to
  phones: () => [...views.values()].map((view) => view.phone),
  async act(phoneId, action, fields) {
    show(phoneId);
    await views.get(phoneId)?.act(action, fields);
  },
  enlarge(address) {
    const box = el("dialog", { class: "large", "aria-label": "Ảnh to" }, el("img", { src: address, alt: "Ảnh to" }));
    box.addEventListener("click", () => box.close());
    box.addEventListener("close", () => box.remove());
    document.body.append(box);
    box.showModal();
  },
};

function show(phoneId) {
  const view = views.get(phoneId);
  view?.node.scrollIntoView({ behavior: "smooth", inline: "center", block: "nearest" });
  view?.ring();
}

function addPhone(phone) {
  const view = new PhoneView({ commands: [], ...phone }, house);
  views.set(phone.id, view);
  place.querySelector(".nobody")?.remove();
  place.append(view.node);
  view.toEnd();
}

async function loadAll() {
  const { phones, accounts, now } = await get("phones");
  house.accounts = accounts;
  clock.set(now);
  views.clear();
  place.replaceChildren();
  if (phones.length === 0) place.append(el("p", { class: "nobody" }, "Chưa có máy nào. Cachly sẽ đặt các máy vào đây khi chạy."));
  for (const phone of phones) addPhone(phone);
}

const heard = {
  message: (view, event) => view.received(event.message),
  edited: (view, event) => view.edited(event.message),
  deleted: (view, event) => view.deleted(event.message_id),
  action: (view) => view.action(),
  answer: (view, event) => view.answered(event),
  phone: (view, event) => view.update(event.phone),
};

function take(event) {
  if (event.kind === "reset") return loadAll();
  if (event.kind === "clock") return clock.set(event.now);
  const view = views.get(event.chat_id);
  if (view) heard[event.kind]?.(view, event);
  else if (event.kind === "phone") addPhone(event.phone);
  return undefined;
}

// Sends keep their order and nothing is lost while the page loads: events wait until all phones are drawn.
let ready = Promise.resolve();
const events = new EventSource("/sim/events");
events.addEventListener("open", () => {
  ready = loadAll();
});
events.addEventListener("message", (message) => {
  ready = ready.then(() => take(JSON.parse(message.data))).catch((error) => console.error(error));
});

