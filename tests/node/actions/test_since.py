"""How what is new is gathered: a table of visits."""

from datetime import UTC, datetime

import pytest

from node.actions.since import MANY, MOST_GROUPS, SHOWN_OF_EACH, gathered
from storage.ids import AccountId, PostId
from storage.visits import Told, Visit

SINCE = datetime(2026, 11, 20, tzinfo=UTC)


def told(post: int, author: int, thread: int = 0, answers: int = 0, marks: int = 0) -> Told:
    return Told(PostId(post), AccountId(author), PostId(thread or post), None, False, answers, 0, marks)


def visit(posts: list[Told], *, more: bool = False) -> Visit:
    return Visit(SINCE, [], sorted(posts, key=lambda post: -post.id), 99, 99, more=more)


@pytest.mark.parametrize(
    ("posts", "expected"),
    [
        ([], []),
        ([told(3, 1), told(2, 1), told(1, 2)], [([3, 2], False), ([1], False)]),
        ([told(3, 1, 1), told(2, 2, 1), told(1, 1)], [([3, 2, 1], True)]),
        # Somebody who goes on in a thread of their own is no conversation.
        ([told(3, 1, 1), told(2, 1, 1), told(1, 1)], [([3, 2, 1], False)]),
        ([told(4, 1), told(3, 1, 1), told(2, 2, 1)], [([4], False), ([3, 2], True)]),
    ],
)
def test_posts_stand_together(posts: list[Told], expected: list[tuple[list[int], bool]]) -> None:
    found = gathered(visit(posts))
    assert [([post.id for post in group.posts], group.is_conversation) for group in found.groups] == expected
    assert (found.is_digest, found.left) == (False, 0)


def test_much_becomes_a_digest_of_what_was_answered_most() -> None:
    posts = [told(1000 + number, number, answers=number % 40) for number in range(MANY + 1)]
    found = gathered(visit(posts))
    assert (found.is_digest, len(found.groups), found.left) == (True, MOST_GROUPS, MANY + 1 - MOST_GROUPS)
    answers = [group.posts[0].answers for group in found.groups]
    assert answers == sorted((post.answers for post in posts), reverse=True)[:MOST_GROUPS]


def test_what_was_not_looked_at_is_said_to_be_left_out() -> None:
    found = gathered(visit([told(1, 1)], more=True))
    assert (found.is_digest, found.left) == (True, 0)


def test_the_best_posts_stand_for_their_group_in_the_order_of_writing() -> None:
    posts = [told(5, 1), told(4, 1, marks=9), told(3, 1, answers=2), told(2, 1, answers=9), told(1, 1)]
    (group,) = gathered(visit(posts)).groups
    assert (group.shown, len(group.shown)) == ([2, 3, 4], SHOWN_OF_EACH)
