"""Write the charter of the node: its rules, and the texts about it; each change on record."""

from collections.abc import Mapping

from node.actions.announcements import rendered
from node.errors import Invalid
from storage import audit, house
from storage.house import Rule
from storage.store import Unit

LONGEST_RULE = 300
LONGEST_HINT = 1_000
LONGEST_TEXT = 20_000
MOST_RULES = 40


def add_rule(unit: Unit, text: str, hint: str, *, by: str, source: str) -> Rule:
    """Add a rule. hint: what it means, may be empty.  by, source: for the audit.  Raises Invalid."""
    if not text.strip():
        raise Invalid("rule", "ERR_BLANK", "Rule can't be blank")
    if len(text) > LONGEST_RULE or len(hint) > LONGEST_HINT:
        sentence = f"A rule has at most {LONGEST_RULE} characters, and its explanation {LONGEST_HINT}."
        raise Invalid("rule", "ERR_TOO_LONG", sentence)
    if len(house.rules(unit)) >= MOST_RULES:
        raise Invalid("rule", "ERR_TOO_MANY", f"A charter has at most {MOST_RULES} rules.")
    added = house.add_rule(unit, text=text.strip(), hint=hint.strip())
    audit.add(unit, who=by, source=source, act="rule.add", subject=str(added.id), detail={"text": added.text})
    return added


def remove_rule(unit: Unit, identifier: int, *, by: str, source: str) -> None:
    """Take a rule out; reports that name it go on doing so. by, source: for the audit.  Raises NotFound."""
    removed = house.remove_rule(unit, identifier)
    audit.add(unit, who=by, source=source, act="rule.remove", subject=str(removed.id), detail={"text": removed.text})


def write(unit: Unit, texts: Mapping[str, str], *, by: str, source: str) -> None:
    """Write texts about the node, Markdown, by name; an empty one is taken away. by, source: for the audit. Raises Invalid."""
    present = house.texts(unit)
    for name, text in texts.items():
        if len(text) > LONGEST_TEXT:
            raise Invalid(name, "ERR_TOO_LONG", f"A text has at most {LONGEST_TEXT} characters.")
        said = text.strip()
        if said != (present[name].source if name in present else ""):
            house.write(unit, name, source=said, content=rendered(said))
            audit.add(unit, who=by, source=source, act="text.write", subject=name)
