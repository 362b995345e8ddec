"""Found a community and lead it.

Whoever founds one leads it and is its first member. A community has a name among the people of its node, and is followed,
named and written to like a person.
"""

from dataclasses import dataclass

from federation import communities as terms
from node.actions import markup, people
from node.actions.staff import LONGEST_NAME, RESERVED, usable_username
from node.context import Node
from node.errors import Invalid
from storage import accounts, audit, communities
from storage.accounts import Account
from storage.errors import Conflict
from storage.store import Unit

LONGEST_PURPOSE = 2_000


@dataclass(frozen=True, slots=True)
class Founding:
    """What a community shall be.

    username: by which it is named, as a person is.  name: what it is called.  purpose: what it is for, Markdown.
    closed: its managers decide who comes in.  is_for_members: what is written in it is read by its members only.
    managers_write_only: only its managers begin conversations.
    """

    username: str
    name: str
    purpose: str = ""
    closed: bool = False
    is_for_members: bool = False
    managers_write_only: bool = False


async def found(node: Node, founder: Account, wanted: Founding, *, source: str) -> Account:
    """Found a community of this node; its founder leads it and is its first member. source: for the audit.

    founder: of this node.  Raises Invalid: a name that cannot be taken or is taken, or a purpose that is too long.
    """
    username = usable_username(wanted.username, reserved=RESERVED)
    name = " ".join(wanted.name.split())
    if not name:
        raise Invalid("name", "ERR_BLANK", "A community has a name")
    if len(name) > LONGEST_NAME:
        raise Invalid("name", "ERR_TOO_LONG", f"A name has at most {LONGEST_NAME} characters")
    if len(wanted.purpose) > LONGEST_PURPOSE:
        raise Invalid("purpose", "ERR_TOO_LONG", f"The purpose has at most {LONGEST_PURPOSE} characters")
    note = markup.render(wanted.purpose, mentions={}, tag_url=lambda tag: f"{node.base_url}/tags/{tag.lower()}")
    return await node.store.write(_found, node.base_url, founder, wanted, username, name, note, source=source)


def _found(
    unit: Unit,
    base_url: str,
    founder: Account,
    wanted: Founding,
    username: str,
    name: str,
    note: str,
    *,
    source: str,
) -> Account:
    try:
        made = accounts.add_local(unit, username=username, display_name=name, base_url=base_url, kind=communities.KIND)
    except Conflict as error:
        raise Invalid("username", "ERR_TAKEN", f"The name {username} is taken. Choose another.") from error
    community = accounts.change_profile(
        unit,
        made.id,
        display_name=name,
        note=note,
        note_source=wanted.purpose,
        fields=(),
        locked=wanted.closed,
        discoverable=True,
    )
    communities.keep(
        unit,
        community.id,
        is_for_members=wanted.is_for_members,
        managers_write_only=wanted.managers_write_only,
        managers_uri=terms.managers_uri(community),
    )
    communities.add_manager(unit, community.id, founder.id)
    people.join(unit, founder, community)
    audit.add(unit, who=founder.username, source=source, act="community.found", subject=username)
    return community
