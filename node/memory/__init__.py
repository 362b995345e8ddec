"""What a process remembers, so that it need not ask the database again; and when it forgets.

    a commit, here or in another process ─► events ─► Memory.hear ─► tags of what changed ─► whatever is made of that goes

Everything here could be lost at any moment and nothing would be wrong, only slower. Nothing old is shown: whoever answers
from memory has waited for `store.up_to_date()` first, and what is read while something changes is not kept (`Shelf.keep`).
Each shelf says in `memory.py` how much it holds at most, and of what its things are made.

    memory.py     Memory: the shelves of a node, and which event changes what
    shelf.py      Shelf: a bounded number of things, each with the tags of what it is made of
    journals.py   Journals: the newest ids of each active reader's journal, fed by new posts
    rendered.py   posts and accounts as JSON, without what differs from reader to reader
    wishes.py     Wishes: what a reader wants kept away

Start reading at `memory.py`.
"""

from node.memory.memory import Lasting, Memory, Remembered, SignedIn
from node.memory.rendered import RenderedPost

__all__ = ["Lasting", "Memory", "Remembered", "RenderedPost", "SignedIn"]
