"""Lists of posts, newest first."""

from collections.abc import Sequence
from functools import partial

from node.api import entities
from node.api.answers import Answerable, Paged
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.lasting import again
from node.api.parameters import Page, Several
from node.memory import tags
from storage import timelines
from storage.posts import Post
from storage.timelines import Tags


class Public(Page):
    """Which of the posts for everybody are wanted."""

    local: bool = False
    remote: bool = False
    only_media: bool = False


class Tagged(Public):
    """Which of the posts with a tag are wanted: with one of these as well, with all of these besides, with none of these."""

    any: Several[str] = []  # noqa: RUF012  pydantic copies defaults
    all: Several[str] = []  # noqa: RUF012  as above
    none: Several[str] = []  # noqa: RUF012  as above

    def tags(self, name: str) -> Tags:
        """The same in the terms of storage. name: the tag in the path."""
        one_of, all_of, none_of = ([each.lstrip("#") for each in names] for names in (self.any, self.all, self.none))
        return Tags([name.lstrip("#"), *one_of], all_of, none_of)

    @property
    def is_local(self) -> bool | None:
        """Only from here, only from others, or both."""
        return None if self.local == self.remote else self.local


@endpoint("GET", "/api/v1/timelines/home", scope="read:statuses")
async def home(caller: Caller, query: Page) -> Answerable:
    """Posts of the people whom one follows, and one's own."""
    memory, part = caller.node.memory, query.part
    since = memory.changes.now
    ids = await memory.journals.page(caller.me.id, part, learn=partial(entities.learn, caller.node))
    shown = await entities.chosen(caller.node, caller.me, ids, where="home")
    page = Paged.by(shown.fragments(), ids)
    if not part.begins_at_the_top or not memory.journals.keeps(caller.me.id):
        return page
    made_of = shown.made_of | {tags.home(caller.me.id)}
    return again(caller, page, made_of=made_of, since=since, until=memory.journals.until(caller.me.id))


@endpoint("GET", "/api/v1/timelines/public", scope="read:statuses")
async def public(caller: Caller, query: Public) -> Answerable:
    """Posts for all nodes: of this node, of the others, or of all."""
    read = timelines.this_node if query.local else timelines.other_nodes if query.remote else timelines.all_nodes
    return await _paged(
        caller, await caller.node.store.read(read, caller.me.id, query.part, only_media=query.only_media)
    )


@endpoint("GET", "/api/v1/timelines/tag/{name}", scope="read:statuses")
async def tagged(caller: Caller, query: Tagged, *, name: str) -> Answerable:
    """Posts that carry a tag."""
    found = await caller.node.store.read(
        timelines.tagged,
        caller.me.id,
        query.tags(name),
        query.part,
        is_local=query.is_local,
        only_media=query.only_media,
    )
    return await _paged(caller, found)


async def _paged(caller: Caller, found: Sequence[Post]) -> Paged:
    shown = await entities.written(caller.node, caller.me, found, where="public")
    return Paged.by(shown.fragments(), [post.id for post in found])
