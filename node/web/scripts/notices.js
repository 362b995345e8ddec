// A notice is said once: who reloads the page, or comes back to it, is not told again.

if (document.querySelector("main > .notice")) {
  const here = new URL(location.href);
  here.searchParams.delete("done");
  history.replaceState(history.state, "", here);
}
