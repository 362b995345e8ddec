"""Quotes with the consent of whom they quote: who may, what counts as leave, and what becomes of it.

    Tokyo                          Paris                          Dakar
    Create(quote of Paris's) ────────────────────────────────────► kept; shown as a link
    QuoteRequest ────────────────► may they?
             ◄──────────────────── Accept, with a stamp
    Update(quote with the stamp) ────────────────────────────────► asks Paris for the stamp; shown as a quote
             ◄──────────────────── Delete(stamp) ────────────────► shown as a link again

A stamp is believed only as the quoted author's own node shows it, and only if it names both posts (GHSA-q4g8-82c5-9h33,
GHSA-8h43-rcqj-wpc6 for what happens otherwise). One's own posts need none. A quote never goes further than what it quotes.
Source: FEP-044f.
"""

from dataclasses import dataclass

import orjson

from federation import documents, quote_terms
from federation.audience import TO_NAMED, Audience, of_post
from federation.errors import BadDocument, Ignored
from federation.hosts import same_origin
from federation.strict_json import JsonObject
from federation.vocabulary import PUBLIC, Note, types_of, value_or_id
from storage import accounts, follows, post_people, posts, quote_policies, quote_stamps, quotes, tombstones
from storage.accounts import Account
from storage.ids import parsed
from storage.posts import Holds, Post
from storage.quote_policies import FOLLOWERS
from storage.quotes import ACCEPTED, PENDING, REJECTED, REVOKED, Quote
from storage.store import Unit
from storage.visibility import Reach

AUTOMATIC = "automatic"
MANUAL = "manual"
DENIED = "denied"

OPEN = (Reach.ALL_NODES, Reach.UNLISTED)
REQUEST = "QuoteRequest"
STAMP = "QuoteAuthorization"
REQUEST_ENDING = "#quote-request"


# ---- who may --------------------------------------------------------------------------------------------------------


def leave(unit: Unit, quoted: Post, quoter: Account) -> str:
    """Whether somebody may quote a post that they can see: `automatic`, `manual` (the author decides) or `denied`."""
    if quoted.author_id == quoter.id:
        return DENIED if quoted.reach in TO_NAMED else AUTOMATIC
    policy = quote_policies.find(unit, quoted)
    groups = (policy.automatic, policy.manual)
    if quote_policies.PUBLIC in groups or FOLLOWERS in groups:
        known = follows.between(unit, quoter.id, quoted.author_id) if FOLLOWERS in groups else None
        is_follower = known is not None and known.accepted_at is not None
        for group, word in zip(groups, (AUTOMATIC, MANUAL), strict=True):
            if group == quote_policies.PUBLIC or (group == FOLLOWERS and is_follower):
                return word
    return DENIED


def goes_further(unit: Unit, post: Post, quoted: Post) -> bool:
    """Whether a post may reach people whom what it quotes was not meant for. Doubt means the stricter choice."""
    match quoted.reach:
        case Reach.ALL_NODES | Reach.UNLISTED:
            return False
        case Reach.NODE:
            stays = post.reach is Reach.NODE or (post.reach is Reach.MENTIONED and _is_for_people_here(unit, post))
            return not (post.is_local and stays)
        case Reach.FOLLOWERS:
            return post.author_id != quoted.author_id or post.reach is not Reach.FOLLOWERS
        case Reach.MENTIONED | Reach.COMMUNITY:
            return True


def _is_for_people_here(unit: Unit, post: Post) -> bool:
    return all(account.is_local for account in accounts.by_ids(unit, post_people.addressed(unit, post.id)).values())


# ---- what a post says -----------------------------------------------------------------------------------------------


def keep(unit: Unit, post: Post, note: Note, author: Account) -> None:
    """Keep what a new post quotes, and who may quote it."""
    if note.quote is not None:
        _keep_quote(unit, post, note, author)
    if note.interaction_policy is not None:
        _keep_policy(unit, post, note, author)


def renew(unit: Unit, post: Post, note: Note, author: Account) -> None:
    """Keep what a post quotes now, and who may quote it now. What people here quote stays as it is."""
    if not author.is_local:
        known = quotes.find(unit, post.id) if post.holds & Holds.QUOTE else None
        if note.quote is None and known is not None:
            quotes.remove(unit, known)
        elif note.quote is not None and _quotes_otherwise(known, note):
            _keep_quote(unit, post, note, author)
    _keep_policy(unit, post, note, author)


def settle(unit: Unit, post: Post, note: Note, author: Account) -> None:
    """Keep that a quote may be shown, or may not, where that was not known and what was missing to know it is here now."""
    known = quotes.find(unit, post.id)
    waits = known is not None and known.state == PENDING and known.quoted_uri == note.quote
    if waits and _state_of(unit, post, note, author) != PENDING:
        _keep_quote(unit, post, note, author)


