"""Facts about the node itself that must outlive its settings file: the address under which its ids were given out."""

from storage.store import Unit

BASE_URL = "base_url"


def get(unit: Unit, name: str) -> str | None:
    """A fact by its name."""
    return unit.one(str, "select value from facts where name = :name", name=name)


def put(unit: Unit, name: str, value: str) -> None:
    """Note a fact, or change it."""
    sql = (
        "insert into facts (name, value) values (:name, :value) on conflict (name) do update set value = excluded.value"
    )
    unit.run(sql, name=name, value=value)
