"""A small ministry on one machine: real nodes, sample people, and posts that travel between them by signed HTTP.

`places.py` says which nodes there are and who works there, `posts.py` what they write, `communities.py` where they meet.
`federation.py` makes the nodes and runs them, `acting.py` is a person with an app, `filling.py` has all of them act,
`gathering.py` in communities, `running.py` puts all of it in order. Start there.
"""
