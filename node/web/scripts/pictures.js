// Where pages come without pictures, each is shown in its place when it is asked for. Without scripts the link leads to it.

document.addEventListener("click", event => {
  const link = event.target.closest?.("a.file-waits");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const picture = link.parentElement.querySelector("template")?.content.firstElementChild;
  if (!picture) return;
  event.preventDefault();
  const shown = document.importNode(picture, true);
  link.replaceWith(shown);
  shown.focus({ preventScroll: true });
});
