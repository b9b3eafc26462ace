// The dashboard with JavaScript: the chart, the map, panels that come by themselves, filters in place, keys. All of it is
// there as tables without.
import { here } from "./ask.js";
import { drawMap } from "./map.js";
import { drawTrend } from "./trend.js";

const LIVE_MS = 10_000;
const AGAIN_MS = 30_000;
const root = document.documentElement;
let trend = null;
let asked = 0;
let timer = 0;

root.classList.add("js");
enhance();
listen();
schedule();
setInterval(countNow, LIVE_MS);

function dash() {
  return document.getElementById("dash");
}

function enhance() {
  trend?.destroy();
  trend = drawTrend(document.getElementById("plot"));
  document.querySelectorAll(".map").forEach((box) => drawMap(box, dash().dataset.world));
  document.querySelectorAll("[data-load]").forEach((place) => load(place, place.dataset.load));
}

function listen() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    if (link.dataset.metric && trend) {
      event.preventDefault();
      choose(link);
    } else if ("swap" in link.dataset) {
      event.preventDefault();
      go(link.href);
    } else if (link.dataset.panel) {
      event.preventDefault();
      turn(link);
    } else if ("funnel" in link.dataset) {
      event.preventDefault();
      load(link.closest(".board"), link.href);
    }
  });
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => menu.contains(event.target) || (menu.open = false));
    const country = event.target.closest(".map [data-country]");
    if (country) document.querySelector(`tr[data-country="${country.dataset.country}"] a`)?.click();
    if (event.target.closest("#keys")) document.getElementById("help").showModal();
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("visibilitychange", schedule);
  window.addEventListener("popstate", () => go(location.href, false));
}

// Another metric of the chart: everything for it is here.
function choose(link) {
  trend.show(link.dataset.metric);
  for (const other of document.querySelectorAll("[data-metric]")) {
    other.toggleAttribute("aria-current", false);
    other.closest("li").classList.remove("chosen");
  }
  link.setAttribute("aria-current", "true");
  link.closest("li").classList.add("chosen");
  remember("metric", link.dataset.metric);
}

// Another tab of a panel; the address and all links that keep it say so.
async function turn(link) {
  const url = new URL(link.href);
  const name = link.dataset.panel;
  const path = `${url.pathname}/panels/${name}${url.search}`;
  const label = link.textContent;
  if (await load(document.getElementById(name), path)) {
    remember(name, url.searchParams.get(name) ?? "");
    for (const each of document.querySelectorAll(`#${name} [data-panel]`)) if (each.textContent === label) each.focus();
  } else location.assign(link.href);
}

function remember(name, value) {
  const change = (address) => {
    const url = new URL(address);
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
    return url.pathname + url.search + url.hash;
  };
  history.replaceState(history.state, "", change(location.href));
  for (const link of document.querySelectorAll("#dash a[href]")) {
    const turns = link.dataset.panel === name || (name === "metric" && link.dataset.metric);
    if (!turns && link.href.startsWith(location.origin + location.pathname)) link.setAttribute("href", change(link.href));
  }
}

// A panel by itself, in the place of what is there.
async function load(place, address) {
  const url = new URL(address, location.href);
  url.searchParams.set("fragment", "1");
  place.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(url, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.querySelector(".board");
    if (!response.ok || !fresh) return false;
    document.getElementById(place.id)?.replaceWith(fresh);
    fresh.querySelectorAll(".map").forEach((box) => drawMap(box, dash().dataset.world));
    return true;
  } catch {
    return false; // what is there stays
  } finally {
    place.removeAttribute("aria-busy");
  }
}

// Another view: the page is asked for, and what differs put in place.
async function go(address, forward = true) {
  const number = ++asked;
  const url = new URL(address, location.href);
  root.classList.add("busy");
  try {
    const response = await fetch(url, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (number !== asked) return;
    if (!page.getElementById("dash")) throw new Error("another page");
    if (forward) history.pushState(null, "", url);
    put(page);
  } catch {
    if (number === asked) location.assign(url);
  } finally {
    if (number === asked) root.classList.remove("busy");
  }
}

function put(page) {
  const fresh = page.getElementById("dash");
  const held = place(document.activeElement);
  // What is asked for by itself is shown as it was until it is there.
  for (const wanted of fresh.querySelectorAll("[data-load]")) {
    const old = document.getElementById(wanted.id);
    if (!old || old.dataset.load === wanted.dataset.load) continue;
    const kept = old.cloneNode(true);
    kept.dataset.load = wanted.dataset.load;
    wanted.replaceWith(kept);
  }
  const open = [...dash().querySelectorAll("details.as-table[open]")].length;
  dash().replaceWith(fresh);
  if (open) fresh.querySelector("details.as-table")?.setAttribute("open", "");
  document.title = page.title;
  enhance();
  if (held) fresh.querySelector(held)?.focus({ preventScroll: true });
  schedule();
}

// A selector that finds the same control in the page that takes this one's place.
function place(element) {
  if (!element || !dash().contains(element)) return "";
  for (const name of ["key", "compare", "metric", "panel"]) {
    if (element.dataset?.[name]) return `[data-${name}="${CSS.escape(element.dataset[name])}"]`;
  }
  return element.id ? `#${CSS.escape(element.id)}` : "";
}

function schedule() {
  clearTimeout(timer);
  if (dash().dataset.live === "1" && !document.hidden) timer = setTimeout(refresh, AGAIN_MS);
}

// What is new, unless the reader has something open or selected.
async function refresh() {
  const address = here();
  const number = asked;
  const reading = window.getSelection()?.toString() || document.querySelector("details.menu[open], dialog[open]");
  try {
    if (!reading) {
      const response = await fetch(address, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      if (response.ok && page.getElementById("dash") && address === here() && number === asked) return put(page);
    }
  } catch {
    // The service is away for a moment; the next turn tries again.
  }
  return schedule();
}

async function countNow() {
  const box = document.querySelector("[data-now]");
  if (document.hidden || !box?.querySelector("#now")) return;
  try {
    const response = await fetch(location.origin + (root.dataset.root ?? "") + box.dataset.now);
    if (!response.ok) return;
    const { visitors } = await response.json();
    box.querySelector("#now").textContent = visitors.toLocaleString("en");
    box.querySelector("span").textContent = `${visitors === 1 ? "visitor" : "visitors"} in the last 5 minutes`;
  } catch {
    // As above.
  }
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const help = document.getElementById("help");
  if (event.key === "?") {
    help.open ? help.close() : help.showModal();
  } else if (help.open) {
    return;
  } else if (event.key === "Escape") {
    const menu = document.querySelector("details.menu[open]");
    if (menu) menu.open = false;
    else document.querySelector("[data-clear]")?.click();
  } else if (event.key === "c") {
    const menu = document.querySelector("details.days");
    menu.open = true;
    menu.querySelector("input[type=date]").focus();
    event.preventDefault();
  } else if (event.key === "x") {
    const now = document.querySelector(".compare [aria-current]")?.dataset.compare;
    document.querySelector(`[data-compare="${now === "none" ? "previous" : "none"}"]`)?.click();
  } else if (/^[a-z]$/.test(event.key)) {
    document.querySelector(`a[data-key="${event.key}"]`)?.click();
  }
}
