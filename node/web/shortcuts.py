"""Which keys do what on the pages: the list that people read. `scripts/keys.js` does it; a test holds one against the other."""

from collections.abc import Sequence

from node.web.wording import message

Shortcut = tuple[Sequence[str], str]

READING: Sequence[Shortcut] = (
    (("j",), message("The next post")),
    (("k",), message("The post before")),
    (("o",), message("Open the post")),
    (("r",), message("Reply to the post")),
    (("f",), message("Find the post useful, or no longer")),
    ((".",), message("Show the posts that are new")),
)

DOING: Sequence[Shortcut] = (
    (("n",), message("Write a post")),
    (("/",), message("Find someone or something")),
    (("?",), message("Show these shortcuts")),
)

GOING: Sequence[Shortcut] = (
    (("g", "h"), message("Go to the journal")),
    (("g", "c"), message("Go to the communities")),
    (("g", "t"), message("Go to the posts of this node")),
    (("g", "a"), message("Go to the posts of all nodes")),
    (("g", "n"), message("Go to the notifications")),
    (("g", "m"), message("Go to the messages")),
    (("g", "b"), message("Go to the bookmarks")),
    (("g", "s"), message("Go to my settings")),
)

SHORTCUTS: Sequence[tuple[str, Sequence[Shortcut]]] = (
    (message("While reading"), READING),
    (message("Anywhere"), DOING),
    (message("To another page, one key after the other"), GOING),
)
