"""What is written to some people alone, as each of them has it before them: by conversation, the latest first.

There is nothing to keep: a conversation is there for whoever wrote one of its posts, or is addressed in one, and its id is
that of its thread. What a person has read and put away is noted in `storage.thread_marks`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from storage.ids import AccountId, PostId
from storage.pages import Page, paged
from storage.post_people import Named
from storage.posts import SELECT, Post
from storage.store import Unit
from storage.visibility import MUTED, VISIBLE_TO

THEIRS = (
    "(p.author_id = :reader or exists (select 1 from post_people t where t.post_id = p.id and t.account_id = :reader))"
)

SHOWN = f"p.reach = 4 and {THEIRS} and {VISIBLE_TO} and not {MUTED}"

NEWER = re.sub(r"\bp[.]", "n.", SHOWN)

# The latest post of each conversation stands for it.
LATEST = f"""
select p.id, p.thread_id, p.author_id, coalesce(k.read_upto, 0) from posts p
left join thread_marks k on k.account_id = :reader and k.thread_id = p.thread_id
where p.id in (
        select w.post_id from post_people w where w.account_id = :reader
        union all select x.id from posts x where x.author_id = :reader and x.reach = 4)
    and {SHOWN} and not exists (select 1 from posts n where n.thread_id = p.thread_id and n.id > p.id and {NEWER})
"""

LISTED = f"{LATEST} and p.id > coalesce(k.removed_upto, 0)"


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation, as somebody has it before them. last: its latest post.  by: who wrote that.

    read_upto: the latest post that the person has seen, 0 for none.
    """

    last: PostId
    thread: PostId
    by: AccountId
    read_upto: PostId

    def is_unread(self, reader: AccountId) -> bool:
        """Whether somebody else has written since the reader last looked."""
        return self.by != reader and self.last > self.read_upto


def of(unit: Unit, reader: AccountId, page: Page) -> list[Conversation]:
    """A person's conversations, the latest first; paged by their latest posts."""
    return paged(unit, Conversation, LISTED, "p.id", page, reader=reader, now=unit.now)


def one(unit: Unit, reader: AccountId, thread: PostId) -> Conversation | None:
    """One of a person's conversations, unless it is put away."""
    return unit.one(Conversation, f"{LISTED} and p.thread_id = :thread", reader=reader, thread=thread, now=unit.now)


def one_of_all(unit: Unit, reader: AccountId, thread: PostId) -> Conversation | None:
    """The same, also when it is put away."""
    return unit.one(Conversation, f"{LATEST} and p.thread_id = :thread", reader=reader, thread=thread, now=unit.now)


def posts_of(unit: Unit, reader: AccountId, thread: PostId, page: Page) -> list[Post]:
    """What was written in one of a person's conversations to them and some others alone, the newest first."""
    sql = f"{SELECT} where p.thread_id = :thread and {SHOWN}"
    return paged(unit, Post, sql, "p.id", page, thread=thread, reader=reader, now=unit.now)


def holds(unit: Unit, reader: AccountId, thread: PostId, post: PostId) -> bool:
    """Whether a post stands in one of a person's conversations."""
    sql = f"select p.id from posts p where p.id = :post and p.thread_id = :thread and {SHOWN}"
    return unit.one(PostId, sql, post=post, thread=thread, reader=reader, now=unit.now) is not None


def addressed(unit: Unit, posts: Iterable[PostId]) -> list[Named]:
    """To whom each of these posts is addressed by name."""
    sql = "select post_id, account_id from post_people where post_id in :ids order by post_id, account_id"
    return unit.all(Named, sql, ids=list(posts))
