"""People, and the node's own actor: everybody who can act, on this node and on others.

An account of this node has host '' and the kind it was made with; an account of a peer is a copy of the actor document
that its node serves, refreshed when that node says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import orjson

from storage import cards
from storage.cards import Card
from storage.errors import Conflict, NotFound
from storage.events import AccountChanged, AccountLeft
from storage.ids import AccountId, Host
from storage.store import Unit

NODE_ACTOR_KIND = "Application"
NO_EMOJI = "{}"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can act. Columns in the order of `COLUMNS`.

    avatar, header: the names of their pictures (`storage.media`), '' where there is none.  emoji: see `shown_emoji`, JSON.
    """

    id: AccountId
    uri: str
    host: str
    username: str
    kind: str
    display_name: str
    note: str
    note_source: str
    fields: str
    url: str
    inbox: str
    shared_inbox: str
    outbox: str
    followers_uri: str
    following_uri: str
    locked: bool
    discoverable: bool
    created_at: datetime
    refreshed_at: datetime
    gone_at: datetime | None
    followers_count: int
    following_count: int
    posts_count: int
    last_post_at: datetime | None
    featured: str
    also_known_as: str
    moved_to: str | None
    moved_at: datetime | None
    suspended_at: datetime | None
    silenced_at: datetime | None
    sensitized_at: datetime | None
    avatar: str
    header: str
    card: str
    emoji: str

    @property
    def is_local(self) -> bool:
        """Whether this node keeps the original of this account."""
        return not self.host

    @property
    def handle(self) -> str:
        """`name` here, `name@host` elsewhere."""
        return f"{self.username}@{self.host}" if self.host else self.username

    @property
    def featured_uri(self) -> str:
        """The id of the collection of what is pinned; '' where there is none."""
        return f"{self.uri}/featured" if self.is_local else self.featured

    @property
    def aliases(self) -> list[str]:
        """The actor ids under which the same person is known, as they say themselves."""
        return [str(uri) for uri in orjson.loads(self.also_known_as)]

    @property
    def named_fields(self) -> list[tuple[str, str]]:
        """The lines of the profile: name and value."""
        return [(name, value) for name, value in orjson.loads(self.fields)]

    @property
    def shown_emoji(self) -> dict[str, str]:
        """The names of the custom emoji in their name and profile, and of the files of their pictures."""
        return {} if self.emoji == NO_EMOJI else orjson.loads(self.emoji)

    @property
    def visiting_card(self) -> Card:
        """What colleagues look them up by."""
        return cards.read(self.card)


@dataclass(frozen=True, slots=True)
class Profile:
    """What an actor says of itself: the part of an account that a refresh may change."""

    username: str
    display_name: str
    note: str
    fields: Sequence[tuple[str, str]]
    url: str
    inbox: str
    shared_inbox: str
    outbox: str
    followers_uri: str
    following_uri: str
    locked: bool
    discoverable: bool
    note_source: str = ""
    featured: str = ""
    also_known_as: Sequence[str] = ()
    moved_to: str | None = None
    card: Card = cards.EMPTY


NAMES = (
    "id, uri, host, username, kind, display_name, note, note_source, fields, url, inbox, shared_inbox, outbox, "
    "followers_uri, following_uri, locked, discoverable, created_at, refreshed_at, gone_at, followers_count, "
    "following_count, posts_count, last_post_at, featured, also_known_as, moved_to, moved_at, suspended_at, "
    "silenced_at, sensitized_at, avatar, header, card, emoji"
)
COLUMNS = ", ".join(f"a.{name}" for name in NAMES.split(", "))
SELECT = f"select {COLUMNS} from accounts a"

BY_IDS = f"{SELECT} where a.id in :ids"

ADD = """
insert into accounts (id, uri, host, username, kind, display_name, note, note_source, fields, url, inbox, shared_inbox,
    outbox, followers_uri, following_uri, locked, discoverable, created_at, refreshed_at, document, featured,
    also_known_as, moved_to, card)
values (:id, :uri, :host, :username, :kind, :display_name, :note, :note_source, :fields, :url, :inbox, :shared_inbox,
    :outbox, :followers_uri, :following_uri, :locked, :discoverable, :now, :now, :document, :featured,
    :also_known_as, cast(:moved_to as text), :card)
"""
REFRESH = """
update accounts set username = :username, display_name = :display_name, note = :note, note_source = :note_source,
    fields = :fields, url = :url, inbox = :inbox, shared_inbox = :shared_inbox, outbox = :outbox,
    followers_uri = :followers_uri, following_uri = :following_uri, locked = :locked, discoverable = :discoverable,
    refreshed_at = :now, document = :document, featured = :featured, also_known_as = :also_known_as,
    moved_to = cast(:moved_to as text), card = :card
where id = :id
"""


def by_id(unit: Unit, identifier: AccountId) -> Account | None:
    """The account with this id, if there is one."""
    return unit.one(Account, f"{SELECT} where a.id = :id", id=identifier)


