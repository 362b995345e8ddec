"""A node while it runs: what every handler and every action is given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from federation.service import Federation
from node.media.library import Library
from node.memory import Memory
from node.passwords import Passwords
from node.settings import Settings
from storage.store import Store
from storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Node:
    """Everything a node is made of, put together in `node.app`. now: aware, UTC."""

    settings: Settings
    store: Store
    federation: Federation
    passwords: Passwords
    vault: Vault
    now: Callable[[], datetime]
    memory: Memory
    library: Library

    @property
    def base_url(self) -> str:
        """The public address, without a closing slash."""
        return self.settings.base_url


NODE = web.AppKey("node", Node)
