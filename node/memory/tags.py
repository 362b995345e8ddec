"""What remembered things are made of. An event names the same tags, and everything that carries one of them is forgotten."""

from enum import IntEnum

from storage.ids import AccountId, EmojiId, PostId


class Part(IntEnum):
    """The kinds of things that change apart from each other."""

    POST = 0
    """A post: what it says, how often it was answered, shared and liked, what it answers; whether it is there."""
    PROFILE = 1
    """What an account says of itself."""
    NUMBERS = 2
    """How many posts, followers and followed ones an account has."""
    READER = 3
    """Whom a person follows, blocks, mutes; what they have shared, liked and voted for."""
    HOME = 4
    """Which posts stand in a person's journal."""
    STAFF = 5
    """Whether a person may sign in, with which tokens and sessions, in which role and language; how their posts begin."""
    WISHES = 6
    """What a person wants kept away, beside people."""
    EMOJI = 7
    """The picture of a custom emoji."""


Tag = tuple[Part, int]


def post(identifier: PostId) -> Tag:
    """See `Part`."""
    return Part.POST, identifier


def profile(account: AccountId) -> Tag:
    """See `Part`."""
    return Part.PROFILE, account


def numbers(account: AccountId) -> Tag:
    """See `Part`."""
    return Part.NUMBERS, account


def reader(account: AccountId) -> Tag:
    """See `Part`."""
    return Part.READER, account


def home(account: AccountId) -> Tag:
    """See `Part`."""
    return Part.HOME, account


def staff(account: AccountId) -> Tag:
    """See `Part`."""
    return Part.STAFF, account


def wishes(account: AccountId) -> Tag:
    """See `Part`."""
    return Part.WISHES, account


def emoji(identifier: EmojiId) -> Tag:
    """See `Part`."""
    return Part.EMOJI, identifier
