// What is being made is looked at again by itself until it is there: <section id="copy" data-watch="seconds">.

document.querySelectorAll("[data-watch]").forEach(watch);

async function watch(part) {
  while (part.dataset.watch && part.isConnected) {
    await new Promise(done => setTimeout(done, part.dataset.watch * 1000));
    // Nobody is moved away from what they are about to press.
    if (document.hidden || part.contains(document.activeElement)) continue;
    const fresh = await lookAgain(part);
    if (!fresh) return;
    part.replaceWith(fresh);
    part = fresh;
  }
  say(part.querySelector(".state")?.textContent);
}

async function lookAgain(part) {
  try {
    const { answer, shown } = await ask(location.href);
    return answer.ok && !answer.redirected ? shown.getElementById(part.id) : null;
  } catch (error) {
    if (!(error instanceof NotReached)) throw error;
    return null;
  }
}
