"""What happens, told to those who listen, in the moment in which it happens and in every process of the node.

    a commit, here or in another process ─► events ─► Hub.hear ─► who listens? (one question for all) ─► OpenStream.put
                                                                                                            │
                     node/api/streaming.py (WebSocket, SSE) and node/web/pages/live.py (SSE) ◄── take ──────┘

Nothing polls, and nothing is kept: whoever was away reads the lists, which hold everything. What is told live is what stands
in those lists, by the same conditions (`storage.listening`). A post is rendered once; what differs for a reader is put in.
A reader who takes too long is parted with (`OpenStream`), so that nobody's slowness becomes the node's memory.

    subscriptions.py   the streams there are: their names, the scopes they need, what they carry
    open_stream.py     OpenStream: what waits for one listener, and how it ends
    hub.py             Hub: who listens here, what they are told, and whether they still may
    telling.py         what is told of posts and notifications, and to whom
    announcing.py      what is told of announcements, to everybody

Start reading at `hub.py`.
"""

from node.streaming.hub import STREAMS, Hub
from node.streaming.open_stream import Ending, Message, OpenStream
from node.streaming.subscriptions import LIVE, Subscription

__all__ = ["LIVE", "STREAMS", "Ending", "Hub", "Message", "OpenStream", "Subscription"]
