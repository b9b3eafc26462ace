// Counts what arrives: where the range follows the clock, the results are asked for again as long as they are looked at.
const EVERY = 10000;
const SOON = 2000;

async function renew() {
  const shown = document.getElementById("results");
  if (document.hidden || !shown || !("live" in shown.dataset)) return;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok) return;
    const made = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("results");
    const inside = shown.contains(document.activeElement) && document.activeElement !== document.body;
    if (made && !inside && made.innerHTML !== shown.innerHTML) shown.replaceWith(made);
    soon();
  } catch {
    // The next time tells.
  }
}

// While newer answers are being counted.
function soon() {
  if (document.getElementById("renewing")) setTimeout(renew, SOON);
}

setInterval(renew, EVERY);
soon();
