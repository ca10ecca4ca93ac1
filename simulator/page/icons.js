// The signs on buttons, drawn as lines so that no emoji font is needed.

const PATHS = {
  clip: "M20 11.5 12 19.5a5 5 0 0 1-7-7L13.5 4a3.4 3.4 0 0 1 4.8 4.8l-8.2 8.2a1.7 1.7 0 0 1-2.4-2.4L15 7.3",
  menu: "M4 6h16M4 12h16M4 18h16",
  more: "M12 5v.01M12 12v.01M12 19v.01",
  send: "M4 12 20 4l-5 16-4-6-7-2ZM11 14l9-10",
  pin: "M12 21s7-6.6 7-11.5A7 7 0 0 0 5 9.5C5 14.4 12 21 12 21ZM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
  home: "M4 11.5 12 4l8 7.5M6 10v10h12V10M10 20v-6h4v6",
  road: "M6 20 9 4M18 20 15 4M12 5v3M12 11v3M12 17v3",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4 20.5c1-4 4-6 8-6s7 2 8 6",
  picture: "M4 5h16v14H4ZM4 16l5-5 4 4 3-3 4 4M15.5 9v.01",
  file: "M6 3h8l4 4v14H6ZM14 3v4h4",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM9 10v.01M15 10v.01M8.5 14.5c2 2.5 5 2.5 7 0",
  voice: "M12 15a3 3 0 0 0 3-3V6a3 3 0 0 0-6 0v6a3 3 0 0 0 3 3ZM6 12a6 6 0 0 0 12 0M12 18v3",
  phone: "M7 3h10v18H7ZM11 18h2",
  forward: "M14 6l6 6-6 6M20 12H9a5 5 0 0 0-5 5v1",
  pencil: "M4 20l1-4L16 5l3 3L8 19ZM14 7l3 3",
  stop: "M6 6h12v12H6Z",
  block: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM6 6l12 12",
  close: "M6 6l12 12M18 6 6 18",
  cross: "M12 4v16M4 12h16",
};
const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("class", "sign");
  drawing.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", PATHS[name]);
  drawing.append(line);
  return drawing;
}
