"""What the house says of itself: the rules of its charter, and texts about it.

A rule that was removed stays for the reports that name it. Texts are kept as they were typed and as they are shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storage.errors import NotFound
from storage.store import Unit

DESCRIPTION, PRIVACY = "extended_description", "privacy_policy"
TEXTS = (DESCRIPTION, PRIVACY)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. hint: what it means, for whoever wants to know more."""

    id: int
    text: str
    hint: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text about the house. source: Markdown.  content: safe HTML."""

    name: str
    source: str
    content: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class _Changed:
    at: datetime | None
    rules: int | None


def rules(unit: Unit) -> list[Rule]:
    """The rules that hold now, in the order in which they were added."""
    return unit.all(Rule, "select id, text, hint from rules where removed_at is null order by id")


def rules_by_ids(unit: Unit, identifiers: Iterable[int]) -> dict[int, Rule]:
    """Rules by their ids, also those that hold no more."""
    found = unit.all(Rule, "select id, text, hint from rules where id in :ids", ids=list(identifiers))
    return {rule.id: rule for rule in found}


def changed_at(unit: Unit) -> datetime | None:
    """When the charter last changed, by a rule that came or went; None while it has none."""
    # One row, which holds nothing where there are no rules.
    found = unit.one(
        _Changed,
        "select max(coalesce(removed_at, created_at)), sum(case when removed_at is null then 1 end) from rules",
    )
    return found.at if found is not None and found.rules else None


def add_rule(unit: Unit, *, text: str, hint: str) -> Rule:
    """Add a rule after the others."""
    new = unit.new_id()
    sql = "insert into rules (id, text, hint, created_at) values (:id, :text, :hint, :now)"
    unit.run(sql, id=new, text=text, hint=hint, now=unit.now)
    return Rule(new, text, hint)


def remove_rule(unit: Unit, identifier: int) -> Rule:
    """Have a rule hold no more. Raises NotFound."""
    found = rules_by_ids(unit, [identifier]).get(identifier)
    sql = "update rules set removed_at = :now where id = :id and removed_at is null"
    if found is None or not unit.run(sql, id=identifier, now=unit.now):
        raise NotFound
    return found


def texts(unit: Unit) -> dict[str, Text]:
    """The texts that were written, by name."""
    return {text.name: text for text in unit.all(Text, "select name, source, content, updated_at from house_texts")}


def write(unit: Unit, name: str, *, source: str, content: str) -> None:
    """Write a text, or write it anew; an empty one is taken away. name: one of `TEXTS`."""
    if not source:
        unit.run("delete from house_texts where name = :name", name=name)
        return
    sql = """
    insert into house_texts (name, source, content, updated_at) values (:name, :source, :content, :now)
    on conflict (name) do update
        set source = excluded.source, content = excluded.content, updated_at = excluded.updated_at
    """
    unit.run(sql, name=name, source=source, content=content, now=unit.now)
