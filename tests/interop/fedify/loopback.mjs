// What a peer needs to live on this machine alone: names under `localhost`, plain HTTP, and a record of what it asks.

import dns from "node:dns";

const asked = dns.lookup;

// The C library does not know every name under `localhost`; nothing else is to be found from here.
dns.lookup = (name, options, callback) => {
  const answer = typeof options === "function" ? options : callback;
  const wanted = typeof options === "function" ? {} : options;
  if (name !== "127.0.0.1" && name !== "localhost" && !name.endsWith(".localhost")) {
    const error = new Error(`${name} is not on this machine`);
    error.code = "ENOTFOUND";
    process.nextTick(answer, error);
    return;
  }
  asked("127.0.0.1", wanted, answer);
};

/** Which scheme a request or an answer to it is signed under. */
export function schemeOf(headers) {
  if (headers.get("signature-input")) return "rfc9421";
  return headers.get("signature") ? "cavage" : "unsigned";
}

/** The id of the key that signed a request, or null. */
function keyOf(headers) {
  const named = `${headers.get("signature-input")} ${headers.get("signature")}`;
  return named.match(/keyid="([^"]*)"/i)?.[1] ?? null;
}

/** Every request that leaves this process, in order. */
export const knocks = [];

const leave = globalThis.fetch;

// Fedify asks WebFinger over TLS, always; on this machine the same name and port speak plainly.
globalThis.fetch = async (input, options) => {
  let request = new Request(input, options);
  if (request.url.startsWith("https:") && new URL(request.url).hostname.endsWith(".localhost")) {
    request = new Request(request.url.replace("https:", "http:"), request);
  }
  const { method, url, headers } = request;
  const told = method === "POST" ? JSON.parse(await request.clone().text()) : null;
  const knock = { method, url, scheme: schemeOf(headers), key: keyOf(headers), told, status: null };
  knocks.push(knock);
  const response = await leave(request);
  knock.status = response.status;
  return response;
};
