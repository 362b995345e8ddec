"""What a node keeps: rows and bytes, and nothing about networks or pages.

A unit of work is a plain function whose first argument is a `Unit`; `await store.read(unit, …)` and
`await store.write(unit, …)` run it whole, in one transaction. What a write answered is durable. Start reading at
`store.py` (the two protocols everything stands on), then `schema.py` (every table on one page); each other file is one
family of tables: its row classes, its SQL, its functions.
"""
