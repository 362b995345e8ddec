"""A small ministry on one machine: real nodes, sample people, and posts that travel between them by signed HTTP.

`places.py` says which nodes there are and who works there, `posts.py` what they write, `federation.py` makes the nodes and
runs them, `filling.py` has the people act through the client API, `running.py` puts all of it in order. Start there.
"""
