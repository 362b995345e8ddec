"""Files in posts and pictures of people: taken, made safe, kept, shown.

    upload ──► intake ──► darkroom ──► storage.files + storage.media ──► serving ──► people who may see it, and peers
    peer's file ─────────► darkroom ──┘   (fetched when the first reader here asks for it; for members of a community of this
                                           node also kept as it came, for their nodes)

`types` says what is taken. `darkroom` has a process of its own (`child`) look at each file, under limits, and make a new one
from what it shows: nothing of the old one but the picture itself survives. Start at `library.Library`.
"""
