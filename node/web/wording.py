"""What the code says to people: notices after something was done, and refusals, by their stable codes.

`message` only marks a sentence for the catalogue; it is translated where it is shown. A code that is not here speaks
with the sentence that its error brought along.
"""

from federation.errors import BadHost, FederationError, PeerNotAdmitted, Unreachable
from federation.hosts import unicode_form
from node.errors import Invalid
from node.web.languages import Language, translations
from storage.ids import Host


def message(sentence: str) -> str:
    """Mark a sentence for translation. Returns it as it is."""
    return sentence


NOTICES = {
    "published": message("Your post is published."),
    "published-mentioned": message("Your post is sent to the people it mentions."),
    "saved": message("Your changes are saved."),
    "deleted": message("The post is deleted."),
    "followed": message("You follow this person now."),
    "asked": message("Your request is sent. What they publish appears in your journal once it is granted."),
    "unfollowed": message("You no longer follow this person."),
    "muted": message("This person is muted."),
    "unmuted": message("This person is no longer muted."),
    "blocked": message("This person is blocked."),
    "unblocked": message("This person is no longer blocked."),
    "accepted": message("This person follows you now."),
    "declined": message("The request is declined."),
    "dropped": message("This person no longer follows you."),
    "read": message("All notifications are marked as read."),
    "admitted": message("The node is admitted. Its administrator must admit this one too."),
    "removed": message("The node is removed."),
    "trying": message("This node tries again now. Reload the page in a moment."),
    "added": message("The person can sign in now."),
    "role-changed": message("The role is changed. The person must sign in again."),
    "disabled": message("The account is closed, and its open sessions are ended."),
    "enabled": message("The person can sign in again."),
}


def notice(code: str, language: Language) -> str:
    """The notice behind a code of an address, or "" for a code that nobody gave."""
    sentence = NOTICES.get(code)
    return translations(language).ugettext(sentence) if sentence else ""


REFUSED = {
    "blank": message("Write something first."),
}


def refused_field(invalid: Invalid, language: Language) -> str:
    """What is wrong with a field of a form."""
    return translations(language).ugettext(REFUSED.get(invalid.code, invalid.sentence))


def refused_search(error: FederationError, language: Language) -> str:
    """Why nobody could be asked at another node."""
    return translations(language).ugettext(_why_not_found(error))


def _why_not_found(error: FederationError) -> str:
    match error:
        case PeerNotAdmitted():
            return message("That node is not admitted here. Ask the administrator of this node to admit it.")
        case BadHost():
            return message("This is not the address of a person. It looks like @ken@tokyo.example.")
        case Unreachable(temporary=True):
            return message("The other node did not answer. It may be cut off just now; try again later.")
        case _:
            return message("The other node knows nobody by this name. Check the spelling.")


def host_is_broken(language: Language) -> str:
    """A text that names no node."""
    return translations(language).ugettext(
        message("This is not the name of a node. Give the name alone, such as tokyo.example, with :port if it has one.")
    )


def host_is_ours(language: Language) -> str:
    """This node cannot admit itself."""
    return translations(language).ugettext(message("This is the node you are on. Give the name of another one."))


def host_mixes_scripts(host: Host, language: Language) -> str:
    """Letters that look alike: somebody should compare before a host is admitted."""
    text = message(
        "This name mixes letters of several scripts, so it may imitate another: it is %(shown)s, in full %(exact)s. "
        "Compare it with what its administrator gave you, then admit it once more to confirm."
    )
    return translations(language).ugettext(text) % {"shown": unicode_form(host), "exact": host}


def trouble_of(error: str | None, language: Language) -> str:
    """Why the last try to reach a peer failed, and what to do about it.

    error: as it was kept: a code, maybe with more behind a colon.
    """
    return translations(language).ugettext(_trouble((error or "").partition(":")[0]))


def _trouble(code: str) -> str:
    match code:
        case "not-admitted" | "unauthenticated":
            return message("It refused us: ask its administrator whether this node is admitted there.")
        case "forbidden-address":
            return message("Its name leads to an address that this node may not call: check the name, or the allowed networks in the settings.")
        case "tls":
            return message("Its certificate is not trusted here: compare the certificate authorities in the settings of both nodes.")
        case _:
            return message("It did not answer. If its link is known to be cut, there is nothing to do; otherwise ask its administrator whether it runs.")
