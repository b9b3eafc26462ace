// The window page with JavaScript: charts, sorting in place, a live view. Everything but the charts works without it.
import { showAges } from "./ages.js";
import { ask, here } from "./ask.js";
import { drawCharts } from "./charts.js";
import { slideMoments } from "./moments.js";

const root = document.documentElement;
const results = document.getElementById("results");
const form = document.getElementById("question");
const AWAY_MS = 5_000;
let charts = null;
let timer = 0;

root.classList.add("js");
enhance();
listen();
slideMoments(showMoment);
schedule();

// `drawn`: whether the charts are those of before, with the points of now.
function enhance(drawn = false) {
  const section = document.getElementById("charts");
  if (!drawn) {
    charts?.destroy();
    if (section) section.hidden = false;
    charts = section && drawCharts(section, zoom);
  }
  offerOwnZone();
  showAges();
  const live = document.getElementById("live");
  if (live) live.hidden = false;
}

// A drag over a chart asks for that part of the window.
function zoom(start, end) {
  const url = new URL(location.href);
  url.searchParams.delete("range");
  url.searchParams.delete("page");
  url.searchParams.set("start", new Date(start * 1000).toISOString().slice(0, 16) + "Z");
  url.searchParams.set("end", new Date(end * 1000).toISOString().slice(0, 16) + "Z");
  go(url);
}

// The window as known at another moment, or now: the results change in place, the slider keeps the focus.
async function showMoment(known) {
  remember("page", "");
  remember("as_known_at", "");
  remember("known", known);
  form.elements.known_was.value = known;
  root.classList.add("busy");
  await refresh(true);
  root.classList.remove("busy");
}

// What is changed in place stands in the address, and other links and the form keep it.
function remember(name, value) {
  const change = (address) => {
    const url = new URL(address);
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
    return url.pathname + url.search;
  };
  history.replaceState(history.state, "", change(location.href));
  for (const link of document.querySelectorAll(`a[href^="/?"]:not([data-sets="${name}"])`)) link.setAttribute("href", change(link.href));
  const field = form.elements[name];
  if (field?.type === "hidden") field.value = value;
}

function go(url) {
  root.classList.add("busy");
  location.assign(url);
}

function listen() {
  form.addEventListener("submit", () => root.classList.add("busy"));
  window.addEventListener("pageshow", () => root.classList.remove("busy"));
  document.addEventListener("visibilitychange", () => schedule(document.hidden ? 0 : 1));
  results.addEventListener("click", (event) => {
    const sorter = event.target.closest("thead th a");
    if (sorter && !event.metaKey && !event.ctrlKey && sortInPlace(sorter)) event.preventDefault();
    if (event.target.closest("#live")) toggleLive();
  });
  form.addEventListener("focusin", suggest);
}

// Live: fetch the page again and put its results in place; the form stays as it is being edited.
function isLive() {
  return results.dataset.live === "1" || results.dataset.away === "1";
}

// An hour is asked again after ten seconds, a day or more after a minute.
function pause() {
  if (results.dataset.away === "1") return AWAY_MS;
  const plan = JSON.parse(document.getElementById("plan")?.textContent ?? "null");
  const seconds = plan ? (plan.end - plan.start) / 360 : 10;
  return 1000 * Math.min(60, Math.max(10, seconds));
}

function schedule(soon) {
  clearTimeout(timer);
  if (isLive() && !document.hidden) timer = setTimeout(refresh, soon ? 300 : pause());
}

async function refresh(asked = false) {
  const address = here();
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById("results");
    const wanted = asked || (isLive() && !window.getSelection()?.toString());
    if (fresh && wanted && address === here()) replaceResults(fresh);
    else if (!fresh && asked) go(address);
  } catch {
    // The service is away for a moment; the next turn tries again.
  }
  schedule();
}

function replaceResults(fresh) {
  const held = document.activeElement?.closest?.("#results") ? path(document.activeElement) : null;
  const left = document.querySelector("#answer .scroll")?.scrollLeft ?? 0;
  const kept = charts?.update(fresh.querySelector("#plan")?.textContent);
  const old = kept ? document.getElementById("charts") : null;
  const place = fresh.querySelector("#charts");
  if (old && place) place.replaceWith(old);
  results.replaceChildren(...fresh.childNodes);
  results.dataset.away = fresh.dataset.away;
  enhance(old !== null);
  const scroll = document.querySelector("#answer .scroll");
  if (scroll) scroll.scrollLeft = left;
  if (held) document.querySelector(held)?.focus({ preventScroll: true });
}

// A selector that finds the same control again after the results were replaced.
function path(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const key = element.closest("th[data-key]")?.dataset.key;
  return key ? `th[data-key="${CSS.escape(key)}"] a` : null;
}

function toggleLive() {
  const button = document.getElementById("live");
  const on = results.dataset.live !== "1";
  results.dataset.live = on ? "1" : "0";
  button.setAttribute("aria-pressed", String(on));
  remember("live", on ? "" : "0");
  schedule(on);
}

function offerOwnZone() {
  const link = document.getElementById("my-zone");
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!link || !own || own === "UTC" || own === "Etc/UTC") return;
  const url = new URL(link.href);
  url.searchParams.set("zone", own);
  link.href = url.pathname + url.search;
  link.textContent = `Use my time zone, ${own.replaceAll("_", " ")}`;
  link.hidden = false;
}

// Sort the rows that are here, when all of them are; else the link asks the service.
function sortInPlace(link) {
  const table = document.querySelector("#table[data-whole]");
  const head = link.closest("th");
  if (!table || !head) return false;
  const was = head.getAttribute("aria-sort");
  const first = head.dataset.first.startsWith("-") ? "descending" : "ascending";
  const order = was ? (was === "ascending" ? "descending" : "ascending") : first;
  const column = head.cellIndex;
  const text = head.classList.contains("text");
  const value = (row) => row.cells[column].dataset.sort;
  const sign = order === "ascending" ? 1 : -1;
  const rows = [...table.tBodies[0].rows].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === undefined || y === undefined) return (x === undefined) - (y === undefined);
    return sign * (text ? (x < y ? -1 : x > y ? 1 : 0) : x - y);
  });
  for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", order);
  table.tBodies[0].append(...rows);
  remember("sort", (order === "descending" ? "-" : "") + head.dataset.key);
  return true;
}

// Offer the values of a dimension when its filter gets the focus.
async function suggest(event) {
  const list = event.target.list;
  if (!list || list.dataset.loaded) return;
  list.dataset.loaded = "1";
  const dimension = list.dataset.values;
  const plan = JSON.parse(document.getElementById("plan")?.textContent ?? "null");
  if (!plan) return;
  const iso = (seconds) => new Date(seconds * 1000).toISOString();
  try {
    const question = [["start", iso(plan.start)], ["end", iso(plan.end)], ["by", dimension]];
    const { groups } = await ask(`/v1/streams/${plan.stream}/window`, question);
    const values = groups.map((group) => group[dimension]).filter((value) => !/[\r\n\0]/.test(value)); // what a field can hold
    list.replaceChildren(...values.slice(0, 1000).map((value) => new Option(value, value)));
  } catch {
    delete list.dataset.loaded;
  }
}
