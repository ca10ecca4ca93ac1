// What a phone can send besides words: the questions that are asked before it goes.

import { askSpot } from "./place.js";
import { base64Of, el } from "./talk.js";

// Asks on the phone of `view` where it is, and lets it do `action` with the answer.
export function askPlace(view, action, options = {}, fields = {}, title = "Máy này đang ở đâu?") {
  const send = (spot) => view.act(action, { ...fields, ...spot });
  askSpot(view.sheet, title, view.phone, view.house.phones(), send, options);
}

// Asks for a file of the user's computer and sends it by `action`.
export function askFile(view, action, accept) {
  const input = el("input", { type: "file", accept });
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    await view.act(action, { data: await base64Of(file), name: file.name, mime: file.type });
  });
  input.click();
}