def brings_news(unit: Unit, post: Post, note: Note, author: Account) -> bool:
    """Whether an author says the same words once more, and something new of quotes beside them."""
    if not is_same_version(post, note):
        return False
    if author.is_local:
        return True
    known = quotes.find(unit, post.id) if post.holds & Holds.QUOTE else None
    if (note.quote is not None or known is not None) and _quotes_otherwise(known, note):
        return True
    policy = quote_terms.policy_in(note.interaction_policy, followers_uri=author.followers_uri)
    return policy is not None and post.reach in quote_policies.QUOTABLE and policy != quote_policies.find(unit, post)


def is_same_version(post: Post, note: Note) -> bool:
    """Whether a note is the version of a post that is here."""
    if note.updated is None or post.edited_at is None:
        return note.updated is None and post.edited_at is None
    return abs((note.updated - post.edited_at).total_seconds()) < 0.001  # noqa: PLR2004  moments are kept to the millisecond


def _quotes_otherwise(known: Quote | None, note: Note) -> bool:
    return known is None or (known.quoted_uri, known.stamp_uri) != (note.quote, note.quote_authorization)


def _keep_quote(unit: Unit, post: Post, note: Note, author: Account) -> None:
    assert note.quote is not None
    state = _state_of(unit, post, note, author)
    stamp = note.quote_authorization if state in (ACCEPTED, REVOKED) else None
    quotes.put(unit, post.id, note.quote, state=state, stamp_uri=stamp)


def _keep_policy(unit: Unit, post: Post, note: Note, author: Account) -> None:
    policy = quote_terms.policy_in(note.interaction_policy, followers_uri=author.followers_uri)
    if policy is None or post.reach not in quote_policies.QUOTABLE:
        return
    if policy != quote_policies.EVERYBODY or post.holds & Holds.QUOTE_POLICY:
        quote_policies.put(unit, post.id, policy)


def _state_of(unit: Unit, post: Post, note: Note, author: Account) -> str:
    """How far the author of what is quoted is known to agree."""
    quoted = posts.by_uri(unit, note.quote or "")
    if quoted is None or quoted.boost_of is not None:
        return PENDING
    if goes_further(unit, post, quoted):
        return REJECTED
    if quoted.author_id == author.id:
        return ACCEPTED
    named, stamp = note.quote_authorization, quote_stamps.find(unit, quoted.id, post.uri)
    owner = accounts.get(unit, quoted.author_id)
    if named is None or not same_origin(named, owner.uri):
        return PENDING
    if tombstones.is_buried(unit, named, by=owner.uri) or (stamp is not None and stamp.revoked_at is not None):
        return REVOKED
    is_given = stamp is not None and (not owner.is_local or named == stamp_uri(owner, stamp.id))
    return ACCEPTED if is_given else PENDING


# ---- stamps ---------------------------------------------------------------------------------------------------------


def missing(unit: Unit, note: Note) -> list[str]:
    """What must be fetched to show a quote: the post that is quoted, and the stamp from that post's own node."""
    if note.quote is None:
        return []
    quoted = posts.by_uri(unit, note.quote)
    if quoted is None and tombstones.find(unit, note.quote) is not None:
        return []
    wanted = [] if quoted is not None else [note.quote]
    stamp = note.quote_authorization
    if stamp is not None and same_origin(stamp, note.quote) and _is_unverified(unit, note, quoted):
        wanted.append(stamp)
    return wanted


def _is_unverified(unit: Unit, note: Note, quoted: Post | None) -> bool:
    if quoted is None:
        return True
    if quoted.is_local or accounts.get(unit, quoted.author_id).uri == note.attributed_to:
        return False
    return quote_stamps.find(unit, quoted.id, note.id) is None


def keep_stamp(unit: Unit, document: JsonObject) -> Post:
    """Note the leave that a stamp gives, as its own node shows it. Returns the post that may be quoted. Raises BadDocument."""
    uri = str(document["id"])
    names = ("attributedTo", "interactingObject", "interactionTarget")
    owner, quoting_uri, quoted_uri = (value_or_id(document.get(name)) for name in names)
    quoted = posts.by_uri(unit, str(quoted_uri))
    if quoted is None or quoted.is_local or not isinstance(quoting_uri, str):
        raise BadDocument(uri, code="bad-stamp")
    author = accounts.get(unit, quoted.author_id)
    if owner != author.uri or not same_origin(uri, author.uri):
        raise BadDocument(uri, code="stamp-of-another")
    quote_stamps.give(unit, quoted.id, quoting_uri, actor="")
    return quoted


def stamp_uri(owner: Account, number: int) -> str:
    """The id of a stamp that somebody of this node gives."""
    return f"{owner.uri}/quotes/{number}"


def stamp_number(owner: Account, uri: str) -> int | None:
    """The number in the id of a stamp of this person; None for anything else."""
    beginning, _, number = uri.rpartition("/")
    return parsed(number) if beginning == f"{owner.uri}/quotes" else None


def stamp_document(owner: Account, uri: str, *, quoted_uri: str, quoting_uri: str) -> JsonObject:
    """A stamp as its owner's node shows it. Source: FEP-044f, QuoteAuthorization."""
    return {
        "id": uri,
        "type": STAMP,
        "attributedTo": owner.uri,
        "interactingObject": quoting_uri,
        "interactionTarget": quoted_uri,
    }


