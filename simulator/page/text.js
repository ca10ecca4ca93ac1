// Draws a text with its entities; offsets are UTF-16 units, which is how JavaScript counts too.

import { el } from "./talk.js";

const TAGS = {
  bold: "b",
  italic: "i",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "code",
  blockquote: "q",
  expandable_blockquote: "q",
};

// `deeds` holds openLink(url) and sendCommand(text).
export function drawText(text, entities, deeds) {
  const cuts = new Set([0, text.length]);
  for (const { offset, length } of entities) {
    cuts.add(offset);
    cuts.add(offset + length);
  }
  const edges = [...cuts].sort((one, other) => one - other);
  const box = el("span", { class: "text" });
  for (let index = 0; index + 1 < edges.length; index += 1) {
    const [first, last] = [edges[index], edges[index + 1]];
    const over = entities.filter(({ offset, length }) => offset <= first && last <= offset + length);
    box.append(over.reduceRight((inner, entity) => wrap(inner, entity, text, deeds), text.slice(first, last)));
  }
  return box;
}

function wrap(inner, entity, text, deeds) {
  const whole = text.slice(entity.offset, entity.offset + entity.length);
  switch (entity.type) {
    case "url":
      return link(inner, whole, deeds);
    case "text_link":
      return link(inner, entity.url, deeds);
    case "bot_command":
      return el("button", { type: "button", class: "inline-link", onclick: () => deeds.sendCommand(whole) }, inner);
    case "spoiler":
      return el("span", { class: "spoiler", tabindex: "0" }, inner);
    default:
      return TAGS[entity.type] ? el(TAGS[entity.type], {}, inner) : inner;
  }
}

function link(inner, url, deeds) {
  const open = (event) => {
    event.preventDefault();
    deeds.openLink(url);
  };
  return el("a", { href: url, rel: "noopener noreferrer", onclick: open }, inner);
}
