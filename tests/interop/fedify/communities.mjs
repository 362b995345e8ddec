// What a node made with Fedify does in communities, its own and others: commands of the tests, as those of `peer.mjs`.

import { Announce, Create, Like, Note, PUBLIC_COLLECTION } from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

export const communities = {
  /** Somebody here writes in a community, or answers there: told to the community alone. Returns the post's id. */
  async writeIn({ who, community, text, answering = null }) {
    const group = await this.find(who, community);
    const { id, note, create } = this.written({ who, group, text, answering });
    this.posts.set(id.href, note);
    await this.send(who, create, group);
    return id.href;
  },

  /** Somebody here finds a post of a community useful. */
  async likeIn({ who, community, post }) {
    const group = await this.find(who, community);
    const said = { actor: this.context.getActorUri(who), object: new URL(post), audience: group.id, to: group.id };
    return await this.send(who, new Like({ id: this.fresh(who, "acts"), ...said }), group);
  },

  /** A community here sends on what one of its own node has written, to all who follow it. */
  async sendOn({ who, by, text }) {
    const group = await this.actor(this.context, who);
    const { id, note, create } = this.written({ who: by, group, text });
    this.posts.set(id.href, note);
    await this.announce(who, create);
    return id.href;
  },

  /** A community here sends on that somebody at another node has written a post: as all others do who make it anew, unproven. */
  async sendOnFrom({ who, post }) {
    const note = await this.find(who, post);
    const { attributionId: actor } = note;
    await this.announce(who, new Create({ id: new URL("#sent-on", post), actor, object: note, to: PUBLIC_COLLECTION }));
  },

  async announce(who, object) {
    const said = { actor: this.context.getActorUri(who), ...this.audience(who) };
    await this.send(who, new Announce({ id: this.fresh(who, "acts"), object, ...said }), "followers");
  },

  written({ who, group, text, answering = null }) {
    const id = this.fresh(who, "posts");
    const audience = { tos: [PUBLIC_COLLECTION, group.id], cc: this.context.getFollowersUri(who), audience: group.id };
    const note = new Note({
      id,
      attribution: this.context.getActorUri(who),
      content: `<p>${text}</p>`,
      published: Temporal.Now.instant(),
      replyTarget: answering === null ? null : new URL(answering),
      ...audience,
    });
    const create = new Create({ id: new URL("#create", id), actor: note.attributionId, object: note, ...audience });
    return { id, note, create };
  },
};
