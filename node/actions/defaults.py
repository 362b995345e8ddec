"""How one's posts begin, in apps and on the pages. What is said with a post always wins."""

from dataclasses import replace

from node.actions import people
from node.context import Node
from node.errors import Invalid
from node.memory import tags
from storage import posting_defaults, quote_policies
from storage.accounts import Account
from storage.posting_defaults import Defaults
from storage.visibility import Reach

REACHES = (Reach.ALL_NODES, Reach.UNLISTED, Reach.FOLLOWERS)
"""How far posts may go that say nothing else. Not `NODE`: apps know no such word, and would say something wider with each post."""

LONGEST_LANGUAGE = 16


async def of(node: Node, me: Account) -> Defaults:
    """How one's posts begin. Whoever was let in has waited for `store.up_to_date()`."""
    shelf, since = node.memory.defaults, node.memory.changes.now
    found = shelf.get(me.id)
    if found is None:
        found = await node.store.read(posting_defaults.of, me.id)
        shelf.keep(me.id, found, since=since, made_of=(tags.staff(me.id),))
    return found


async def choose(node: Node, me: Account, chosen: Defaults) -> None:
    """Have one's posts begin so. chosen: as typed.  Raises Invalid."""
    await node.store.write(posting_defaults.choose, me.id, checked(chosen))


def checked(chosen: Defaults) -> Defaults:
    """The same, if posts can begin so. chosen: an empty language follows that of the pages.  Raises Invalid."""
    if chosen.reach not in REACHES:
        sentence = (
            "Posts that say nothing else go to all nodes or to followers: choose any other readers with each post"
        )
        raise Invalid("reach", "ERR_INCLUSION", sentence)
    language = (chosen.language or "").strip()
    if language and (len(language) > LONGEST_LANGUAGE or not people.LANGUAGE.fullmatch(language.lower())):
        raise Invalid("language", "ERR_INVALID", "Languages are codes such as fr or en")
    if chosen.quotable not in quote_policies.GROUPS:
        raise Invalid("quotable", "ERR_INCLUSION", "Who may quote is public, followers or nobody")
    return replace(chosen, language=language or None)