def get(unit: Unit, identifier: AccountId) -> Account:
    """The account with this id. Raises NotFound."""
    found = by_id(unit, identifier)
    if found is None:
        raise NotFound
    return found


def document_of(unit: Unit, identifier: AccountId) -> str | None:
    """What the node of somebody elsewhere said of them, as it was received, JSON; None for people of this node."""
    sql = "select document from accounts where id = :id and document is not null"
    return unit.one(str, sql, id=identifier)


def by_ids(unit: Unit, identifiers: Iterable[AccountId]) -> dict[AccountId, Account]:
    """The accounts with these ids, by id; unknown ids are left out."""
    chosen = list(set(identifiers))
    found = unit.all(Account, BY_IDS, ids=chosen)
    return {account.id: account for account in found}


def by_uri(unit: Unit, uri: str) -> Account | None:
    """The account with this actor id, if it is known here."""
    return unit.one(Account, f"{SELECT} where a.uri = :uri", uri=uri)


def by_uris(unit: Unit, uris: Iterable[str]) -> dict[str, Account]:
    """The accounts with these actor ids, by actor id; unknown ones are left out."""
    chosen = list(set(uris))
    found = unit.all(Account, f"{SELECT} where a.uri in :uris", uris=chosen)
    return {account.uri: account for account in found}


def by_handle(unit: Unit, username: str, host: str = "") -> Account | None:
    """The account with this name on this host ('' is this node), whatever the case of its letters."""
    condition = "where lower(a.username) = :username and a.host = :host"
    return unit.one(Account, f"{SELECT} {condition}", username=username.lower(), host=host)


def by_address(unit: Unit, address: str) -> Account | None:
    """The account with this actor id, or with this page for people."""
    sql = f"{SELECT} where a.uri = :address union all {SELECT} where a.url = :address limit 1"
    return unit.one(Account, sql, address=address)


def alone_at_inbox(unit: Unit, host: Host, inbox: str) -> AccountId | None:
    """Whose inbox this is, if it is that of one account of this host and of no other."""
    sql = "select id, inbox from accounts where host = :host and (inbox = :inbox or shared_inbox = :inbox) limit 2"
    found = unit.all(_AtInbox, sql, host=host, inbox=inbox)
    return found[0].id if len(found) == 1 and found[0].inbox == inbox else None


@dataclass(frozen=True, slots=True)
class _AtInbox:
    id: AccountId
    inbox: str


def node_actor(unit: Unit) -> Account:
    """The account in whose name the node itself speaks. Raises NotFound before `add_node_actor`."""
    found = unit.one(Account, f"{SELECT} where a.host = '' and a.kind = :kind", kind=NODE_ACTOR_KIND)
    if found is None:
        raise NotFound
    return found


def add_local(unit: Unit, *, username: str, display_name: str, base_url: str, kind: str = "Person") -> Account:
    """Make an account of this node. Raises Conflict when the name is taken, also by somebody who left.

    username: `[a-z0-9_.-]{1,30}`.  base_url: the node's public address without a closing slash.
    """
    if by_handle(unit, username) is not None:
        message = f"The name {username} is taken."
        raise Conflict(message)
    identifier = AccountId(unit.new_id())
    # The actor id carries the opaque id, not the name: it is never given to anybody else.
    uri = f"{base_url}/users/{identifier}"
    profile = _profile_at(uri, username, display_name, url=f"{base_url}/@{username}", base_url=base_url)
    return _add(unit, identifier, uri=uri, host="", kind=kind, profile=profile, document=None)


def add_node_actor(unit: Unit, *, username: str, display_name: str, base_url: str) -> Account:
    """Make the account of the node itself, id `<base_url>/actor`. It takes no followers by itself and is not listed."""
    uri = f"{base_url}/actor"
    profile = replace(
        _profile_at(uri, username, display_name, url=f"{base_url}/", base_url=base_url), locked=True, discoverable=False
    )
    identifier = AccountId(unit.new_id())
    return _add(unit, identifier, uri=uri, host="", kind=NODE_ACTOR_KIND, profile=profile, document=None)


def _profile_at(uri: str, username: str, display_name: str, *, url: str, base_url: str) -> Profile:
    """An empty profile whose parts lie below its actor id."""
    return Profile(
        username=username,
        display_name=display_name,
        note="",
        fields=(),
        url=url,
        inbox=f"{uri}/inbox",
        shared_inbox=f"{base_url}/inbox",
        outbox=f"{uri}/outbox",
        followers_uri=f"{uri}/followers",
        following_uri=f"{uri}/following",
        locked=False,
        discoverable=True,
    )


