// Says how long ago each `<time data-ago>` was, and keeps saying it.
export function showAges() {
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const seconds = Math.max(0, Math.round((Date.now() - Date.parse(time.dateTime)) / 1000));
    const [size, unit] = [[86_400, "days"], [3600, "h"], [60, "min"]].find(([size]) => seconds >= 2 * size) ?? [1, "s"];
    const age = `${Math.round(seconds / size)} ${unit}`;
    time.dataset.clock ??= time.textContent;
    time.textContent = `${time.dataset.clock}, ${age} ago`;
  }
}

showAges();
setInterval(showAges, 1000);