# ---- questions and answers ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A quote whose author waits for an answer, or has had one. post: the one that quotes."""

    quote: Quote
    post: Post
    quoted: Post
    quoter: Account


def request(quoter: Account, owner: Account, quoted_uri: str, note: JsonObject) -> JsonObject:
    """The question whether a post may quote another. note: the post that quotes, as it was sent."""
    uri = f"{note['id']}{REQUEST_ENDING}"
    act = documents.act(REQUEST, quoter, quoted_uri, uri=uri, to=[owner.uri])
    return {**act, "instrument": note}


def is_request(answered: JsonObject) -> bool:
    """Whether what an Accept or a Reject speaks of is the question whether a post may quote another."""
    return REQUEST in types_of(answered) or str(answered.get("id") or "").endswith(REQUEST_ENDING)


def find(unit: Unit, answered: JsonObject, *, answered_by: Account) -> Asked:
    """The quote that this actor answers about: found among ours, never believed from an embedded copy.

    answered: the QuoteRequest as sent back, or its id alone.  Raises Ignored: nobody asked this actor for that.
    """
    uri = str(answered.get("id") or "")
    instrument = value_or_id(answered.get("instrument"))
    post = posts.by_uri(unit, instrument if isinstance(instrument, str) else uri.removesuffix(REQUEST_ENDING))
    quote = quotes.find(unit, post.id) if post is not None else None
    quoted = posts.by_uri(unit, quote.quoted_uri) if quote is not None else None
    if post is None or quote is None or quoted is None or quote.request_uri is None:
        raise Ignored("no-such-request")
    quoter = accounts.get(unit, post.author_id)
    if quoted.author_id != answered_by.id or not (quoter.is_local or answered_by.is_local):
        raise Ignored("no-such-request")
    return Asked(quote, post, quoted, quoter)


def stamped(unit: Unit, asked: Asked, stamp: str) -> JsonObject:
    """The Update with which somebody here tells their readers that they may quote what they quote."""
    return _update(unit, asked.post, asked.quoter, {**_document_of(unit, asked.post), "quoteAuthorization": stamp})


def unstamped(unit: Unit, quote: Quote) -> JsonObject:
    """The Update with which somebody here tells their readers that they no longer may."""
    post = posts.get(unit, quote.post_id)
    return _update(unit, post, accounts.get(unit, post.author_id), _document_of(unit, post))


def with_policy(unit: Unit, post: Post, author: Account, policy: quote_policies.Policy) -> JsonObject:
    """The Update with which somebody here says who may quote a post now."""
    said = quote_terms.policy_document(author, policy, post.reach)
    return _update(unit, post, author, {**_document_of(unit, post), "interactionPolicy": said})


def _update(unit: Unit, post: Post, author: Account, document: JsonObject) -> JsonObject:
    return documents.about("Update", author, document, uri=f"{post.uri}#updates/{unit.new_id()}")


def _document_of(unit: Unit, post: Post) -> JsonObject:
    found: JsonObject = orjson.loads(posts.document(unit, post.id) or "{}")
    return found


# ---- taking it back -------------------------------------------------------------------------------------------------


def revocation(asked: Asked, owner: Account) -> JsonObject:
    """The Delete with which somebody here takes their leave back."""
    stamp = str(asked.quote.stamp_uri)
    gone = stamp_document(owner, stamp, quoted_uri=asked.quoted.uri, quoting_uri=asked.post.uri)
    to = [PUBLIC] if asked.quoted.reach in OPEN else [asked.quoter.uri]
    return documents.act("Delete", owner, gone, uri=f"{stamp}#delete", to=to)


def owner_of(unit: Unit, quote: Quote) -> Account | None:
    """Who gave the leave that a quote stands on; None when what it quotes is gone."""
    quoted = posts.by_uri(unit, quote.quoted_uri)
    return None if quoted is None else accounts.get(unit, quoted.author_id)


def told_of_revocation(unit: Unit, quote: Quote) -> Audience:
    """Who hears that leave was taken back: the readers of what was quoted, who quoted it, and the quote's readers, if it is of here."""
    post, quoted = posts.get(unit, quote.post_id), posts.by_uri(unit, quote.quoted_uri)
    audience = Audience(frozenset({post.author_id}))
    if quoted is not None:
        audience |= of_post(unit, quoted)
    return audience | of_post(unit, post) if post.is_local else audience


def revoke(unit: Unit, quote: Quote) -> None:
    """Show a quote no longer; who wrote it here no longer claims to have leave."""
    quoted, post = posts.by_uri(unit, quote.quoted_uri), posts.get(unit, quote.post_id)
    if quoted is not None:
        quote_stamps.revoke(unit, quoted.id, post.uri)
    quotes.settle(unit, quote, REVOKED, stamp_uri=quote.stamp_uri)
    if post.is_local:
        document = {name: said for name, said in _document_of(unit, post).items() if name != "quoteAuthorization"}
        quotes.keep_document(unit, post.id, orjson.dumps(document).decode())
