"""What the members of a list write, newest first: read as the journal is (`timelines`), over other sources."""

from functools import partial

from storage.ids import AccountId, PostId
from storage.lists import PeopleList
from storage.pages import Page
from storage.store import Unit
from storage.timelines import SHOWN_OF_FOLLOWED, WANTED, candidates_sql, merged

SOURCES = """
select f.followed_id as author from list_members m join follows f on f.id = m.follow_id
where m.list_id = :list and f.accepted_at is not null
"""

CANDIDATES = candidates_sql(SOURCES, upwards=False), candidates_sql(SOURCES, upwards=True)

# Answers to oneself and to the reader always stand in a list.
ANSWERS_SHOWN = """(p.reply_to_uri is null or p.reply_to_author = p.author_id or p.reply_to_author = :reader
    or exists (select 1 from lists ls where ls.id = :list and (
        (ls.replies_policy = 'followed' and exists (
            select 1 from follows y where y.follower_id = :reader and y.followed_id = p.reply_to_author
                and y.accepted_at is not null))
        or (ls.replies_policy = 'list' and exists (
            select 1 from list_members lm join follows lf on lf.id = lm.follow_id
            where lm.list_id = :list and lf.followed_id = p.reply_to_author)))))"""

SHOWN_IN_LIST = f"{SHOWN_OF_FOLLOWED} and {ANSWERS_SHOWN} and {WANTED}"

SHOWN = f"select p.id from posts p where p.id in :ids and {SHOWN_IN_LIST} order by p.id desc"


def read(unit: Unit, reader: AccountId, known: PeopleList, page: Page) -> list[PostId]:
    """The ids of a page of a list. reader: whose list it is."""
    values = {"reader": reader, "list": known.id}
    return merged(unit, CANDIDATES, partial(_shown, unit, reader, known.id), page, **values)[0]


def _shown(unit: Unit, reader: AccountId, identifier: int, among: list[PostId]) -> list[PostId]:
    return unit.all(PostId, SHOWN, reader=reader, list=identifier, ids=among, now=unit.now) if among else []
