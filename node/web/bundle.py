"""Scripts and style sheets: a file for each concern here, one of each kind for browsers.

    scripts/*.js          what a page does beyond links and forms: `page.js` first, what all others use; then by name
    static/style/*.css    how pages look: what all share first, in the order of COMMON; then families of parts, by name
    built/                both, made small when the package was built (`hatch_build.py`)

What was built counts as long as it was made of the present sources. After one was changed, browsers get the sources, joined;
so a change is seen at once, and nothing is ever stale. Knows nothing but the standard library: the build has no more.
"""

from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
BUILT = HERE / "built"
SCRIPT, SHEET, MADE_OF = "legation.js", "style.css", "made-of"
COMMON = ("tokens", "ground", "frame", "parts", "posts", "pages", "narrow", "in_posts")
"""The sheets on which the others build: of two rules that say as much, the later one holds."""


def script(folder: Path = HERE / "scripts") -> str:
    """All scripts as one, in a function of their own: what they declare is theirs, and strict."""
    names = sorted(folder.glob("*.js"), key=lambda path: (path.name != "page.js", path.name))
    parts = "\n".join(path.read_text(encoding="utf-8") for path in names)
    return f'(() => {{\n"use strict";\n{parts}\n}})();\n'


def sheet(folder: Path = HERE / "static") -> str:
    """All style sheets as one."""
    order = {name: place for place, name in enumerate(COMMON)}
    names = sorted(folder.glob("style/*.css"), key=lambda path: (order.get(path.stem, len(order)), path.name))
    return "\n".join(path.read_text(encoding="utf-8") for path in names)


def digest(*texts: str) -> str:
    """What tells these sources from others, as hexadecimal digits."""
    return sha256("\0".join(texts).encode()).hexdigest()


def built(folder: Path = BUILT) -> dict[str, bytes]:
    """What browsers are given, by its name: as it was built, or the sources where that is not of them."""
    sources = {SCRIPT: script(), SHEET: sheet()}
    made_of = folder / MADE_OF
    if made_of.is_file() and made_of.read_text(encoding="ascii") == digest(*sources.values()):
        return {name: (folder / name).read_bytes() for name in sources}
    return {name: text.encode() for name, text in sources.items()}
