"""Makes the scripts and style sheets of the pages small when the package is built, as a wheel or to be edited in place.

hatchling runs it. Why so: docs/decisions/0029-scripts-of-our-own.md.
"""

import runpy
from pathlib import Path
from typing import Any

import rcssmin
import rjsmin
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Bundles(BuildHookInterface[Any]):
    """Writes node/web/built/, which `node/web/bundle.py` reads."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  hatchling gives both
        """Join and shrink. What is written is no part of the repository, and part of the wheel (`artifacts`)."""
        bundle = runpy.run_path(str(Path(self.root) / "node" / "web" / "bundle.py"))
        script, sheet = bundle["script"](), bundle["sheet"]()
        folder: Path = bundle["BUILT"]
        folder.mkdir(exist_ok=True)
        (folder / bundle["SCRIPT"]).write_text(rjsmin.jsmin(script), encoding="utf-8")
        (folder / bundle["SHEET"]).write_text(rcssmin.cssmin(sheet), encoding="utf-8")
        (folder / bundle["MADE_OF"]).write_text(bundle["digest"](script, sheet), encoding="ascii")
