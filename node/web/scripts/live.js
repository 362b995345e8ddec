// While a page is open and looked at, it hears how much is new: "3 new posts" above the journal, a number at the
// notifications. The posts come when they are asked for, and nothing moves under the eyes of whoever reads.
//
// A page that is not looked at listens to nothing, so that many open pages cost one line at most; a node or a link that
// cannot carry it is asked again after a while, and nothing is said of it.

const news = document.querySelector(".news[data-since]");
const badge = document.querySelector(".main-nav .badge");
// Whoever only passes through a page begins nothing; and what the page is made of comes over a narrow line first.
const SOON = 1000;
const LATER = 5 * 60 * 1000;
const MOST_FAILURES = 3;
let listening = null;
let again = null;
let waiting = 0;

function soon() {
  quiet();
  again = setTimeout(listen, SOON);
}

function listen() {
  quiet();
  if (document.hidden || !badge || !window.EventSource) return;
  let failures = 0;
  listening = new EventSource("/live" + (news ? "?since=" + news.dataset.since : ""));
  listening.addEventListener("posts", event => offer(JSON.parse(event.data).new));
  listening.addEventListener("notifications", event => number(JSON.parse(event.data).unread));
  listening.addEventListener("open", () => (failures = 0));
  listening.addEventListener("error", () => {
    failures += 1;
    const isOver = listening?.readyState === EventSource.CLOSED;
    if (!isOver && failures < MOST_FAILURES) return;
    quiet();
    again = setTimeout(listen, LATER);
  });
}

function quiet() {
  clearTimeout(again);
  listening?.close();
  listening = null;
}

function number(unread) {
  badge.hidden = !unread;
  badge.firstChild.data = unread.toLocaleString(document.documentElement.lang);
  badge.querySelector(".unseen").textContent = " " + counted(badge, unread);
}

function offer(fresh) {
  if (!news || !fresh) return;
  waiting = fresh;
  const button = news.querySelector("button");
  button.querySelector("span").textContent = counted(news, fresh);
  button.hidden = false;
  lead(null);
}

// Put the new posts above the others. Where the top of the list is in sight they appear there; else what is read stays
// where it is, and a link leads up to them.
async function insertNews() {
  const button = news.querySelector("button");
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    const { answer, shown } = await ask(location.pathname + "?min_id=" + news.dataset.since);
    const fresh = shown.querySelector("main .posts[data-list]");
    if (!answer.ok || answer.redirected) return location.assign("/");
    button.hidden = true;
    // All of it may be what the reader does not want to see.
    if (!fresh) return;
    const posts = [...fresh.children].filter(post => !document.getElementById(post.id));
    const isAbove = prepend(document.querySelector("main .posts[data-list]"), posts);
    news.dataset.since = posts[0]?.dataset.id ?? news.dataset.since;
    say(counted(news, posts.length || waiting));
    goTo(isAbove ? postAtTop() : posts[0], { scroll: false });
    lead(isAbove ? posts[0] : null);
    listen();
  } catch (error) {
    if (!(error instanceof NotReached)) throw error;
    button.querySelector("span").textContent = word("noLink");
  } finally {
    button.removeAttribute("aria-busy");
  }
}

// Returns whether the posts came above what is in sight.
function prepend(list, posts) {
  const read = list.getBoundingClientRect().top < 0 ? postAtTop() : null;
  const before = read?.getBoundingClientRect().top;
  list.prepend(...posts);
  if (read) scrollBy({ top: read.getBoundingClientRect().top - before, behavior: "instant" });
  return Boolean(read);
}

function lead(post) {
  const link = news.querySelector("a");
  link.hidden = !post;
  if (post) link.hash = post.id;
}

news?.querySelector("a").addEventListener("click", event => {
  event.preventDefault();
  const post = document.getElementById(event.currentTarget.hash.slice(1));
  lead(null);
  goTo(post);
});
news?.querySelector("button").addEventListener("click", insertNews);
document.addEventListener("visibilitychange", soon);
addEventListener("pagehide", quiet);
addEventListener("pageshow", soon);
