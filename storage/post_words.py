"""The index of what posts say, kept by the transaction that writes the post.

    SQLite       FTS5          a table of its own kind, its words in segments; walked from the newest post down
    PostgreSQL   tsvector      a table `post_words`, with a GIN index

Both are given words that are cut and folded already (`storage.words`), each once, and know nothing of languages. Beside what a
post says stand two words that nobody can write: its author, and its node, so that a search among the posts of somebody seeks.
It is no part of what a node keeps: it can be made anew from posts, and is, where a node moves between databases.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from storage import words
from storage.ids import AccountId, PostId
from storage.store import Unit

TABLE = "post_words"
MOST_WORDS = 5_000
AT_ONCE = 1_000

ON_SQLITE = (
    f"create virtual table {TABLE} using fts5("
    """words, detail=none, columnsize=0, tokenize="ascii tokenchars '_'")"""
)
"""No places of words are kept, and no lengths: nothing is ranked, the newest comes first."""

ON_POSTGRESQL = (
    f"""
    create table {TABLE} (
        rowid bigint constraint pk_{TABLE} primary key
            constraint fk_{TABLE}_rowid references posts (id) on delete cascade,
        words tsvector not null
    )
    """,
    f"create index ix_{TABLE}_words on {TABLE} using gin (words)",
)

TO_BE_INDEXED = """
select p.id, p.uri, p.is_local, p.author_id, p.content, p.summary, coalesce(t.title, '')
from posts p left join titles t on t.post_id = p.id
where p.boost_of is null and p.id > {after} and not exists (select 1 from post_words w where w.rowid = p.id)
order by p.id limit {most}
"""

TAGS_OF_THEM = """
select t.post_id, g.name from post_tags t join tags g on g.id = t.tag_id where t.post_id > {after} and t.post_id <= {upto}
"""

Row = tuple[int, str]
Ask = Callable[[str], Sequence[Sequence[Any]]]  # Any: whatever a column holds


def add(unit: Unit, post: PostId, *, uri: str, is_local: bool, author: AccountId, texts: Iterable[str]) -> None:
    """Index a post that is being added, before the unit ends. texts: all that it says, HTML or plain."""
    sql = "insert into post_words (rowid, words) values (:post, :words)"
    unit.later(sql, post=post, words=indexed(uri, texts, is_local=is_local, author=author))


def replace(unit: Unit, post: PostId, *, uri: str, is_local: bool, author: AccountId, texts: Iterable[str]) -> None:
    """Index a post that says something else now. Arguments as for `add`."""
    forget(unit, [post])
    add(unit, post, uri=uri, is_local=is_local, author=author, texts=texts)


def forget(unit: Unit, posts: Sequence[PostId]) -> None:
    """Find these posts no more."""
    unit.each("delete from post_words where rowid = :post", [{"post": post} for post in posts])


def forget_all_of(unit: Unit, author: AccountId) -> None:
    """Find nothing of somebody any more; called while their posts are still there."""
    unit.run(
        "delete from post_words where rowid in (select id from posts where author_id = :author and boost_of is null)",
        author=author,
    )


def indexed(uri: str, texts: Iterable[str], *, is_local: bool, author: int) -> str:
    """What is kept of a post: its words, each once, and who wrote it where."""
    said = dict.fromkeys(word for text in texts for word in words.of(words.plain(text)))
    host = "" if is_local else uri.partition("://")[2].partition("/")[0]
    return " ".join([of_author(author), of_node(host), *list(said)[:MOST_WORDS]])


def of_author(author: int) -> str:
    """The word that all posts of somebody carry."""
    return f"_a{author}"


def of_node(host: str) -> str:
    """The word that all posts of a node carry. host: as in accounts, '' for this node."""
    return "_n" + re.sub(r"[^a-z0-9]", "_", host.lower())


def fill(ask: Ask, put: Callable[[list[Row]], None]) -> int:
    """Index all posts that are not in the index, a batch at a time. Returns how many there were.

    ask: runs a query.  put: takes rows of `post_words`.
    """
    after = done = 0
    while rows := ask(TO_BE_INDEXED.format(after=after, most=AT_ONCE)):
        tags: dict[int, list[str]] = {}
        for post, name in ask(TAGS_OF_THEM.format(after=after, upto=rows[-1][0])):
            tags.setdefault(post, []).append(name)
        put(
            [
                (post, indexed(uri, (*texts, *tags.get(post, ())), is_local=bool(is_local), author=author))
                for post, uri, is_local, author, *texts in rows
            ]
        )
        after, done = rows[-1][0], done + len(rows)
    return done
