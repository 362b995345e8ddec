// The buttons of posts and people act where they stand: what they change is put in place, and nothing else moves.
//
//   <article data-part="post/7/7/2">            what the node is asked to show again
//     <footer data-live="acts">  <form> …       what is exchanged in it, and where a refusal is said
//
// A form that is in no such part is sent as ever.

const underWay = new WeakSet();

document.addEventListener("submit", event => {
  const form = event.target;
  const live = form.closest("[data-live]");
  const part = form.closest("[data-part]");
  if (!live || !part || event.defaultPrevented || (event.submitter ?? form).hasAttribute("formaction")) return;
  event.preventDefault();
  if (!underWay.has(form)) act(form, event.submitter, live, part);
});

async function act(form, button, live, part) {
  underWay.add(form);
  button?.setAttribute("aria-busy", "true");
  unsay(live);
  try {
    const sent = new URLSearchParams(new FormData(form, button));
    const headers = { "Legation-Part": part.dataset.part };
    const { answer, shown } = await ask(form.action, { method: "POST", body: sent, headers });
    if (answer.headers.has("Legation-Part")) exchange(part, shown, button);
    else if (!answer.ok) refuse(live, refusalIn(shown) || word("noLink"));
    // Whoever was signed out meanwhile signs in, and comes back to this page.
    else if (new URL(answer.url).pathname === "/sign-in") location.reload();
    else location.assign(answer.url);
  } catch (error) {
    if (!(error instanceof NotReached)) throw error;
    refuse(live, word("noLink"));
  } finally {
    underWay.delete(form);
    button?.removeAttribute("aria-busy");
  }
}

// Put each live piece of a part in the place of the one that is shown; whoever was on a button stays on it.
function exchange(part, shown, button) {
  const fresh = shown.querySelector("[data-part]");
  for (const old of [part, ...part.querySelectorAll("[data-live]")]) {
    const name = old.dataset.live;
    const piece = name && [fresh, ...fresh.querySelectorAll("[data-live]")].find(each => each.dataset.live === name);
    if (!piece) continue;
    const wasHere = old.contains(document.activeElement) || old.contains(button);
    old.replaceWith(piece);
    if (wasHere) attend(twinOf(piece, button) ?? piece);
  }
  say(shown.querySelector("[data-notice]")?.textContent);
}

// The control in the new piece that is what the pressed one was: of the same form, whether it does or undoes.
function twinOf(piece, button) {
  const deed = each => each.form?.action.replace(/\/un(\w+)$/, "/$1");
  const controls = [...piece.querySelectorAll("button, summary, input:not([type=hidden])")];
  const same = controls.filter(each => deed(each) === deed(button));
  return same.find(each => each.value === button.value) ?? same[0] ?? controls[0] ?? null;
}

// Have the keyboard go on at an element, or at what unfolds it; a piece without controls can be gone on from too.
function attend(element) {
  const seen = element.closest("details:not([open])")?.querySelector("summary") ?? element;
  if (!seen.matches("button, summary, input")) seen.tabIndex = -1;
  seen.focus({ preventScroll: true });
}

function refuse(live, text) {
  const line = document.createElement("p");
  line.className = "refused wrong";
  line.setAttribute("role", "alert");
  live.append(line);
  line.textContent = text;
}

function unsay(live) {
  live.querySelector(":scope > .refused")?.remove();
}
