"""What the posts of one turn would each ask is asked once for all of them.

A turn applies many activities in one unit. Most of them are posts, and each asks who wrote it, whether it is known already,
whether somebody here follows its author, whether somebody wants to be told of it; and each has answers to it wait. On a
database at the other end of a socket that is five round trips for every post: here it is five for the turn.

**What is foreseen must still hold when its activity is applied.** An account, and who follows it, changes by its own acts (or
in other units, which might as well have come a moment later). So nothing is foreseen for somebody who does anything else in
the same turn, nor for a post that is there twice. If a post of which nothing was known comes by another way meanwhile, as by
somebody's sharing it, the database refuses the second: then the turn is taken back and done again without foresight.
"""

from collections import Counter
from collections.abc import Sequence

from federation.activities.create import Create, Foreseen
from federation.activity import Activity
from storage import accounts, follows, posts, tombstones
from storage.store import Unit


def look_ahead(unit: Unit, activities: Sequence[Activity]) -> None:
    """Ask once what these activities, which are about to be applied in this order, would ask one by one."""
    expected = _posts_alone(activities)
    if len(expected) < 2:  # noqa: PLR2004  alone, it is cheaper to ask
        return
    posts.await_answers(unit, expected)
    unknown = tombstones.unknown_among(unit, list(expected))
    authors = accounts.by_uris(unit, {expected[uri].actor for uri in unknown})
    ids = [author.id for author in authors.values()]
    followed, listened_to = follows.followed_here(unit, ids), follows.listened_to(unit, ids)
    for uri in unknown:
        create = expected[uri]
        author = authors.get(create.actor)
        if author is not None:
            create.foresee(author, Foreseen(unit, author.id in followed, author.id in listened_to))


def _posts_alone(activities: Sequence[Activity]) -> dict[str, Create]:
    """The new posts among activities whose authors do nothing but post, by their ids; each id that comes once."""
    others = {each.actor for each in activities if not isinstance(each, Create)}
    creates = [each for each in activities if isinstance(each, Create) and each.actor not in others]
    told = [(each.post_uri, each) for each in creates]
    times = Counter(uri for uri, _ in told)
    return {uri: each for uri, each in told if uri is not None and times[uri] == 1}
