"""How actors act and how nodes talk to one another: signed ActivityPub between nodes that know each other.

Every social act is an activity, and a local act and a remote one pass through the same door (`activity.py`). Three
roads lead through this floor: `inbox.py` (a peer tells us), `outbox.py` (somebody here acts), `delivery.py` (we tell
our peers). Start reading at `activity.py`, then `inbox.py`.
"""
