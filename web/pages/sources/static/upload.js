// Files that are chosen or dropped are sent one after the other, with a bar each; without this script the form sends one.
const form = document.querySelector("form[data-upload]");
const field = form.querySelector('input[type="file"]');
const list = form.querySelector("ul");
const root = document.documentElement;
root.classList.add("js");
field.multiple = true;

const megabytes = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

function line(file) {
  const item = document.createElement("li");
  const [name, bar, said] = ["b", "progress", "span"].map((tag) => item.appendChild(document.createElement(tag)));
  name.textContent = file.name;
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", `Sent of ${file.name}`);
  said.textContent = megabytes(file.size);
  list.append(item);
  const end = (text, wrong) => {
    bar.remove();
    said.textContent = text;
    said.className = wrong ? "wrong" : "quiet";
  };
  return { bar, said, end };
}

// What the service answered; rejects with an Error that says in words why nothing was taken.
function send(file, told) {
  const address = `${location.origin}${root.dataset.root ?? ""}${form.dataset.upload}?name=${encodeURIComponent(file.name)}`;
  const request = new XMLHttpRequest();
  request.open("POST", address);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.setRequestHeader("X-CSRF-Token", document.querySelector('meta[name="csrf"]')?.content ?? "");
  return new Promise((resolve, reject) => {
    request.upload.onprogress = (event) => told(event.loaded, event.total);
    request.onerror = () => reject(new Error("The connection broke off; nothing was taken. Send it again."));
    request.onload = () => {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        // Something before the service answered; the status says what there is to say.
      }
      if (request.status === 202) resolve(answer);
      else reject(new Error(answer.detail ?? `The service answered with status ${request.status}.`));
    };
    request.send(file);
  });
}

async function sendAll(files) {
  field.disabled = true;
  let failed = false;
  for (const file of files) {
    const shown = line(file);
    try {
      const answer = await send(file, (sent, all) => {
        shown.bar.value = all ? sent / all : 0;
        shown.said.textContent = `${megabytes(sent)} of ${megabytes(all)}`;
      });
      shown.end(answer.known ? "was here already, byte for byte: it is not taken again" : "is kept, and waits for its turn", false);
    } catch (error) {
      failed = true;
      shown.end(error.message, true);
    }
  }
  field.disabled = false;
  field.value = "";
  if (!failed) setTimeout(() => location.replace(`${location.pathname}?done=uploaded#files`), 1200);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (field.files.length) sendAll([...field.files]);
});
field.addEventListener("change", () => form.requestSubmit());
for (const kind of ["dragenter", "dragover"]) {
  form.addEventListener(kind, (event) => {
    event.preventDefault();
    form.classList.add("over");
  });
}
for (const kind of ["dragleave", "drop"]) form.addEventListener(kind, () => form.classList.remove("over"));
form.addEventListener("drop", (event) => {
  event.preventDefault();
  if (event.dataTransfer.files.length) sendAll([...event.dataTransfer.files]);
});
