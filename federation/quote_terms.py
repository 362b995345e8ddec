"""What posts say of quotes, in the terms that go over the wire: what is quoted, and who may quote.

Source: FEP-044f; `interactionPolicy` has GoToSocial's names, as in Mastodon 4.5.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from federation.strict_json import JsonObject, JsonValue
from federation.vocabulary import PUBLIC, as_list, value_or_id
from storage import quote_policies
from storage.accounts import Account
from storage.quote_policies import FOLLOWERS, NOBODY, Policy
from storage.visibility import Reach


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a post quotes, as its author's node says it.

    uri, url: of the quoted post.  author: its author's id.  stamp: where the author's leave stands, once it was given.
    """

    uri: str
    url: str
    author: str
    stamp: str | None = None


def link_to(quoted: Quoted) -> str:
    """The end of the text for whoever does not show quotes: where the quoted post is."""
    address = escape(quoted.url)
    return f'<p><span class="quote-inline">RE: <a href="{address}">{address}</a></span></p>'


def terms_of(quoted: Quoted) -> JsonObject:
    """The properties of a post that quotes, those that came before the standard too."""
    terms: JsonObject = {
        "quote": quoted.uri,
        "quoteUri": quoted.uri,
        "quoteUrl": quoted.uri,
        "_misskey_quote": quoted.uri,
    }
    if quoted.stamp:
        terms["quoteAuthorization"] = quoted.stamp
    return terms


def policy_document(author: Account, policy: Policy, reach: Reach) -> JsonObject:
    """Who may quote a post, for peers: nobody is the author alone."""
    effective = policy if reach in quote_policies.QUOTABLE else quote_policies.NONE
    may_quote: JsonObject = {"automaticApproval": _approved(author, effective.automatic) or [author.uri]}
    if asking := _approved(author, effective.manual):
        may_quote["manualApproval"] = asking
    return {"canQuote": may_quote}


def policy_in(document: Mapping[str, object] | None, *, followers_uri: str) -> Policy | None:
    """Who may quote a post, as its author's node says; None when it does not say.

    document: the post's `interactionPolicy`.  followers_uri: of its author.  People who are named one by one count as
    nobody: doubt means the stricter choice.
    """
    may_quote = document.get("canQuote") if document else None
    if not isinstance(may_quote, Mapping):
        return None
    automatic, manual = (_group(may_quote.get(name), followers_uri) for name in ("automaticApproval", "manualApproval"))
    return quote_policies.policy_of(automatic, manual)


def _approved(author: Account, group: str) -> list[JsonValue]:
    named = {quote_policies.PUBLIC: PUBLIC, FOLLOWERS: author.followers_uri}.get(group)
    return [named] if named else []


def _group(value: object, followers_uri: str) -> str:
    named = {value_or_id(one) for one in as_list(value) if isinstance(value_or_id(one), str)}
    if named & {PUBLIC, "as:Public", "Public"}:
        return quote_policies.PUBLIC
    return FOLLOWERS if followers_uri and followers_uri in named else NOBODY
