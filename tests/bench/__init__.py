"""How fast a node is, beside what the machine itself could do. `make bench` runs it; docs/performance.md tells what it showed.

run.py        which benchmarks, on which databases; what is printed, kept and drawn
measures.py   the benchmarks by name: start here
reading.py, writing.py, pages.py, federating.py, growing.py
              the benchmarks themselves, one function each
measuring.py  what they share
scene.py      nodes, their people and posts, the processes that are measured
rows.py       many rows, written at the database's own speed
load.py       clients that cost little, and what they saw
floor.py      the least that could be done: the bare application
stub.py       peers that only take what they are sent
report.py     table, history, curve
"""
