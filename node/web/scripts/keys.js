// Keyboard shortcuts, as the page /shortcuts lists them. Whoever speaks to their computer, or presses keys by mistake,
// switches them off there: <html data-shortcuts="off">.  Source: WCAG 2.2, 2.1.4.

const WITHIN = 1500;
const PLACES = { h: "/", c: "/communities", t: "/this-node", a: "/all-nodes", n: "/notifications", m: "/messages", b: "/bookmarks", s: "/settings" };
// Nothing is published, shared or deleted by a single key.
const DEEDS = {
  j: () => step(1),
  k: () => step(-1),
  o: () => present()?.querySelector(".post-facts a:has(time)")?.click(),
  r: () => present()?.querySelector("a.act[href*='reply_to=']")?.click(),
  f: () => present()?.querySelector(".act-favourite")?.click(),
  n: write,
  "/": search,
  ".": () => document.querySelector(".news button:not([hidden])")?.click(),
  "?": showKeys,
};
let began = -WITHIN;

document.addEventListener("keydown", event => {
  if (document.documentElement.dataset.shortcuts === "off" || event.defaultPrevented || event.isComposing) return;
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const goes = event.timeStamp - began < WITHIN && PLACES[event.key];
  began = event.key === "g" ? event.timeStamp : -WITHIN;
  const deed = goes ? () => location.assign(goes) : DEEDS[event.key];
  if (!deed || !document.querySelector(".main-nav")) return;
  event.preventDefault();
  deed();
});

function posts() {
  return [...document.querySelectorAll("main article.post")];
}

// The post where the keyboard is.
function present() {
  return document.activeElement?.closest("article.post") ?? null;
}

function step(by) {
  const all = posts();
  const here = present();
  const inSight = all.findIndex(post => post.getBoundingClientRect().bottom > 90);
  const next = here ? all.indexOf(here) + by : inSight;
  if (next >= all.length) document.querySelector(".pages a[rel=next]")?.click();
  else goTo(all[Math.max(0, next)]);
}

function write() {
  const text = document.querySelector("main .composer textarea[name=text]");
  if (!text) return location.assign("/compose");
  text.scrollIntoView({ block: "center" });
  text.focus();
}

function search() {
  const fields = [...document.querySelectorAll("main input[type=search], .bar-find input[type=search]")];
  const seen = fields.find(each => each.offsetParent);
  if (seen) seen.focus();
  else document.querySelector(".main-nav a[href^='/people'], .main-nav a[href^='/search']")?.click();
}

// The list of shortcuts over the page; the page of its own where it cannot be had.
async function showKeys() {
  if (document.getElementById("shortcuts")) return;
  try {
    const { answer, shown } = await ask("/shortcuts");
    const list = shown.getElementById("shortcuts");
    if (!answer.ok || !list) return location.assign("/shortcuts");
    const sheet = document.createElement("dialog");
    sheet.className = "sheet";
    sheet.setAttribute("aria-labelledby", "shortcuts-title");
    sheet.append(list);
    sheet.addEventListener("close", () => sheet.remove());
    sheet.addEventListener("click", event => event.target === sheet && sheet.close());
    document.body.append(sheet);
    sheet.showModal();
  } catch (error) {
    if (!(error instanceof NotReached)) throw error;
    location.assign("/shortcuts");
  }
}
