"""What the members of a list write, or a community shares, newest first: read as the journal is (`timelines`), over other sources."""

from functools import partial

from storage.ids import AccountId, PostId
from storage.lists import PeopleList
from storage.pages import Page
from storage.store import Unit
from storage.timelines import LANGUAGE_WANTED, SHOWN_OF_FOLLOWED, WANTED, candidates_sql, merged

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


# ---- of a community ---------------------------------------------------------------------------------------------------

OF_COMMUNITY = """
select f.followed_id as author from follows f
where f.follower_id = :reader and f.followed_id = :community and f.accepted_at is not null
"""

IN_COMMUNITY = candidates_sql(OF_COMMUNITY, upwards=False), candidates_sql(OF_COMMUNITY, upwards=True)

# A community does nothing but share: who wants no shares of it at home reads them here.
SHOWN_IN_COMMUNITY = f"{SHOWN_OF_FOLLOWED} and {LANGUAGE_WANTED}"

OF_IT = f"select p.id from posts p where p.id in :ids and {SHOWN_IN_COMMUNITY} order by p.id desc"


def read_of_community(unit: Unit, reader: AccountId, community: AccountId, page: Page) -> list[PostId]:
    """The ids of a page of what a community shares, which the reader has joined; nothing for others."""
    shown = partial(_shown_of_community, unit, reader)
    return merged(unit, IN_COMMUNITY, shown, page, reader=reader, community=community)[0]


def _shown_of_community(unit: Unit, reader: AccountId, among: list[PostId]) -> list[PostId]:
    return unit.all(PostId, OF_IT, reader=reader, ids=among, now=unit.now) if among else []
