"""What an app asks for, in words that people understand: one sentence for each scope that no other one covers."""

from node.api import scopes
from node.web.languages import Language, translations
from node.web.wording import message

WHOLE = {
    "profile": message("See who you are"),
    "read": message("Read everything that you can read here"),
    "write": message("Publish, change and delete in your name"),
    "follow": message("See and change whom you follow, mute and block"),
    "push": message("Receive your notifications"),
    "admin:read": message("See the administration of this node"),
    "admin:write": message("Change the administration of this node"),
}

PATTERNS = {
    "read": message("Read: %(what)s"),
    "write": message("Change: %(what)s"),
    "admin:read": message("See, in the administration: %(what)s"),
    "admin:write": message("Change, in the administration: %(what)s"),
}

WHAT = {
    "accounts": message("profiles"),
    "blocks": message("the people you block"),
    "bookmarks": message("your bookmarks"),
    "collections": message("your collections"),
    "conversations": message("your conversations"),
    "favourites": message("what you find useful"),
    "filters": message("your filters"),
    "follows": message("the people you follow"),
    "lists": message("your lists"),
    "media": message("pictures and files"),
    "mutes": message("the people you mute"),
    "notifications": message("your notifications"),
    "search": message("what you search for"),
    "statuses": message("posts"),
    "reports": message("reports"),
    "domain_allows": message("the nodes that are admitted"),
    "domain_blocks": message("the nodes that are refused"),
    "ip_blocks": message("the addresses that are refused"),
    "email_domain_blocks": message("the e-mail domains that are refused"),
    "canonical_email_blocks": message("the e-mail addresses that are refused"),
}

CHANGES_THE_HOUSE = "admin:"


def in_words(wanted: frozenset[str], language: Language) -> list[str]:
    """What these scopes let an app do, in the order in which scopes are listed."""
    needed = [name for name in scopes.ALL if name in wanted and not scopes.covers(wanted - {name}, name)]
    return [_in_words(name, language) for name in needed]


def concern_administration(wanted: frozenset[str]) -> bool:
    """Whether some of these are for administrators: then the person should know it before saying yes."""
    return any(name.startswith(CHANGES_THE_HOUSE) for name in wanted)


def _in_words(scope: str, language: Language) -> str:
    said = translations(language).ugettext
    if scope in WHOLE:
        return str(said(WHOLE[scope]))
    verb, _, noun = scope.rpartition(":")
    return str(said(PATTERNS[verb])) % {"what": said(WHAT[noun])}
