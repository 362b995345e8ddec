"""Undo: somebody takes back a follow, a block, a favourite or the sharing of a post (ActivityPub 6.10, 7.12).

What managers of a community take back is in `federation.undoing_decisions`.
"""

import contextlib
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator

from federation import audience as audiences
from federation import custom_emoji, emoji, follow_answers, reacting, undoing_decisions
from federation.activity import Activity, Wanted
from federation.audience import Audience
from federation.errors import Ignored, NotAllowed
from federation.hosts import same_origin
from federation.vocabulary import value_or_id
from storage import (
    accounts,
    attendances,
    emoji_reactions,
    follows,
    notifications,
    pins,
    posts,
    reactions,
    relations,
    tombstones,
)
from storage.accounts import Account
from storage.attendances import Attendance
from storage.emoji_reactions import Reaction
from storage.ids import AccountId, PostId
from storage.posts import Post
from storage.store import Unit

REACTIONS = ("Like", "EmojiReact")


def _embedded(value: object) -> object:
    return value if isinstance(value, dict) else {"id": value}


class Undo(Activity):
    """Takes back what the same actor did. One that comes before what it undoes is remembered."""

    may_be_of_suspended: ClassVar[bool] = True
    may_be_of_gone: ClassVar[bool] = True

    type: Literal["Undo"] = "Undo"
    object: Annotated[dict[str, Any], BeforeValidator(_embedded)]  # Any: the activity, or its id alone

    def decides_in(self, unit: Unit, /) -> Account | None:
        """The community of whose managers a decision is taken back."""
        decision = undoing_decisions.find(unit, self, self.object)
        return None if decision is None else decision.community

    def wants(self, unit: Unit, /) -> Sequence[Wanted]:
        """A post that managers put back into a community of this node, where its copy went."""
        decision = undoing_decisions.find(unit, self, self.object)
        return () if decision is None else undoing_decisions.wants(unit, self, decision)

    def authorize(self, unit: Unit, /) -> None:
        """Only what one did oneself; in a community, only managers. Raises NotAllowed, NotFound, Ignored."""
        actor = value_or_id(self.object.get("actor", self.actor))
        if actor != self.actor or (self._undone and not same_origin(self._undone, self.actor)):
            raise NotAllowed(self.actor, self._undone, "not-the-owner")
        if (decision := undoing_decisions.find(unit, self, self.object)) is not None:
            undoing_decisions.authorize(unit, self, decision)

    def audience(self, unit: Unit, /) -> Audience:
        """Whoever was told of what is undone."""
        if (decision := undoing_decisions.find(unit, self, self.object)) is not None:
            return undoing_decisions.told(decision)
        actor = self.performer(unit)
        if (followed := self._followed(unit, actor)) is not None:
            return Audience(frozenset({followed}))
        if (concerned := self._reacted_to(unit, actor)) is not None:
            return reacting.told(unit, posts.get(unit, concerned))
        if self._pinned(unit, actor) is not None or self._blocked(unit, actor) is not None:
            followers = self._blocked(unit, actor) is None  # of a block nobody is told
            return Audience(followers_of=frozenset({actor.id} if followers else ()))
        if invited := self._invited(unit, actor):
            return Audience(frozenset(each.account_id for each in invited))
        shared = self._shared(unit, actor)
        return audiences.NOBODY if shared is None else audiences.of_post(unit, shared)

    def apply(self, unit: Unit, /) -> None:
        """As if it had never been done; remembered, should what is undone come later."""
        if (decision := undoing_decisions.find(unit, self, self.object)) is not None:
            undoing_decisions.apply(unit, self, decision)
        elif not self._ends_relation(unit, actor := self.performer(unit)):
            self._take_back(unit, actor)
        if self._undone:
            tombstones.bury(unit, self._undone, owner_uri=self.actor)

    def _ends_relation(self, unit: Unit, actor: Account) -> bool:
        if (followed := self._followed(unit, actor)) is not None:
            follows.remove(unit, actor.id, followed)
        elif (blocked := self._blocked(unit, actor)) is not None:
            relations.unblock(unit, actor.id, blocked)
        elif (joined := self._joined(unit, actor)) is not None:
            attendances.remove(unit, joined)
            notifications.forget(unit, "event_join", by=actor.id, post=joined.post_id)
        elif (follower := self._accepted(unit, actor)) is not None:
            follows.remove(unit, follower, actor.id)
        elif invited := self._invited(unit, actor):
            for each in invited:
                attendances.remove(unit, each)
            notifications.forget(unit, "event_invite", by=actor.id, post=invited[0].post_id)
        else:
            return False
        return True

    def _take_back(self, unit: Unit, actor: Account) -> None:
        if (reaction := self._reaction(unit, actor)) is not None:
            emoji_reactions.remove(unit, actor.id, reaction.post, reaction.emoji)
            if not emoji_reactions.count_of(unit, actor.id, reaction.post):
                notifications.forget(unit, "emoji_reaction", by=actor.id, post=reaction.post)
        elif (liked := self._liked(unit, actor)) is not None:
            reactions.remove(unit, actor.id, liked)
            notifications.forget(unit, "favourite", by=actor.id, post=liked)
        elif (pinned := self._pinned(unit, actor)) is not None:
            pins.remove(unit, actor.id, pinned)
        elif (shared := self._shared(unit, actor)) is not None:
            if shared.boost_of is not None:
                notifications.forget(unit, "reblog", by=actor.id, post=shared.boost_of)
            tombstones.remove(unit, shared, owner_uri=self.actor)

    @property
    def _undone(self) -> str:
        return str(self.object.get("id") or "")

    @property
    def _target(self) -> str:
        return str(value_or_id(self.object.get("object")) or "")

    def _followed(self, unit: Unit, actor: Account) -> AccountId | None:
        by_id = follows.by_uri(unit, self._undone, follower=actor.id)
        if by_id is not None:
            return by_id.followed_id
        if self.object.get("type") != "Follow":
            return None
        followed = accounts.by_uri(unit, self._target)
        known = follows.between(unit, actor.id, followed.id) if followed else None
        return known.followed_id if known else None

    def _accepted(self, unit: Unit, actor: Account) -> AccountId | None:
        """Whose follow the actor had granted, where the actor takes that back."""
        if self.object.get("type", "Accept") != "Accept":
            return None
        known = follows.by_acceptance(unit, self._undone, followed=actor.id) if self._undone else None
        granted = self.object.get("object")
        if known is None and granted is not None:
            with contextlib.suppress(Ignored):
                asked = granted if isinstance(granted, dict) else {"id": granted}
                known = follow_answers.find(unit, asked, answered_by=actor)
        return None if known is None else known.follower_id

    def _reaction(self, unit: Unit, actor: Account) -> Reaction | None:
        by_id = emoji_reactions.by_uri(unit, self._undone, account=actor.id)
        if by_id is not None or self._emoji is None:
            return by_id
        post = posts.by_uri(unit, self._target)
        reacted = custom_emoji.reacted(actor, self._emoji)
        known = emoji_reactions.uri_of(unit, actor.id, post.id, reacted) if post else None
        return Reaction(post.id, reacted) if post and known else None

    @property
    def _emoji(self) -> str | None:
        return emoji.read(emoji.text_of(self.object.get("content"))) if self.object.get("type") in REACTIONS else None

    def _liked(self, unit: Unit, actor: Account) -> PostId | None:
        by_id = reactions.post_by_uri(unit, self._undone, account=actor.id)
        if by_id is not None or self.object.get("type") != "Like" or self._emoji is not None:
            return by_id
        post = posts.by_uri(unit, self._target)
        return post.id if post and reactions.uri_of(unit, actor.id, post.id) else None

    def _pinned(self, unit: Unit, actor: Account) -> PostId | None:
        if self.object.get("type") != "Add" or value_or_id(self.object.get("target")) != actor.featured_uri:
            return None
        post = posts.by_uri(unit, self._target)
        return post.id if post and post.author_id == actor.id and pins.is_pinned(unit, post.id) else None

    def _blocked(self, unit: Unit, actor: Account) -> AccountId | None:
        by_id = relations.blocked_by_uri(unit, self._undone, account=actor.id) if self._undone else None
        if by_id is not None or self.object.get("type") != "Block":
            return by_id
        blocked = accounts.by_uri(unit, self._target)
        return blocked.id if blocked and relations.has_blocked(unit, actor.id, blocked.id) else None

    def _reacted_to(self, unit: Unit, actor: Account) -> PostId | None:
        reaction, joined = self._reaction(unit, actor), self._joined(unit, actor)
        if reaction is not None:
            return reaction.post
        return joined.post_id if joined is not None else self._liked(unit, actor)

    def _joined(self, unit: Unit, actor: Account) -> Attendance | None:
        by_id = attendances.by_uri(unit, self._undone) if self._undone else None
        if by_id is not None or self.object.get("type") != "Join":
            return by_id if by_id is not None and by_id.account_id == actor.id else None
        post = posts.by_uri(unit, self._target)
        return attendances.between(unit, actor.id, post.id) if post else None

    def _invited(self, unit: Unit, actor: Account) -> list[Attendance]:
        """Those who have not answered yet."""
        found = attendances.invited(unit, self._undone) if self._undone else []
        return found if found and posts.get(unit, found[0].post_id).author_id == actor.id else []

    def _shared(self, unit: Unit, actor: Account) -> Post | None:
        by_id = posts.by_uri(unit, self._undone)
        if by_id is not None and by_id.boost_of is not None and by_id.author_id == actor.id:
            return by_id
        if self.object.get("type") != "Announce":
            return None
        post = posts.by_uri(unit, self._target)
        return posts.share_by(unit, actor.id, post.id) if post else None