def keep_remote(
    unit: Unit, *, uri: str, host: Host, kind: str, profile: Profile, document: str, takes_name: bool = False
) -> Account:
    """Keep what a peer says of one of its actors: a new account, or the known one refreshed. Whoever has left stays as they are.

    document: the actor as received, JSON.  takes_name: whether the name is proved to be this actor's; then it leaves the
    account that had it. Otherwise a name that is somebody else's here stays theirs, and this one is called differently.
    """
    known = by_uri(unit, uri)
    if known is not None and known.gone_at is not None:
        return known
    new = AccountId(unit.new_id())
    holder = by_handle(unit, profile.username, host)
    if holder is not None and holder.uri != uri:
        if takes_name or holder.gone_at is not None:
            _rename(unit, holder, f"{holder.username}.{holder.id}")
        else:
            profile = replace(profile, username=known.username if known else f"{profile.username}.{new}")
    if known is None:
        return _add(unit, new, uri=uri, host=host, kind=kind, profile=profile, document=document)
    unit.run(REFRESH, id=known.id, document=document, now=unit.now, **_columns(profile))
    unit.after_commit(AccountChanged(known.id))
    return _indexed(unit, get(unit, known.id))


def change_profile(
    unit: Unit,
    account: AccountId,
    *,
    display_name: str,
    note: str,
    note_source: str,
    fields: Sequence[tuple[str, str]],
    locked: bool,
    discoverable: bool,
) -> Account:
    """Change what an account of this node says of itself; note is safe HTML, note_source what was typed."""
    sql = """
    update accounts set display_name = :display_name, note = :note, note_source = :note_source, fields = :fields,
        locked = :locked, discoverable = :discoverable, refreshed_at = :now where id = :id
    """
    unit.run(
        sql,
        id=account,
        display_name=display_name,
        note=note,
        note_source=note_source,
        fields=orjson.dumps([list(pair) for pair in fields]).decode(),
        locked=int(locked),
        discoverable=int(discoverable),
        now=unit.now,
    )
    unit.after_commit(AccountChanged(account))
    return _indexed(unit, get(unit, account))


def change_card(unit: Unit, account: AccountId, *, display_name: str, card: Card) -> Account:
    """Change what an account of this node is called, and is looked up by."""
    sql = "update accounts set display_name = :name, card = :card, refreshed_at = :now where id = :id"
    unit.run(sql, id=account, name=display_name, card=cards.kept(card), now=unit.now)
    unit.after_commit(AccountChanged(account))
    return _indexed(unit, get(unit, account))


def note_change(unit: Unit, account: AccountId) -> Account:
    """Note that something has changed of an account of this node of which others are told now; returns it. Raises NotFound."""
    unit.run("update accounts set refreshed_at = :now where id = :id", id=account, now=unit.now)
    return get(unit, account)


def document(unit: Unit, account: AccountId) -> str | None:
    """What the node of an account has said of it last, JSON; None for accounts of this node."""
    return unit.one(str, "select document from accounts where id = :id and document is not null", id=account)


def unlist(unit: Unit, uri: str) -> None:
    """Somebody of another node is no longer to be found there."""
    unit.run("update accounts set discoverable = 0 where uri = :uri and host <> ''", uri=uri)


def mark_gone(unit: Unit, account: AccountId) -> None:
    """Somebody left for good: nothing is sent to them and nobody finds them any more."""
    unit.run("update accounts set gone_at = :now where id = :id and gone_at is null", id=account, now=unit.now)
    unit.run("delete from follows where follower_id = :id or followed_id = :id", id=account)
    unit.run("update media set place = 0, loose_at = 0 where owner_id = :id and place in (1, 2)", id=account)
    unit.run("update accounts set avatar = '', header = '' where id = :id", id=account)
    cards.revise(unit, account)
    unit.after_commit(AccountLeft(account))


def _rename(unit: Unit, account: Account, username: str) -> None:
    unit.run("update accounts set username = :name where id = :id", id=account.id, name=username)
    unit.after_commit(AccountChanged(account.id))


def _add(
    unit: Unit, identifier: AccountId, *, uri: str, host: str, kind: str, profile: Profile, document: str | None
) -> Account:
    unit.run(ADD, id=identifier, uri=uri, host=host, kind=kind, now=unit.now, document=document, **_columns(profile))
    return _indexed(unit, get(unit, identifier))


def _indexed(unit: Unit, account: Account) -> Account:
    """The same account, found by what is known of it now."""
    cards.index(
        unit,
        account.id,
        username=account.username,
        host=account.host,
        display_name=account.display_name,
        card=account.visiting_card,
        purpose=account.note if account.kind == "Group" else "",
    )
    return account


def _columns(profile: Profile) -> dict[str, str | int | None]:
    return {
        "username": profile.username,
        "display_name": profile.display_name,
        "note": profile.note,
        "note_source": profile.note_source,
        "fields": orjson.dumps([list(pair) for pair in profile.fields]).decode(),
        "url": profile.url,
        "inbox": profile.inbox,
        "shared_inbox": profile.shared_inbox,
        "outbox": profile.outbox,
        "followers_uri": profile.followers_uri,
        "following_uri": profile.following_uri,
        "locked": int(profile.locked),
        "discoverable": int(profile.discoverable),
        "featured": profile.featured,
        "also_known_as": orjson.dumps(list(profile.also_known_as)).decode(),
        "moved_to": profile.moved_to,
        "card": cards.kept(profile.card),
    }
