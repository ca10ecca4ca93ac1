// Where a phone can pretend to be: at home, two kilometres off, at another phone's home, or anywhere.

import { icon } from "./icons.js";
import { el } from "./talk.js";

const TWO_KM_NORTH = 0.018;
const DEFAULT = { latitude: 21.0336, longitude: 105.8142 };
const ACCURACY = 15;

function presets(owner, others) {
  const found = [];
  if (owner.home) {
    found.push({ sign: "home", label: "Ở nhà", ...owner.home });
    found.push({ sign: "road", label: "Cách 2 km", ...owner.home, latitude: owner.home.latitude + TWO_KM_NORTH });
  }
  for (const other of others) {
    if (other.id === owner.id || !other.home) continue;
    const name = [other.last_name, other.first_name].filter(Boolean).join(" ");
    found.push({ sign: "home", label: `Tại nhà của ${name}`, ...other.home });
  }
  return found;
}

// Asks on `sheet` and hands {latitude, longitude, horizontal_accuracy?, live_period?, name?} to `send`;
// `live`, `accuracy` and `named` say what the messenger can tell besides the place.
export function askSpot(sheet, title, owner, others, send, { live = true, accuracy: precise = true, named = false } = {}) {
  const accuracy = number("Sai số (m)", ACCURACY, "1");
  const share = el("input", { type: "checkbox" });
  const called = el("input", { type: "text", placeholder: "để trống: ghim không tên" });
  const chosen = (spot) => {
    const place = { latitude: spot.latitude, longitude: spot.longitude };
    if (precise && accuracy.input.value !== "") place.horizontal_accuracy = Number(accuracy.input.value);
    if (live && share.checked) place.live_period = 900;
    if (named && called.value.trim() !== "") place.name = called.value.trim();
    return place;
  };
  const buttons = presets(owner, others).map((spot) =>
    el("button", { type: "button", onclick: () => sheet.pick(() => send(chosen(spot))) }, icon(spot.sign), spot.label),
  );
  const start = owner.home ?? others.find((other) => other.home)?.home ?? DEFAULT;
  const latitude = number("Vĩ độ", start.latitude, "any");
  const longitude = number("Kinh độ", start.longitude, "any");
  const form = el(
    "form",
    {
      class: "sheet-form",
      onsubmit: (event) => {
        event.preventDefault();
        const spot = { latitude: Number(latitude.input.value), longitude: Number(longitude.input.value) };
        sheet.pick(() => send(chosen(spot)));
      },
    },
    latitude.label,
    longitude.label,
    el("button", { type: "submit" }, icon("pin"), "Gửi toạ độ này"),
  );
  const options = el("div", { class: "sheet-options" });
  if (precise) options.append(accuracy.label);
  if (named) options.append(el("label", {}, "Tên địa điểm", called));
  if (live) options.append(el("label", { class: "tick" }, share, " Chia sẻ trực tiếp 15 phút"));
  sheet.open(title, el("div", { class: "sheet-body menu" }, ...buttons, options, form));
}

function number(name, value, step) {
  const input = el("input", { type: "number", step, value: String(value) });
  return { input, label: el("label", {}, name, input) };
}
