// What charts of days and weeks share: the time that they are of, their lines with keys, and a tip headed by the day.
import { colour, element, pen, tip } from "./chart.js";

export function spanOf(times) {
  return { zone: "UTC", start: times[0], end: times.at(-1) + 86_400 };
}

// One of several lines: beyond the sixth, colours come again, dashed.
export function line(column, place) {
  return pen(column, colour(`--c${(place % 6) + 1}`), 2, place > 5 ? [4, 4] : undefined);
}

export function keysOf(names) {
  const keys = element("ul", "keys");
  names.forEach((name, place) => {
    const key = element("li");
    key.append(element("i", `k${(place % 6) + 1}${place > 5 ? " d2" : ""}`), document.createTextNode(name));
    keys.append(key);
  });
  return keys;
}

export function tipOfDay(plot, span, rows) {
  tip(plot, span, rows);
  const head = plot.root.querySelector(".tip b");
  if (head && plot.cursor.idx != null) head.textContent = new Date(plot.data[0][plot.cursor.idx] * 1000).toISOString().slice(0, 10);
}
