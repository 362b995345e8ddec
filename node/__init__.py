"""What people and programs touch: pages, the client API, the command. `app.py` puts a node together; start there.

Whatever face an act comes through, it is done in `actions/`, once; faces only read what was sent and show what became
of it.
"""
