// Older posts come below those that are read, without another page. Whoever leaves and comes back finds the place again:
// the address becomes that of the part they were reading, and the post that they were at is noted with it.

document.addEventListener("click", event => {
  const link = event.target.closest?.(".pages a[rel=next]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const lists = document.querySelectorAll("main .posts[data-list]");
  if (!lists.length) return;
  event.preventDefault();
  if (link.getAttribute("aria-busy") !== "true") loadOlder(link, lists[lists.length - 1]);
});

async function loadOlder(link, last) {
  link.setAttribute("aria-busy", "true");
  try {
    const { answer, shown } = await ask(link.href);
    const more = shown.querySelector("main .posts[data-list]");
    if (!answer.ok || answer.redirected || !more) return location.assign(link.href);
    more.dataset.at = link.href;
    const known = new Set([...document.querySelectorAll("main .posts[data-list] > *")].map(each => each.id));
    for (const post of [...more.children]) if (known.has(post.id)) post.remove();
    last.after(more);
    const next = shown.querySelector(".pages a[rel=next]");
    if (next) link.replaceWith(next);
    else link.closest(".pages").remove();
    goTo(more.querySelector("article"), { scroll: false });
  } catch (error) {
    if (!(error instanceof NotReached)) throw error;
    say(word("noLink"));
    location.assign(link.href);
  } finally {
    link.removeAttribute("aria-busy");
  }
}

// Have the keyboard, and those who listen, go on at a post.
function goTo(post, { scroll = true } = {}) {
  if (!post) return;
  post.tabIndex = -1;
  post.focus({ preventScroll: true });
  if (scroll) post.scrollIntoView({ block: "start", behavior: movesGently() ? "smooth" : "auto" });
}

function postAtTop() {
  return [...document.querySelectorAll("main .posts[data-list] > article")].find(post => post.getBoundingClientRect().bottom > 90);
}

// Before a link is followed, and only where more than one part is shown: else the browser finds the place by itself.
const firstPart = location.href;
document.addEventListener("click", event => {
  const link = event.target.closest?.("a[href]:not([target], .pages a, .news a)");
  const post = link && document.querySelector("main .posts[data-at]") && (link.closest("article.post") ?? postAtTop());
  if (!post || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const offset = post.getBoundingClientRect().top;
  history.replaceState({ post: post.id, offset }, "", post.closest(".posts")?.dataset.at ?? firstPart);
}, true);

const left = history.state?.post && document.getElementById(history.state.post);
if (left) {
  history.scrollRestoration = "manual";
  scrollBy(0, left.getBoundingClientRect().top - history.state.offset);
}
