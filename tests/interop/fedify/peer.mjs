// A node made with Fedify, as its manual makes one: people with followers and posts, on one origin, in memory.
//
// Its actor for the whole node may be read by anyone; everything else wants a signed GET. Each method below the line is
// a command of the tests. What a person may say is built from Fedify's own classes, signed and sent by Fedify.

import { createServer } from "node:http";
import {
  createFederation,
  detachSignature,
  generateCryptoKeyPair,
  MemoryKvStore,
  parseNodeInfo,
  verifyObject,
} from "@fedify/fedify";
import {
  Accept,
  Activity,
  Announce,
  Application,
  Create,
  Delete,
  Endpoints,
  Follow,
  Group,
  Like,
  Mention,
  Note,
  Person,
  PUBLIC_COLLECTION,
  Reject,
  Tombstone,
  Undo,
  Update,
} from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";
import { communities } from "./communities.mjs";
import { knocks, schemeOf } from "./loopback.mjs";

const NODE = "node";

// Two pairs serve everybody: keys are dear to make, and to whom they belong is told by their ids.
const RSA = await generateCryptoKeyPair("RSASSA-PKCS1-v1_5");
const ED25519 = await generateCryptoKeyPair("Ed25519");

export class Peer {
  /** Listen as http://NAME.localhost:PORT. firstKnock: the scheme that unknown nodes are asked with first. */
  static async open({ name, firstKnock, proofs }) {
    const peer = new Peer();
    peer.server = createServer((incoming, outgoing) => peer.answer(incoming, outgoing));
    await new Promise((listening) => peer.server.listen(0, "127.0.0.1", listening));
    peer.origin = `http://${name}.localhost:${peer.server.address().port}`;
    peer.keys = proofs ? [RSA, ED25519] : [RSA];
    peer.people = new Map();
    peer.posts = new Map();
    peer.heard = [];
    peer.number = 0;
    peer.passesOn = null;
    peer.federation = peer.federate(firstKnock);
    peer.context = peer.federation.createContext(new URL(peer.origin));
    return peer;
  }

