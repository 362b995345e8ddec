"""What counts as one emoji: a single grapheme, or the name of a custom one between colons. Source: FEP-c0e0."""

import re

from federation.vocabulary import as_list

LONGEST = 100

_BASE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25a0-\u27bf\u2934\u2935\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff]"
)
_PICTURE = f"{_BASE}(?:\ufe0f|[\U0001f3fb-\U0001f3ff])?[\U000e0020-\U000e007f]*"
ONE_GRAPHEME = re.compile(f"[#*0-9]\ufe0f?\u20e3|[\U0001f1e6-\U0001f1ff]{{2}}|{_PICTURE}(?:\u200d{_PICTURE}){{0,9}}")
"""A keycap, a flag, or pictures joined to one."""

SHORTCODE = re.compile(r":[A-Za-z0-9_+-]{1,64}:")


def text_of(value: object) -> str:
    """The content of a reaction, whatever form it was sent in; '' when it has none that can be read."""
    first = next(iter(as_list(value)), "")
    return first if isinstance(first, str) else ""


def read(text: str) -> str | None:
    """The one emoji that a text is; a custom one by its name, as text. None for anything else."""
    wanted = text.strip()
    if len(wanted) > LONGEST:
        return None
    return wanted if is_grapheme(wanted) or SHORTCODE.fullmatch(wanted) else None


def is_grapheme(text: str) -> bool:
    """Whether a text is one emoji of Unicode."""
    return len(text) <= LONGEST and ONE_GRAPHEME.fullmatch(text) is not None
