// Instants as people in Vietnam write them.

const PARTS = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Asia/Ho_Chi_Minh",
  weekday: "short",
  day: "2-digit",
  month: "2-digit",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const DAYS = {
  Mon: "Thứ Hai",
  Tue: "Thứ Ba",
  Wed: "Thứ Tư",
  Thu: "Thứ Năm",
  Fri: "Thứ Sáu",
  Sat: "Thứ Bảy",
  Sun: "Chủ Nhật",
};

function partsOf(milliseconds) {
  return Object.fromEntries(PARTS.formatToParts(milliseconds).map((part) => [part.type, part.value]));
}

export function hour(milliseconds) {
  const { hour, minute } = partsOf(milliseconds);
  return `${hour}:${minute}`;
}

export function day(milliseconds) {
  const { weekday, day, month, year } = partsOf(milliseconds);
  return `${DAYS[weekday]} ${day}/${month}/${year}`;
}

export function hourAndDate(milliseconds) {
  const { hour, minute, day, month } = partsOf(milliseconds);
  return `${hour}:${minute} ${day}/${month}`;
}

export function dayAndHour(milliseconds) {
  return `${day(milliseconds)} ${hour(milliseconds)}`;
}