  federate(firstKnock) {
    const federation = createFederation({
      kv: new MemoryKvStore(),
      origin: this.origin,
      allowPrivateAddress: true,
      firstKnock,
    });
    // Their keys may be for signed requests only, too.
    const isSigned = async (context) => {
      const documentLoader = await context.getDocumentLoader({ identifier: NODE });
      return (await context.getSignedKeyOwner({ documentLoader })) !== null;
    };
    federation
      .setActorDispatcher("/users/{identifier}", (context, identifier) => this.actor(context, identifier))
      .setKeyPairsDispatcher((_, identifier) => (this.knows(identifier) ? this.keys : []))
      .authorize(async (context, identifier) => identifier === NODE || (await isSigned(context)));
    federation
      .setInboxListeners("/users/{identifier}/inbox", "/inbox")
      .setSharedKeyDispatcher(() => ({ identifier: NODE }))
      .on(Follow, (context, follow) => this.followed(context, follow))
      .on(Undo, (context, undo) => this.undone(context, undo))
      .on(Activity, (context, activity) => this.taken(context, activity))
      .onError((_, error) => this.heard.push({ trouble: String(error) }));
    federation.setFollowersDispatcher("/users/{identifier}/followers", (_, identifier) => ({
      items: [...(this.people.get(identifier)?.followers.values() ?? [])],
    }));
    federation.setFollowingDispatcher("/users/{identifier}/following", () => ({ items: [] }));
    federation.setOutboxDispatcher("/users/{identifier}/outbox", () => ({ items: [] }));
    federation
      .setObjectDispatcher(Note, "/users/{identifier}/posts/{number}", (context, values) =>
        this.posts.get(context.getObjectUri(Note, values).href) ?? null)
      .authorize(isSigned);
    federation.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
      software: { name: "fedify-peer", version: "1.0.0" },
      protocols: ["activitypub"],
      usage: { users: { total: this.people.size }, localPosts: this.posts.size, localComments: 0 },
    }));
    return federation;
  }

  knows(identifier) {
    return identifier === NODE || this.people.has(identifier);
  }

  async actor(context, identifier) {
    if (!this.knows(identifier)) return null;
    const keys = await context.getActorKeyPairs(identifier);
    const person = this.people.get(identifier);
    if (person?.left) return new Tombstone({ id: context.getActorUri(identifier) });
    const facts = {
      id: context.getActorUri(identifier),
      preferredUsername: identifier,
      name: person?.displayName ?? identifier,
      inbox: context.getInboxUri(identifier),
      outbox: context.getOutboxUri(identifier),
      followers: context.getFollowersUri(identifier),
      following: context.getFollowingUri(identifier),
      endpoints: new Endpoints({ sharedInbox: context.getInboxUri() }),
      manuallyApprovesFollowers: person?.answers !== "yes",
      publicKey: keys[0].cryptographicKey,
      assertionMethods: keys.map((pair) => pair.multikey),
    };
    if (identifier === NODE) return new Application(facts);
    return person.isGroup ? new Group(facts) : new Person(facts);
  }

  // ---- what comes in ------------------------------------------------------------------------------------------------

  async answer(incoming, outgoing) {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const headers = new Headers();
    for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
      headers.append(incoming.rawHeaders[at], incoming.rawHeaders[at + 1]);
    }
    const request = new Request(`http://${headers.get("host")}${incoming.url}`, {
      method: incoming.method,
      headers,
      body: body.length ? body : undefined,
    });
    const response = await this.federation.fetch(request, { contextData: undefined });
    await this.record(incoming, headers, body, response.status);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  }

  async record(incoming, headers, body, status) {
    const heard = { method: incoming.method, path: incoming.url, scheme: schemeOf(headers), status };
    if (body.length) {
      heard.activity = JSON.parse(body);
      heard.proof = await this.proof(heard.activity);
      heard.inner = await this.proof(heard.activity.object ?? {});
    }
    this.heard.push(heard);
  }

  /** What Fedify's own check says of a document's integrity proof. */
  async proof(document) {
    if (!document.proof) return "none";
    const documentLoader = await this.context.getDocumentLoader({ identifier: NODE });
    const { contextLoader } = this.context;
    // Fedify signs twice; the proof does not know of the signature that was added after it.
    const proved = detachSignature(document);
    try {
      return (await verifyObject(Activity, proved, { documentLoader, contextLoader })) ? "good" : "bad";
    } catch (error) {
      return `unreadable: ${error}`;
    }
  }

  take(activity) {
    this.heard.push({ taken: activity.constructor.name, id: activity.id?.href ?? null });
  }

  async taken(context, activity) {
    this.take(activity);
    if (this.passesOn === null || !(activity instanceof Create)) return;
    const { who, whom } = this.passesOn;
    const recipient = await this.find(who, whom);
    // Whether it was taken is seen in the knocks; who sent us the post has nothing to do with it.
    await context.forwardActivity({ identifier: who }, recipient, { immediate: true }).catch(() => {});
  }

  async followed(context, follow) {
    this.take(follow);
    const followed = context.parseUri(follow.objectId);
    const person = this.people.get(followed?.identifier);
    if (person === undefined) return;
    const follower = await follow.getActor(await this.asPerson(followed.identifier));
    person.asked.set(follow.actorId.href, { follow, follower });
    if (person.answers !== "by hand") {
      await this.answerFollow({ who: followed.identifier, follower: follow.actorId.href, yes: person.answers === "yes" });
    }
  }

  async undone(_, undo) {
    this.take(undo);
    for (const person of this.people.values()) {
      const asked = person.asked.get(undo.actorId.href);
      if (asked && asked.follow.id.href === undo.objectId?.href) person.followers.delete(undo.actorId.href);
    }
  }

  // ---- what goes out ------------------------------------------------------------------------------------------------

  async asPerson(identifier) {
    return {
      documentLoader: await this.context.getDocumentLoader({ identifier }),
      contextLoader: this.context.contextLoader,
    };
  }

  async find(who, address) {
    const found = await this.context.lookupObject(address, await this.asPerson(who));
    if (found === null) throw new Error(`${address} was not found`);
    return found;
  }

  /** An id for something new of this person. */
  fresh(who, kind) {
    this.number += 1;
    return new URL(`${this.origin}/users/${who}/${kind}/${this.number}`);
  }

  /** Sign and deliver, to one actor or to all followers. Throws what Fedify throws when it is refused. */
  async send(who, activity, recipient) {
    const options = { preferSharedInbox: true, immediate: true };
    if (recipient === "followers") options.syncCollection = false;
    await this.context.sendActivity({ identifier: who }, recipient, activity, options);
    return activity.id.href;
  }

  async act(kind, who, object, recipient) {
    const act = new kind({ id: this.fresh(who, "acts"), actor: this.context.getActorUri(who), object, ...this.audience(who) });
    return await this.send(who, act, recipient);
  }

  audience(who) {
    return { to: PUBLIC_COLLECTION, cc: this.context.getFollowersUri(who) };
  }

  // ---- commands -----------------------------------------------------------------------------------------------------

  /** Someone new, or a community. answers: what those hear who want to follow: "yes", "no", or "by hand". */
  person({ name, answers = "yes", isGroup = false }) {
    const nobody = { asked: new Map(), followers: new Map(), left: false };
    this.people.set(name, { displayName: name, answers, isGroup, ...nobody });
    return this.context.getActorUri(name).href;
  }

  async webFinger({ resource }) {
    return await this.context.lookupWebFinger(resource);
  }

  async nodeInfo({ address }) {
    // Fedify's own way there refuses every node on a private address; its strict reader is what counts here.
    const { links } = await (await fetch(new URL("/.well-known/nodeinfo", address))).json();
    const { href } = links.find((link) => link.rel.endsWith("/schema/2.1"));
    return parseNodeInfo(await (await fetch(href)).json());
  }

  async lookUp({ who, address }) {
    return await (await this.find(who, address)).toJsonLd({ ...(await this.asPerson(who)), format: "compact" });
  }

  async follow({ who, whom }) {
    const followed = await this.find(who, whom);
    const follow = new Follow({
      id: this.fresh(who, "follows"),
      actor: this.context.getActorUri(who),
      object: followed.id,
      to: followed.id,
    });
    return await this.send(who, follow, followed);
  }

  async unfollow({ who, whom, follow }) {
    const actor = this.context.getActorUri(who);
    const undone = new Follow({ id: new URL(follow), actor, object: new URL(whom) });
    const undo = new Undo({ id: this.fresh(who, "acts"), actor, object: undone, to: new URL(whom) });
    return await this.send(who, undo, await this.find(who, whom));
  }

  async answerFollow({ who, follower, yes }) {
    const person = this.people.get(who);
    const asked = person.asked.get(follower);
    if (yes) person.followers.set(follower, asked.follower);
    else person.followers.delete(follower);
    const kind = yes ? Accept : Reject;
    const answer = new kind({
      id: this.fresh(who, "acts"),
      actor: this.context.getActorUri(who),
      object: asked.follow,
      to: asked.follow.actorId,
    });
    return await this.send(who, answer, asked.follower);
  }

  /** From now on every new post that comes in is passed on, as it came, by this person to that one. */
  passOn({ who, whom }) {
    this.passesOn = { who, whom };
  }

  followers({ who }) {
    return [...this.people.get(who).followers.keys()];
  }

  /** A post for all followers, or, with `whom`, one in which somebody is named. */
  async post({ who, text, whom = null, answering = null, reach = "public" }) {
    const id = this.fresh(who, "posts");
    const named = whom === null ? null : await this.find(who, whom);
    const audience = reach === "direct" ? { to: named.id } : this.audience(who);
    if (named !== null && reach !== "direct") audience.ccs = [audience.cc, named.id];
    if (audience.ccs) delete audience.cc;
    const note = new Note({
      id,
      attribution: this.context.getActorUri(who),
      content: `<p>${text}</p>`,
      published: Temporal.Now.instant(),
      tags: named === null ? [] : [new Mention({ href: named.id, name: `@${named.preferredUsername}` })],
      replyTarget: answering === null ? null : new URL(answering),
      ...audience,
    });
    this.posts.set(id.href, note);
    const create = new Create({ id: new URL("#create", id), actor: note.attributionId, object: note, ...audience });
    await this.send(who, create, named ?? "followers");
    return id.href;
  }

  async edit({ who, post, text }) {
    const note = this.posts.get(post).clone({ content: `<p>${text}</p>`, updated: Temporal.Now.instant() });
    this.posts.set(post, note);
    return await this.act(Update, who, note, "followers");
  }

  async remove({ who, post }) {
    this.posts.delete(post);
    return await this.act(Delete, who, new Tombstone({ id: new URL(post) }), "followers");
  }

  async rename({ who, displayName }) {
    this.people.get(who).displayName = displayName;
    return await this.act(Update, who, await this.actor(this.context, who), "followers");
  }

  async leave({ who }) {
    return await this.act(Delete, who, this.context.getActorUri(who), "followers");
  }

  async like({ who, post, author }) {
    return await this.act(Like, who, new URL(post), await this.find(who, author));
  }

  async unlike({ who, post, author, like }) {
    const actor = this.context.getActorUri(who);
    const undone = new Like({ id: new URL(like), actor, object: new URL(post) });
    return await this.act(Undo, who, undone, await this.find(who, author));
  }

  async share({ who, post, author }) {
    const id = await this.act(Announce, who, new URL(post), "followers");
    const announce = new Announce({
      id: new URL(id),
      actor: this.context.getActorUri(who),
      object: new URL(post),
      ...this.audience(who),
    });
    if (author) await this.send(who, announce, await this.find(who, author));
    return id;
  }

  async unshare({ who, post, share }) {
    const actor = this.context.getActorUri(who);
    return await this.act(Undo, who, new Announce({ id: new URL(share), actor, object: new URL(post) }), "followers");
  }

  /** Everything that came in, and everything that went out, since the peer opened. */
  history() {
    const own = knocks.filter((knock) => knock.key === null || knock.key.startsWith(`${this.origin}/`));
    return { heard: this.heard, knocks: own };
  }

  async close() {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}

Object.assign(Peer.prototype, communities);
