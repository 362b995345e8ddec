"""Fetch what is not here yet: actors, and posts with what they answer, from their own nodes and nowhere else.

What is for the members of a community is had from the community's node where its own gives it to nobody, if it is proven (`copies`).

Every fetch is signed, goes to allowed peers only, and counts against the budget of whatever caused it.
"""

from contextlib import suppress

from federation import (
    actors,
    ballots,
    collections,
    conversations,
    departures,
    discovery,
    notes,
    on_behalf,
    quoting,
    restoring,
)
from federation.activities import create, delete, update
from federation.activity import Activity
from federation.audience import named_in
from federation.client import Budget, Client, references
from federation.copies import Copies, Prove
from federation.errors import (
    BadDocument,
    BadHost,
    FetchFailed,
    ForbiddenAddress,
    Ignored,
    Malformed,
    NotAllowed,
    NotThere,
    Unreachable,
)
from federation.hosts import same_origin
from federation.strict_json import JsonObject
from federation.vocabulary import ACTOR_TYPES, types_of, value_or_id
from storage import accounts, communities, posts, tombstones
from storage.accounts import NODE_ACTOR_KIND, Account
from storage.errors import Conflict, NotFound
from storage.events import ThreadTorn
from storage.ids import Host
from storage.posts import Post
from storage.store import Store, Unit

DEEPEST_REPLY_CHAIN = 10
MOST_KEYS_APART = 3
"""Of one actor: keys that have documents of their own, and are asked for there."""

MOST_MANAGERS = 50
"""Of one community."""
NO_LEADERS = (NODE_ACTOR_KIND, communities.KIND)

ACTS = frozenset({"Like", "EmojiReact", "Undo"})
"""What has an effect by itself wherever it is found, and names nothing that must be read first."""


