"""How a database came to its present shape: Alembic migrations, forward only. `apply` is the way in.

Each file in `versions/` is one step in one transaction; a step that is cut short leaves the schema before it. Running
nodes never import this.
"""
