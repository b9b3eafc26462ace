// Looks every few seconds whether the first event has come; then the dashboard is there.
const place = document.getElementById("waiting");
document.documentElement.classList.add("js");
setInterval(async () => {
  if (document.hidden) return;
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (response.ok && !page.getElementById("waiting")) location.reload();
  } catch {
    // The service is away for a moment; the next turn tries again.
  }
}, Number(place.dataset.every ?? 3000));
