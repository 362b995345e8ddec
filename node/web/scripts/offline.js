// A page of the node's own for when there is no link: kept by the browser, with nothing that belongs to anybody.

if ("serviceWorker" in navigator && isSecureContext) {
  const address = "/service-worker.js?language=" + document.documentElement.lang;
  // Where a browser refuses (a private window), everything works as before, with the browser's own page of trouble.
  navigator.serviceWorker.register(trusted.createScriptURL(address)).catch(() => {});
}

if (document.querySelector("[data-away]")) {
  addEventListener("online", () => location.reload());
  // The device may have a network while the line beyond it is cut: the node itself is asked, with something small.
  setInterval(() => fetch("/service-worker.js", { cache: "no-store" }).then(() => location.reload(), () => {}), 20_000);
}
