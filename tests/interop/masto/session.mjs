// A morning of work with masto.js, the library under Phanpy and Elk: sign in with PKCE, read, write, listen, page.
//
//   session.mjs ORIGIN NAME-OF-SOMEBODY-ELSEWHERE
//
// Writes one line of JSON for each answer that it gets, as `{"method", "url", "status", "answer"}`; one with the page
// to sign in at, as `{"open"}`, and reads the code from its input; and at its end one with what it found, as `{"found"}`.

import dns from "node:dns";
import { createHash, randomBytes } from "node:crypto";
import { createInterface } from "node:readline/promises";
import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from "masto";

const [origin, handle] = process.argv.slice(2);
const REDIRECT = "https://app.example/back";
const SCOPES = "read write follow push";

const say = (words) => process.stdout.write(`${JSON.stringify(words)}\n`);

// The C library does not know every name under `localhost`; nothing else is to be found from here.
const asked = dns.lookup;
dns.lookup = (name, options, callback) => {
  if (!name.endsWith("localhost")) return process.nextTick(callback, new Error(`${name} is not on this machine`));
  return asked("127.0.0.1", options, callback);
};

const leave = globalThis.fetch;
globalThis.fetch = async (input, options) => {
  const request = new Request(input, options);
  const response = await leave(request);
  const isJson = (response.headers.get("content-type") ?? "").startsWith("application/json");
  const answer = isJson ? await response.clone().json() : null;
  say({ method: request.method, url: request.url, status: response.status, answer });
  return response;
};

async function signIn() {
  const open = createRestAPIClient({ url: origin });
  const app = await open.v1.apps.create({ clientName: "Petit masto", redirectUris: REDIRECT, scopes: SCOPES });
  const codeVerifier = randomBytes(48).toString("base64url");
  const query = new URLSearchParams({
    response_type: "code",
    client_id: app.clientId,
    redirect_uri: REDIRECT,
    scope: SCOPES,
    code_challenge: createHash("sha256").update(codeVerifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  say({ open: `${origin}/oauth/authorize?${query}` });
  const lines = createInterface({ input: process.stdin });
  const code = await lines.question("");
  lines.close();
  const granted = await createOAuthAPIClient({ url: origin }).token.create({
    grantType: "authorization_code",
    clientId: app.clientId,
    clientSecret: app.clientSecret,
    redirectUri: REDIRECT,
    code,
    codeVerifier,
  });
  return granted.accessToken;
}

/** The next event of a stream that is of one of these kinds. */
async function next(events, ...kinds) {
  for await (const event of events) if (kinds.includes(event.event)) return event;
  throw new Error("The stream ended.");
}

const found = {};
const accessToken = await signIn();
const rest = createRestAPIClient({ url: origin, accessToken });
const instance = await rest.v2.instance.fetch();
const streaming = createStreamingAPIClient({
  streamingApiUrl: instance.configuration.urls.streaming,
  accessToken,
  implementation: globalThis.WebSocket,
});
const me = await rest.v1.accounts.verifyCredentials();
found.me = me.acct;
await rest.v1.preferences.fetch();
await rest.v1.customEmojis.list();
await rest.v1.followedTags.list();
await rest.v1.announcements.list();

const events = streaming.user.subscribe();
const told = next(events, "update");

const [other] = (await rest.v2.search.list({ q: handle, resolve: true, type: "accounts" })).accounts;
await rest.v1.accounts.$select(other.id).follow();
found.relation = (await rest.v1.accounts.relationships.fetch({ id: [other.id] }))[0].id === other.id;

const file = new Blob([Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64")], { type: "image/png" });
const media = await rest.v2.media.create({ file, description: "Un point" });
const post = await rest.v1.statuses.create({ status: "Bonjour de masto #essai", mediaIds: [media.id], language: "fr" });
found.told = (await told).payload.id === post.id;
found.description = post.mediaAttachments[0].description;
const one = rest.v1.statuses.$select(post.id);
const answer = await rest.v1.statuses.create({ status: "Et encore", inReplyToId: post.id, visibility: "unlisted" });
found.thread = (await one.context.fetch()).descendants.map((each) => each.id === answer.id);
const poll = (await rest.v1.statuses.create({ status: "Quand ?", poll: { options: ["Midi", "Soir"], expiresIn: 3600 } })).poll;
found.poll = (await rest.v1.polls.$select(poll.id).fetch()).options.map((each) => each.title);
found.favourited = [(await one.favourite()).favourited, (await one.unfavourite()).favourited];
found.reblogged = [(await one.reblog()).reblog.id === post.id, (await one.unreblog()).reblogged];
found.bookmarked = [(await one.bookmark()).bookmarked, (await one.unbookmark()).bookmarked];
found.pinned = [(await one.pin()).pinned, (await one.unpin()).pinned];
const edited = await one.update({ status: "Bonsoir de masto #essai", mediaIds: [media.id] });
found.edited = [edited.content.includes("Bonsoir"), (await one.source.fetch()).text, (await one.history.list()).length];
found.tag = (await rest.v1.timelines.tag.$select("essai").list()).map((each) => each.id === post.id);

const pages = [];
for await (const page of rest.v1.timelines.home.list({ limit: 2 })) pages.push(page.length);
found.pages = pages;
await rest.v1.notifications.list({ types: ["mention", "follow"] });
await rest.v1.markers.create({ home: { lastReadId: post.id } });
found.marker = (await rest.v1.markers.fetch({ timeline: ["home"] })).home.lastReadId === post.id;

const removed = next(events, "delete");
found.source = (await one.remove()).text;
found.removed = (await removed).payload === post.id;
streaming.close();
try {
  await one.fetch();
} catch (error) {
  found.missing = [error.statusCode, error.message];
}
say({ found });