class Gathering:
    """Brings actors and posts of peers into the store."""

    def __init__(self, store: Store, client: Client, *, prove: Prove) -> None:
        """prove: who vouches for a document, as `PeerKeys.prove`."""
        self._store = store
        self._client = client
        self._copies = Copies(store, client, prove)

    async def actor(self, uri: str, *, budget: Budget) -> Account:
        """Fetch an actor, known already or not, and keep what its node says now: also that it is no more. Raises Unreachable."""
        found = await self._kept(await self._shown(uri, budget=budget), budget=budget)
        await self._led(found, budget=budget)
        return found

    async def owner_of_key(self, uri: str, *, budget: Budget) -> Account:
        """Fetch whoever has a key, and keep what their node says now: also where the key has a document of its own.

        uri: the key's, without a fragment.  Whether the actor shows the key is the caller's to see. Raises Unreachable.
        """
        document = await self._shown(uri, budget=budget)
        if types_of(document) & ACTOR_TYPES:
            return await self._kept(document, budget=budget)
        owner = value_or_id(document.get("owner") or document.get("controller"))
        if not isinstance(owner, str) or owner == uri:
            raise BadDocument(uri, code="no-owner")
        return await self._kept(await self._shown(owner, budget=budget), budget=budget, key=document)

    async def known_actor(self, uri: str, *, budget: Budget) -> Account:
        """An actor from here, fetched only when it is not. Raises Unreachable."""
        found = await self._store.read(accounts.by_uri, uri)
        return found if found is not None else await self.actor(uri, budget=budget)

    async def anything(self, uri: str, *, answered_by: JsonObject | None = None, budget: Budget) -> Account | Post:
        """Fetch an actor or a post, whichever the id turns out to be; of a stamp, the post that it lets others quote.

        answered_by: the post that answers it, if that is why it is wanted.  Raises Unreachable.
        """
        document = await self.document(uri, beside=answered_by, budget=budget)
        if types_of(document) & ACTOR_TYPES:
            actor = await self._kept(document, budget=budget)
            await self._led(actor, budget=budget)
            return actor
        if quoting.STAMP in types_of(document):
            return await self._store.write(quoting.keep_stamp, document)
        return await self._in_thread(document, budget=budget)

    async def told(self, uri: str, *, naming: str, budget: Budget) -> None:
        """Fetch what somebody has told of by its id alone: an actor, or a post, which is kept if it concerns somebody here.

        naming: what else makes it concern somebody, if it is not '': a post that it quotes, or whose event it is.  Raises Unreachable.
        """
        document = (await self._client.get_document(uri, budget=budget)).json
        if naming and types_of(document) & ACTOR_TYPES:
            await self._kept(document, budget=budget)
            return
        try:
            concerns_us = await self._store.read(_concerns_us, document, naming)
        except Malformed as error:
            raise BadDocument(uri, code=error.code, internal=str(error)) from error
        if not concerns_us:
            raise BadDocument(uri, code="unsolicited")
        await self._in_thread(document, budget=budget)

    async def post(self, uri: str, *, answered_by: JsonObject | None = None, budget: Budget, depth: int = 0) -> Post:
        """Fetch a post, its author, and what it answers as far up as the budget goes. Arguments as of `anything`. Raises Unreachable."""
        found = await self._store.read(posts.by_uri, uri)
        if found is not None:
            return found
        document = await self.document(uri, beside=answered_by, budget=budget)
        return await self._post(document, budget=budget, depth=depth)

    async def document(self, uri: str, *, beside: JsonObject | None, budget: Budget) -> JsonObject:
        """A document as its own node shows it; one for the members of a community, which that does not show, as they have it there.

        beside: a post of the same conversation, if it is one: its communities are asked.  Raises Unreachable.
        """
        try:
            return (await self._client.get_document(uri, budget=budget)).json
        except (NotThere, FetchFailed, ForbiddenAddress) as error:  # hidden from us, gone, or out of our reach
            if beside is None or (isinstance(error, NotThere) and error.gone):
                raise
            copy = await self._copies.of_post(uri, beside=beside, budget=budget)
            if copy is None:
                raise
            return copy

    async def again(self, uri: str, *, naming: str, budget: Budget) -> None:
        """Have a post here as its own node shows it now: new, changed, or gone.

        naming: an id that the post must name as what it answers, or among those for whom it is.  Raises Unreachable.
        """
        try:
            document = (await self._client.get_document(uri, budget=budget)).json
        except NotThere as error:
            if not error.gone:  # it may be hidden from us: that changes nothing
                raise
            await self._store.write(_take_away, uri)
            return
        _demand_named(uri, document, naming)
        post = await self._post(document, budget=budget, depth=0)
        await self._store.write(_renew, post, document)

    async def renew(self, uri: str, *, budget: Budget) -> None:
        """Have a post that is here as its own node shows it now: edited, with other totals, or gone. Raises Unreachable."""
        try:
            document = (await self._client.get_document(uri, budget=budget)).json
        except NotThere as error:
            if error.gone:
                await self._store.write(_take_away, uri)
            raise
        await self._store.write(_renew_known, document)

    async def restored(self, uri: str, *, group: str, budget: Budget) -> None:
        """Have a post here again that a group had taken out, as its own node shows it now. group: its id.  Raises Unreachable."""
        document = (await self._client.get_document(uri, budget=budget)).json
        _demand_named(uri, document, group)
        await self.known_actor(on_behalf.author_of(document) or uri, budget=budget)
        try:
            await self._store.write(restoring.keep, document, group=group)
        except (Malformed, NotAllowed, Ignored, NotFound) as error:
            raise BadDocument(uri, code=error.code, internal=str(error)) from error

    async def quote(self, document: JsonObject, *, budget: Budget) -> None:
        """Ask once more for what was missing to show a quote: the post that is quoted, the stamp. Never raises for what does not come.

        document: the post that quotes, as it is kept here.
        """
        await self._quoted(document, budget=budget, depth=1)
        with suppress(Malformed, NotFound):
            await self._store.write(_settle, document)

    async def act(self, uri: str, *, budget: Budget) -> None:
        """Have the effect here of an activity, as its own node shows it. Raises Unreachable."""
        document = (await self._client.get_document(uri, budget=budget)).json
        try:
            activity = Activity.parse(document)
            if activity is None or activity.type not in ACTS or activity.id != uri:
                raise BadDocument(uri, code="not-an-act")
            await self.known_actor(activity.actor, budget=budget)
            await self._store.write(_perform, activity)
        except (Malformed, NotAllowed, Ignored, NotFound) as error:
            raise BadDocument(uri, code=error.code, internal=str(error)) from error

    async def answer(self, document: JsonObject, *, named_by: str | None, budget: Budget) -> Post:
        """Keep a post of which a list has said that it is part of a conversation.

        It must say so itself: it answers what is here, or names the conversation.
        document: as its own origin has just shown it.  named_by: the id of the conversation, if it has one.
        Raises Unreachable.
        """
        parent = value_or_id(document.get("inReplyTo"))
        names_it = named_by is not None and conversations.context_in(document) == named_by
        is_answer = isinstance(parent, str) and await self._store.read(posts.by_uri, parent) is not None
        if not names_it and not is_answer:
            raise BadDocument(str(document["id"]), code="of-another-conversation")
        return await self._post(document, budget=budget, depth=0)

    async def _shown(self, uri: str, *, budget: Budget) -> JsonObject:
        """An actor's document; where its node says that it is no more, that is kept. Raises Unreachable."""
        try:
            return (await self._client.get_document(uri, budget=budget)).json
        except NotThere as error:
            if error.gone:
                await self._store.write(departures.of_actor, uri)
            raise

    async def named(self, username: str, host: Host, *, budget: Budget) -> Account:
        """Fetch whoever has a handle, proved both ways, and keep what their node says now. Raises Unreachable."""
        document = await discovery.actor_of_handle(self._client, username, host, budget=budget)
        apart = await self._apart(document, budget=budget)
        found = await self._store.write(actors.keep, document, takes_name=True, apart=apart)
        await self._led(found, budget=budget)
        return found

    async def leaders(self, group: str, *, collection: str, budget: Budget) -> None:
        """Read who leads a community of another node, each fetched unless known; who cannot be had is left out.

        group: its id.  collection: the id of that of its managers, on the same origin.  Never raises: what could not be read
        stays as it was.
        """
        community = await self._store.read(accounts.by_uri, group)
        is_led = community is not None and community.kind == communities.KIND and not community.is_local
        if community is None or not is_led or not same_origin(collection, group):
            return
        listed = await collections.read(self._client, collection, within=group, budget=budget)
        if listed.trouble is not None:
            return
        people = [await self._leader(uri, budget=budget) for uri in listed.ids[:MOST_MANAGERS]]
        known = [person.id for person in people if person is not None]
        await self._store.write(communities.set_managers, community.id, known)

    async def _led(self, actor: Account, *, budget: Budget) -> None:
        led = await self._store.read(communities.find, actor.id) if actor.kind == communities.KIND else None
        if led is not None and led.managers_uri:
            await self.leaders(actor.uri, collection=led.managers_uri, budget=budget)

    async def _leader(self, uri: str, *, budget: Budget) -> Account | None:
        """One of those who lead a community, who may be of any node that is admitted here."""
        found = await self._store.read(accounts.by_uri, uri)
        if found is None:
            with suppress(Unreachable, BadHost):
                found = await self._kept(await self._shown(uri, budget=budget), budget=budget)
        return found if found is not None and found.kind not in NO_LEADERS else None

    async def _apart(
        self, document: JsonObject, *, budget: Budget, at_hand: JsonObject | None = None
    ) -> dict[str, JsonObject]:
        """The documents of the keys that an actor only names. at_hand: one that was just fetched. Raises Unreachable if that may pass."""
        found = {} if at_hand is None else {str(at_hand["id"]): at_hand}
        for uri in actors.keys_apart(document)[:MOST_KEYS_APART]:
            try:
                found[uri] = found.get(uri) or (await self._client.get_document(uri, budget=budget)).json
            except Unreachable as error:
                if error.temporary:
                    raise
        return found

    async def _kept(self, document: JsonObject, *, budget: Budget, key: JsonObject | None = None) -> Account:
        """Keep an actor. A name that is somebody else's here is asked for by WebFinger before it becomes this one's.

        key: the document of one of its keys, where that has just been fetched.
        """
        apart = await self._apart(document, budget=budget, at_hand=key)
        account = await self._store.write(actors.keep, document, apart=apart)
        name = str(document["preferredUsername"])
        if account.username.lower() == name.lower():
            return account
        try:
            named = await discovery.actor_of_handle(self._client, name, Host(account.host), budget=budget)
        except Unreachable:
            return account
        if named["id"] != account.uri:
            return account
        return await self._store.write(actors.keep, named, takes_name=True, apart=apart)

    async def _post(self, document: JsonObject, *, budget: Budget, depth: int) -> Post:
        uri = str(document["id"])
        author = on_behalf.author_of(document)
        if author is None:
            raise BadDocument(uri, code="nobody-wrote-it")
        await self.known_actor(author, budget=budget)
        parent = value_or_id(document.get("inReplyTo"))
        if isinstance(parent, str) and depth < DEEPEST_REPLY_CHAIN:
            await self._parent(parent, document, budget=budget, depth=depth + 1)
        if "quoteAuthorization" in document or "quote" in document:
            await self._quoted(document, budget=budget, depth=depth + 1)
        try:
            return await self._store.write(_keep, document)
        except (Malformed, NotAllowed, Ignored, NotFound) as error:
            raise BadDocument(uri, code=error.code, internal=str(error)) from error

    async def _quoted(self, document: JsonObject, *, budget: Budget, depth: int) -> None:
        """What a post quotes, and the stamp; of what that quotes in turn, nothing."""
        if depth > 1:
            return
        try:
            for uri in await self._store.read(_missing, document):
                found = (await self._client.get_document(uri, budget=budget)).json
                if quoting.STAMP in types_of(found):
                    await self._store.write(quoting.keep_stamp, found)
                else:
                    await self._post(found, budget=budget, depth=depth)
        except (Unreachable, Malformed):
            return  # then it is shown as a link

    async def _in_thread(self, document: JsonObject, *, budget: Budget) -> Post:
        """Keep a post; if it answers something, have the rest of its thread fetched with what is left of the budget."""
        found = await self._post(document, budget=budget, depth=0)
        if found.reply_to_uri is not None and budget.fetches > 0:
            await self._store.write(_tell_torn, found, fetches=budget.fetches)
        return found

    async def _parent(self, uri: str, answer: JsonObject, *, budget: Budget, depth: int) -> None:
        try:
            await self.post(uri, answered_by=answer, budget=budget, depth=depth)
        except Unreachable:
            return  # the answer is shown all the same; its parent is tied to it when it comes


