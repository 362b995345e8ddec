"""How fast a node is, beside what the machine itself could do: `make bench`.

Each figure stands beside its floor, measured in the same run and in turns with it: a bare aiohttp application that only
verifies the same signature, or only sends the same bytes. What else the machine does then weighs on both. Start at `run.py`.
"""
