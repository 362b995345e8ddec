// What one types is kept at every stroke: in this browser at once, on the node a moment later.
//
//   stroke ─► kept here (localStorage)  ─► a second without another ─► POST /drafts?quietly
//   page   ─► what was kept here is put back, unless it was sent
//
// Kept here it is told apart by person and by what it answers; it goes when it was published, when it was kept as a draft
// with the button, and when the person signs out. A form that was sent and of which nothing was heard keeps its key, so
// that sending it again publishes nothing twice.

const KEPT_HERE = "legation-draft ";
const PAUSE = 1000;
const LATER_AGAIN = 15000;
const CAME_BACK = ["/posts", "/drafts", "/compose/preview", "/compose/whole"];

let isLeaving = false;

const noted = (() => {
  try {
    localStorage.setItem(KEPT_HERE, "");
    localStorage.removeItem(KEPT_HERE);
    return localStorage;
  } catch {
    return null;
  }
})();

// What this page says was published, or lies among the drafts, is not put back elsewhere.
if (noted) {
  const settled = new Set([...document.querySelectorAll("[data-key]")].map(each => each.dataset.key));
  for (const name of keptNames()) {
    if (settled.has(JSON.parse(noted.getItem(name)).key)) noted.removeItem(name);
  }
}

function keptNames() {
  return Object.keys(noted).filter(each => each.startsWith(KEPT_HERE));
}

document.addEventListener("submit", event => {
  if (!noted || new URL(event.target.action).pathname !== "/sign-out") return;
  isLeaving = true;
  keptNames().forEach(each => noted.removeItem(each));
});

class KeptForm {
  constructor(form) {
    this.form = form;
    this.state = form.querySelector(".draft-state");
    this.timer = 0;
    this.isSent = false;
    this.opened = new URLSearchParams(location.search).has("draft");
    this.name = KEPT_HERE + form.dataset.person + " " + (this.opened ? this.key.value : form.dataset.draft);
    // A form that came back holds what was sent.
    if (!CAME_BACK.includes(location.pathname)) this.putBack();
    form.addEventListener("input", () => this.keep());
    form.addEventListener("change", () => this.keep());
    form.addEventListener("submit", () => this.send());
    addEventListener("pagehide", () => this.tell({ keepalive: true }));
  }

  // Fields by name and place among those of the same name: a poll has several options.
  get fields() {
    return [...this.form.elements].filter(each => each.name && !["csrf", "key", "reply_to", "quoted", "media"].includes(each.name) && !["file", "submit"].includes(each.type));
  }

  get key() {
    return this.form.elements.namedItem("key");
  }

  typed() {
    return this.fields.map(each => [each.name, each.type === "checkbox" ? each.checked : each.value]);
  }

  // Whether there is anything that somebody would miss.
  isEmpty() {
    const words = ["text", "title", "summary", "place", "option", "tag"];
    return !this.fields.some(each => words.includes(each.name) && each.value.trim() && each.value !== each.defaultValue);
  }

  keep() {
    if (this.isSent) return;
    this.keepHere();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tell(), PAUSE);
  }

  // isTold: whether the node has it too.
  keepHere(isTold = false) {
    if (isLeaving) return;
    if (this.isEmpty()) return noted?.removeItem(this.name);
    try {
      noted?.setItem(this.name, JSON.stringify({ key: this.key.value, typed: this.typed(), isTold }));
    } catch {
      // There is no room left in this browser: the node keeps it.
    }
  }

  putBack() {
    const kept = JSON.parse(noted?.getItem(this.name) ?? "null");
    // What was opened from the node is newer than what the node was told from here.
    if (!kept || (this.opened && kept.isTold)) return;
    const left = this.fields;
    for (const [name, value] of kept.typed) {
      const at = left.findIndex(each => each.name === name);
      if (at >= 0) this.fill(left.splice(at, 1)[0], value);
    }
    this.key.value = kept.key;
    for (const part of this.form.querySelectorAll("details")) part.open ||= [...part.querySelectorAll("input, textarea")].some(each => each.type === "text" && each.value !== each.defaultValue);
    this.say("back");
    this.form.dispatchEvent(new CustomEvent("put-back"));
    if (kept.isTold) this.told = this.typed().toString();
    this.timer = setTimeout(() => this.tell({ anyway: true }), PAUSE);
  }

  fill(field, value) {
    if (field.type === "checkbox") field.checked = value;
    else if (field.name !== "text") field.value = value;
    // Somebody was quicker than this script, or the browser has put back an older state: nothing of it is lost.
    else if (field.value === field.defaultValue || value.startsWith(field.value)) field.value = value;
    else if (!field.value.startsWith(value)) field.value = value + field.value;
  }

  // anyway: also when the node has it, to hear whether it was published meanwhile.
  async tell({ anyway = false, ...options } = {}) {
    clearTimeout(this.timer);
    const said = this.typed().toString();
    if (this.isSent || this.isEmpty() || (said === this.told && !anyway)) return;
    const form = new FormData(this.form);
    for (const field of this.form.querySelectorAll("input[type=file]")) form.delete(field.name);
    try {
      const answer = await fetch("/drafts?quietly", { method: "POST", body: new URLSearchParams(form), credentials: "same-origin", ...options });
      if (answer.status === 410) return this.forget();
      if (!answer.ok || answer.redirected) throw new TypeError(answer.status);
      this.told = said;
      if (said === this.typed().toString()) this.keepHere(true);
      this.say("kept");
    } catch {
      this.say("here");
      this.timer = setTimeout(() => this.tell(), LATER_AGAIN);
    }
  }

  // It was published, and this page did not hear of it.
  forget() {
    noted?.removeItem(this.name);
    this.form.reset();
    this.key.value = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(12))));
    this.say("sent");
  }

  // Until the next page says that it was published, it stays kept here, under its key.
  send() {
    clearTimeout(this.timer);
    this.isSent = true;
    addEventListener("pageshow", () => (this.isSent = false), { once: true });
  }

  say(name) {
    if (this.state) this.state.textContent = this.state.dataset[name];
  }
}

for (const form of document.querySelectorAll("form[data-draft]")) new KeptForm(form);
