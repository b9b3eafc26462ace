// Says how long ago each `<time data-ago>` was, and keeps saying it.
export function showAges() {
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const seconds = Math.max(0, Math.round((Date.now() - Date.parse(time.dateTime)) / 1000));
    const age = seconds < 90 ? `${seconds} s` : seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
    time.dataset.clock ??= time.textContent;
    time.textContent = `${time.dataset.clock}, ${age} ago`;
  }
}

showAges();
setInterval(showAges, 1000);
