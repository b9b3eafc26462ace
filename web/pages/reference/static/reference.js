// The API page: an example's answer is shown under it, and an address with a name opens that operation.

for (const link of document.querySelectorAll("a[data-run]")) {
  link.addEventListener("click", async (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    let shown = link.parentElement.nextElementSibling;
    if (!shown?.matches("pre.ran")) {
      shown = document.createElement("pre");
      shown.className = "code answer ran";
      shown.tabIndex = 0;
      shown.setAttribute("role", "status");
      link.parentElement.after(shown);
    }
    shown.textContent = "Asking…";
    try {
      const answer = await fetch(link.href, { headers: { Accept: "application/json" } });
      const text = await answer.text();
      shown.textContent = `${answer.status} ${answer.headers.get("content-type") ?? ""}\n${readable(text)}`;
    } catch {
      shown.textContent = "The service does not answer.";
    }
  });
}

function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function open() {
  const named = location.hash && document.getElementById(location.hash.slice(1));
  if (named?.matches("details")) named.open = true;
}
addEventListener("hashchange", open);
open();