def _demand_named(uri: str, document: JsonObject, naming: str) -> None:
    if naming not in (*references([document.get("inReplyTo")]), *named_in(document)):
        raise BadDocument(uri, code="of-something-else", internal=f"it does not name {naming}")


def _concerns_us(unit: Unit, document: JsonObject, naming: str) -> bool:
    told = create.of(document)
    note = told.note()
    is_named = note.quote == naming or (note.type == "Event" and note.attributed_to == naming)
    return (naming != "" and is_named) or told.concerns_us(unit)


def _keep(unit: Unit, document: JsonObject) -> Post:
    activity = create.of(document)
    note = notes.read(document)
    if ballots.is_vote(document):  # it counts by its Create, told to the poll's author; shown by itself it is nothing
        raise Ignored("a-vote")
    known = posts.by_uri(unit, note.id)
    if known is not None:
        return known
    if tombstones.is_buried(unit, note.id, by=note.attributed_to):
        raise Ignored("removed-already")
    notes.demand_own(note, activity.actor)
    activity.demand_standing(unit)
    activity.demand_taken(unit)
    try:
        return notes.keep(unit, note, document, activity.performer(unit))
    except Conflict as error:
        raise Ignored("known-already") from error


def _perform(unit: Unit, activity: Activity) -> None:
    activity.demand_standing(unit)
    activity.authorize(unit)
    activity.apply(unit)


