// Keeps a page that says what to do when there is no link, and what it is dressed with. Nothing that belongs to a person
// is ever kept: those pages always come from the node.

const KEPT = ["KEPT"];
const NAME = "VERSION";
const AWAY = "/offline/" + (new URL(self.location.href).searchParams.get("language") === "fr" ? "fr" : "en");

self.addEventListener("install", event => event.waitUntil(keep()));
self.addEventListener("activate", event => event.waitUntil(forget()));

async function keep() {
  const kept = await caches.open(NAME);
  await kept.addAll([AWAY, ...KEPT].map(path => new Request(path, { credentials: "omit" })));
  await self.skipWaiting();
}

async function forget() {
  const names = await caches.keys();
  await Promise.all(names.filter(name => name !== NAME).map(name => caches.delete(name)));
}

self.addEventListener("fetch", event => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(away));
  else if (KEPT.includes(new URL(request.url).pathname)) event.respondWith(kept(request));
});

async function away() {
  return (await caches.match(AWAY)) ?? Response.error();
}

async function kept(request) {
  return (await caches.match(request.url)) ?? fetch(request);
}
