// Ask the service. Addresses are built from the origin: fetch refuses those that carry a name and a password.
const LONGEST = 4096; // characters of an address that every proxy passes on

export const here = () => location.origin + location.pathname + location.search;

// The JSON answer to a question of [name, value] pairs; a long one is sent as a body. Throws an Error that says in words
// what came back.
export async function ask(path, question) {
  const address = location.origin + (document.documentElement.dataset.root ?? "") + path;
  const url = `${address}?${new URLSearchParams(question)}`;
  return url.length > LONGEST ? answered(fetch(address, posted(question))) : answered(fetch(url));
}

function posted(question) {
  const body = {};
  for (const [name, value] of question) body[name] = name in body ? [body[name], value].flat() : value;
  const csrf = document.querySelector('meta[name="csrf"]')?.content ?? "";
  return { method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf }, body: JSON.stringify(body) };
}

async function answered(fetching) {
  const response = await fetching.catch(() => {
    throw new Error("The service did not answer.");
  });
  const kind = response.headers.get("Content-Type") ?? "";
  if (!kind.includes("json")) {
    const what = kind.startsWith("text/html") ? "a page" : kind.split(";")[0] || "nothing readable";
    throw new Error(`Not the service but something before it seems to have answered: status ${response.status}, with ${what}.`);
  }
  const answer = await response.json().catch(() => {
    throw new Error("The answer broke off.");
  });
  if (!response.ok) throw new Error(answer.detail ?? `The service answered with status ${response.status}.`);
  return answer;
}
