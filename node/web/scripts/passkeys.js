// Passkeys: the node says what a device is to sign, the browser asks the device, and its answer travels in a plain form.
//
//   <form data-passkey="create" or "get" data-options="where the node says what to sign">
//     <input type="hidden" name="answer">  <button hidden>  <p role="alert" data-stopped="…" data-none="…">
//
// Without scripts, or where the browser knows no passkeys, the buttons stay hidden and [data-without-passkeys] is shown.

const passkeysAreKnown = Boolean(window.PublicKeyCredential && navigator.credentials);

for (const each of document.querySelectorAll("[data-without-passkeys]")) each.hidden = passkeysAreKnown;
for (const each of document.querySelectorAll("[data-with-passkeys]")) each.hidden = !passkeysAreKnown;
for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", event => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    askDevice(form);
  });
}

async function askDevice(form) {
  const line = form.querySelector("[data-stopped]");
  const button = form.querySelector("button");
  line.textContent = "";
  button.setAttribute("aria-busy", "true");
  try {
    const options = await optionsFor(form);
    form.elements.answer.value = JSON.stringify(answerOf(await asked(form.dataset.passkey, options)));
    form.requestSubmit(button);
    form.elements.answer.value = ""; // whoever comes back to the page begins anew
  } catch (error) {
    line.textContent = error.name === "InvalidStateError" ? line.dataset.known : line.dataset.stopped;
  } finally {
    button.removeAttribute("aria-busy");
  }
}

async function optionsFor(form) {
  const csrf = form.elements.csrf?.value ?? "";
  const answer = await fetch(form.dataset.options, { method: "POST", body: new URLSearchParams({ csrf }), redirect: "error" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function asked(act, options) {
  const described = list => (list ?? []).map(each => ({ ...each, id: bytesOf(each.id) }));
  const publicKey = { ...options, challenge: bytesOf(options.challenge) };
  if (act === "get") {
    return navigator.credentials.get({ publicKey: { ...publicKey, allowCredentials: described(options.allowCredentials) } });
  }
  const user = { ...options.user, id: bytesOf(options.user.id) };
  const excludeCredentials = described(options.excludeCredentials);
  return navigator.credentials.create({ publicKey: { ...publicKey, user, excludeCredentials } });
}

// A credential as JSON. Browsers learned to make that themselves only lately.
function answerOf(credential) {
  const { response } = credential;
  const parts = { clientDataJSON: textOf(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) parts[name] = textOf(response[name]);
  }
  if (response.getTransports) parts.transports = response.getTransports();
  return {
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    response: parts,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

function bytesOf(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, letter => letter.charCodeAt(0));
}

function textOf(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
