"""Flag: a node points the moderators of another one to somebody who works there (as Mastodon has it).

It is sent by the node's own actor, so that nobody learns who complained, and only to the node of the person reported. What
comes in becomes a case for moderators; the person reported is not told.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator

from federation import html
from federation.activity import Activity
from federation.audience import Audience
from federation.errors import Ignored, NotAllowed
from federation.vocabulary import Text, Uris
from storage import accounts, notifications, posts, reports
from storage.accounts import NODE_ACTOR_KIND, Account
from storage.errors import NotFound
from storage.ids import PostId
from storage.store import Unit

LONGEST_COMMENT = 5_000
MOST_POSTS = 40
MOST_OPEN = 200
"""Of cases that one actor elsewhere opened; the next ones wait until moderators have closed some."""


def _said(value: object) -> object:
    return value if isinstance(value, str) else ""


class Flag(Activity):
    """A person is reported, with posts of theirs."""

    type: Literal["Flag"] = "Flag"
    object: Uris  # the person, and the posts that it is about, in any order
    content: Annotated[Text, BeforeValidator(_said)] = ""

    def authorize(self, unit: Unit, /) -> None:
        """From another node, about somebody of this one; from here, by the node alone, about somebody elsewhere.

        Raises NotAllowed, NotFound; Ignored: nobody of this node, or there are too many already.
        """
        actor = self.performer(unit)
        reported = self._reported(unit)
        if actor.is_local and actor.kind != NODE_ACTOR_KIND:
            raise NotAllowed(self.actor, reported.uri, "not-the-node")
        if reported.is_local == actor.is_local or reported.kind == NODE_ACTOR_KIND:
            raise Ignored("not-ours" if not actor.is_local else "ours")
        if not actor.is_local and reports.open_by(unit, actor.id) >= MOST_OPEN:
            raise Ignored("too-many-reports")

    def audience(self, unit: Unit, /) -> Audience:
        """The node of the person reported."""
        return Audience(frozenset({self._reported(unit).id}))

    def apply(self, unit: Unit, /) -> None:
        """Open a case, and tell moderators. A report that goes out from here has its case already."""
        actor, reported = self.performer(unit), self._reported(unit)
        if actor.is_local:
            return
        opened = reports.add(
            unit,
            uri=self.id,
            by=actor.id,
            target=reported.id,
            comment=html.plain_text(self.content)[:LONGEST_COMMENT],
            posts=self._posts(unit, reported),
        )
        if opened is not None:
            notifications.tell_moderators(unit, report=opened.id, by=actor.id, reported=reported.id)

    def _named(self) -> tuple[str, ...]:
        return self.object[: MOST_POSTS + 1]

    def _reported(self, unit: Unit) -> Account:
        """The person, named themselves or by their posts. Raises NotFound."""
        people = accounts.by_uris(unit, self._named())
        for uri in self._named():
            if uri in people:
                return people[uri]
        first = next((post for uri in self._named()[:1] if (post := posts.by_uri(unit, uri)) is not None), None)
        if first is None:
            raise NotFound
        return accounts.get(unit, first.author_id)

    def _posts(self, unit: Unit, reported: Account) -> list[PostId]:
        return reports.posts_among(unit, self._named(), author=reported.id)
