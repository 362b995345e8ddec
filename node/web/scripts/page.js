// What all other scripts use: pages fetched beside the one that is shown, the words that it carries, and the quiet line
// in which those who do not see the page are told what has changed.

// Pages of this node alone are made into documents, and addresses of this node alone into workers. Nothing that a page
// holds runs: scripts inside a parsed document never do, and the policy of the page allows none but the one file.
const trusted = window.trustedTypes
  ? trustedTypes.createPolicy("legation", { createHTML: text => text, createScriptURL: address => address })
  : { createHTML: text => text, createScriptURL: address => address };

class NotReached extends Error {}

// Ask this node for a page. Gives what was answered and the page as a document; throws NotReached where nothing answers.
async function ask(address, options = {}) {
  let answer, text;
  try {
    answer = await fetch(address, { credentials: "same-origin", ...options });
    text = await answer.text();
  } catch {
    throw new NotReached();
  }
  const isOurs = new URL(answer.url).origin === location.origin;
  const isPage = (answer.headers.get("Content-Type") ?? "").startsWith("text/html");
  if (!isOurs || !isPage) throw new NotReached();
  return { answer, shown: new DOMParser().parseFromString(trusted.createHTML(text), "text/html") };
}

// A sentence of the page's own, in the reader's language: <body data-no-link="…"> is word("noLink").
function word(name) {
  return document.body.dataset[name] ?? "";
}

// "1 new post", "3 new posts": the page carries both forms, the second one for two.
function counted(holder, number) {
  const { one, many } = holder.dataset;
  return number === 1 ? one : many.replace("2", number.toLocaleString(document.documentElement.lang));
}

// Tell those who listen to the page rather than see it.
function say(text) {
  const line = document.getElementById("said");
  if (line && text) line.textContent = text;
}

// What a page of refusal says: what is wrong with a form, or else its title and advice.
function refusalIn(shown) {
  const wrong = [...shown.querySelectorAll(".errors li")].map(each => each.textContent.trim());
  const sentences = wrong.length ? wrong : [...shown.querySelectorAll("main h1, main h1 + p")].map(each => each.textContent.trim());
  return sentences.map(each => (/[.!?…]$/.test(each) ? each : each + ".")).join(" ");
}

function isTyping(element) {
  return element instanceof HTMLElement && (element.isContentEditable || element.matches("input, textarea, select"));
}

function movesGently() {
  return matchMedia("(prefers-reduced-motion: no-preference)").matches;
}
