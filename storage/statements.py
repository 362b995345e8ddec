"""One way to write SQL, and what each engine makes of it.

    written                                SQLite                                          PostgreSQL (psycopg)
    :name                                  the same                                        %(name)s
    x in :ids                              x in (select value from json_each(:ids))        x = any(%(ids)s)
    x not in :ids                          x not in (select value from json_each(:ids))    x <> all(%(ids)s)
    for update, for update skip locked     nothing: there is one writer                    the same
    group_concat(x)                        the same                                        string_agg(x::text, ',')
    post_words match :words                the same: `a AND (b OR c*)`                     words @@ the same as tsquery: `a & (b | c:*)`

Everything else is written so that both take it. Each statement is translated once and remembered.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import orjson

from storage.rows import milliseconds
from storage.store import Value

IN_LIST = re.compile(r"\b(not\s+)?in\s+:(\w+)")
NAMED = re.compile(r"(?<![:\w]):([a-z_]\w*)")
JOINED = re.compile(r"\bgroup_concat\(([\w.]+)\)")
MATCH = re.compile(r"\bpost_words match :(\w+)")
AS_TSQUERY = (
    r"post_words.words @@ cast("
    r"replace(replace(replace(:\1, ' AND ', ' & '), ' OR ', ' | '), '*', ':*') as tsquery)"
)
ROW_LOCK = re.compile(r"\bfor\s+(?:no\s+key\s+)?update(?:\s+of\s+\w+)?(?:\s+skip\s+locked)?\b")


@cache
def for_sqlite(sql: str) -> str:
    """The statement as SQLite takes it. sql: a constant of the program, as all remembered ones are."""
    return IN_LIST.sub(
        lambda found: f"{found[1] or ''}in (select value from json_each(:{found[2]}))", ROW_LOCK.sub("", sql)
    )


@cache
def for_postgresql(sql: str) -> str:
    """The statement as psycopg takes it. sql: see `for_sqlite`."""
    chosen = IN_LIST.sub(
        lambda found: f"<> all(:{found[2]})" if found[1] else f"= any(:{found[2]})",
        MATCH.sub(AS_TSQUERY, sql.replace("%", "%%")),
    )
    return JOINED.sub(r"string_agg(\1::text, ',')", NAMED.sub(r"%(\1)s", chosen))


def sqlite_values(values: Mapping[str, Value]) -> Mapping[str, Any]:
    """Values as SQLite takes them: a moment as milliseconds, a list as JSON."""
    for value in values.values():
        if value is not None and type(value) not in PLAIN:
            return {name: _for_sqlite(value) for name, value in values.items()}
    return values


def postgresql_values(values: Mapping[str, Value]) -> Mapping[str, Any]:
    """Values as psycopg takes them: a moment as milliseconds."""
    for value in values.values():
        if value is not None and type(value) not in PLAIN:
            return {name: _for_postgresql(value) for name, value in values.items()}
    return values


PLAIN = frozenset({int, str, bytes, float})


def _for_sqlite(value: Value) -> Any:  # Any: what the driver takes
    if isinstance(value, datetime):
        return milliseconds(value)
    return orjson.dumps(list(value)).decode() if isinstance(value, list | tuple) else value


def _for_postgresql(value: Value) -> Any:  # Any: what the driver takes
    if isinstance(value, datetime):
        return milliseconds(value)
    return list(value) if isinstance(value, tuple) else value