def _renew(unit: Unit, post: Post, document: JsonObject) -> None:
    """A post that is here already changes, if its node shows a newer version."""
    author = accounts.get(unit, post.author_id)
    activity = update.of(document, by=author.uri)
    with suppress(Malformed, NotAllowed, Ignored, NotFound):
        activity.authorize(unit)
        activity.apply(unit)


def _renew_known(unit: Unit, document: JsonObject) -> None:
    post = posts.by_uri(unit, str(document["id"]))
    if post is not None:
        _renew(unit, post, document)


def _settle(unit: Unit, document: JsonObject) -> None:
    note = notes.read(document)
    post = posts.by_uri(unit, note.id)
    if post is not None:
        quoting.settle(unit, post, note, accounts.get(unit, post.author_id))


def _take_away(unit: Unit, uri: str) -> None:
    post = posts.by_uri(unit, uri)
    if post is None:
        return
    activity = delete.of(uri, by=accounts.get(unit, post.author_id).uri)
    activity.authorize(unit)
    activity.apply(unit)


def _tell_torn(unit: Unit, post: Post, *, fetches: int) -> None:
    unit.after_commit(ThreadTorn(post.id, fetches))


def _missing(unit: Unit, document: JsonObject) -> list[str]:
    return quoting.missing(unit, notes.read(document))
