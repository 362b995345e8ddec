"""People: accounts, oneself, mentions, and what stands between two."""

from collections.abc import Iterable, Sequence
from html import escape

from federation import html
from node.api.entities import emoji
from node.api.entities.communities import leading_among, lines
from node.api.entities.parts import VISIBILITY, Entity, timestamp
from node.context import Node
from node.web import assets
from node.web.languages import Language, Speech
from storage import accounts as account_rows
from storage import follows, moves, relations, staff
from storage.accounts import Account
from storage.communities import KIND
from storage.community_life import Leading
from storage.ids import AccountId
from storage.posting_defaults import Defaults
from storage.relations import Relationship
from storage.store import Unit

LABELS: dict[Language, tuple[str, ...]] = {
    "en": ("Function", "Department", "Post", "Languages", "Skills"),
    "fr": ("Fonction", "Service", "Poste", "Langues", "Compétences"),
}

ROLE_NAMES = {staff.ADMIN: "Admin", staff.MODERATOR: "Moderator"}
PERMISSIONS = {staff.ADMIN: "1", staff.MODERATOR: "1048576", staff.STAFF: "0"}


async def accounts(node: Node, reader: Account | None, found: Iterable[Account]) -> list[Entity]:
    """People, in their order."""
    del reader
    listed = list(found)
    have_moved = any(each.moved_to for each in listed)
    successors = await node.store.read(moves.successors, listed) if have_moved else {}
    have_members = any(each.kind == KIND for each in listed)
    led = await node.store.read(leading_among, listed) if have_members else {}
    return [account(node, each, successor=successors.get(each.id), led=led.get(each.id)) for each in listed]


def account(node: Node, found: Account, *, successor: Account | None = None, led: Leading | None = None) -> Entity:
    """A person, a community or a node.

    successor: the account that the person has now, where it is not this one.  led: how, where it is a community.
    """
    picture = f"{node.base_url}/media/{found.avatar}" if found.avatar else f"{node.base_url}{assets.DEFAULT_AVATAR}"
    banner = f"{node.base_url}/media/{found.header}" if found.header else f"{node.base_url}{assets.DEFAULT_HEADER}"
    entity = {
        "id": str(found.id),
        "username": found.username,
        "acct": found.handle,
        "display_name": found.display_name,
        "locked": found.locked,
        "bot": found.kind in ("Application", "Service"),
        "discoverable": found.discoverable,
        "indexable": False,
        "group": found.kind == KIND,
        "created_at": timestamp(found.created_at),
        "note": found.note,
        "url": found.url,
        "uri": found.uri,
        "avatar": picture,
        "avatar_static": picture,
        "header": banner,
        "header_static": banner,
        "followers_count": max(0, found.followers_count),
        "following_count": max(0, found.following_count),
        "statuses_count": max(0, found.posts_count),
        "last_status_at": found.last_post_at.date().isoformat() if found.last_post_at else None,
        "hide_collections": True if found.kind == KIND else None,  # members are known to members
        "noindex": True,
        "emojis": emoji.of_account(found, base_url=node.base_url) if found.emoji != account_rows.NO_EMOJI else [],
        "roles": [],
        "fields": [
            {"name": name, "value": value, "verified_at": None}
            for name, value in (*_card_lines(node, found), *lines(node, led), *found.named_fields)
        ],
    }
    if successor is not None:
        entity["moved"] = account(node, successor)
    if found.silenced_at is not None:
        entity["limited"] = True
    if found.suspended_at is not None:  # nothing of what they say is shown, here as elsewhere
        entity |= {"note": "", "fields": []}
    return {**entity, "suspended": True} if found.gone_at is not None or found.suspended_at is not None else entity


def _card_lines(node: Node, found: Account) -> list[tuple[str, str]]:
    """What somebody is looked up by, as lines of the profile in the node's language: HTML."""
    if found.card == "{}":
        return []
    card, speech = found.visiting_card, Speech(node.settings.language)
    languages = ", ".join(speech.name_of(code) for code in card.languages)
    parts = (card.function, card.department, card.place, languages, ", ".join(card.skills))
    return [(label, escape(part)) for label, part in zip(LABELS[speech.language], parts, strict=True) if part]


def typed_fields(me: Account) -> list[tuple[str, str]]:
    """The lines of one's profile as text, to be edited."""
    return [(name, html.plain_text(value)) for name, value in me.named_fields]


def own_account(entity: Entity, me: Account, *, role: str, defaults: Defaults, requests: int) -> Entity:
    """The person who asks: CredentialAccount. entity: their account.  defaults: how their posts begin.  requests: how many wait to follow them."""
    return {
        **entity,
        "source": {
            "privacy": VISIBILITY[defaults.reach],
            "sensitive": defaults.sensitive,
            "language": defaults.language,
            "note": me.note_source,
            "fields": [{"name": name, "value": value, "verified_at": None} for name, value in typed_fields(me)],
            "follow_requests_count": requests,
            "hide_collections": None,
            "discoverable": me.discoverable,
            "indexable": False,
            "attribution_domains": [],
            "quote_policy": defaults.quotable,
        },
        "role": role_entity(role),
    }


def role_entity(name: str) -> Entity:
    """A role as apps read it. name: one of `staff.ROLES`."""
    return {
        "id": "-99" if name == staff.STAFF else str(staff.ROLES.index(name)),
        "name": ROLE_NAMES.get(name, ""),
        "permissions": PERMISSIONS[name],
        "color": "",
        "highlighted": False,
    }


def mention(named: Account) -> Entity:
    """A person whom a text names."""
    return {"id": str(named.id), "username": named.username, "url": named.url, "acct": named.handle}


def relationship(found: Relationship) -> Entity:
    """What stands between the reader and somebody."""
    return {
        "id": str(found.id),
        "following": found.following,
        "showing_reblogs": found.following and found.showing_shares,
        "notifying": found.following and found.notifying,
        "languages": follows.listed_languages(found.languages) or None,
        "followed_by": found.followed_by,
        "blocking": found.blocking,
        "blocked_by": found.blocked_by,
        "muting": found.muting,
        "muting_notifications": found.muting_notifications,
        "requested": found.requested,
        "requested_by": found.requested_by,
        "domain_blocking": found.hiding_node,
        "endorsed": found.endorsed,
        "note": found.note,
    }


async def relationships(node: Node, reader: Account, ids: Sequence[AccountId]) -> list[Entity]:
    """What stands between the reader and each of these, in the order asked for; unknown ids are left out."""
    known, found = await node.store.read(_relations, reader.id, ids)
    return [relationship(found[identifier]) for identifier in ids if identifier in known]


def _relations(
    unit: Unit, reader: AccountId, ids: Sequence[AccountId]
) -> tuple[dict[AccountId, Account], dict[AccountId, Relationship]]:
    return account_rows.by_ids(unit, ids), relations.of_each(unit, reader, ids)
