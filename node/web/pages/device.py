"""Choices for the device one sits at, made on any page: pictures or none, keys that act at once or not."""

from aiohttp import web

from node.web import device
from node.web.answers import go, go_back, render
from node.web.declared import page
from node.web.shortcuts import SHORTCUTS

HERE = "/shortcuts"


@page("POST", "/light", sign_in=False)
async def light(request: web.Request) -> web.StreamResponse:
    """Have pages come without pictures on this device, or with them."""
    form = await request.post()
    chosen = str(form.get("light", ""))
    answer = go_back(form, done="light" if chosen == device.YES else "pictures")
    device.remember(request, answer, device.LIGHT, chosen)
    return answer


@page("GET", HERE)
async def shortcuts(request: web.Request) -> web.StreamResponse:
    """Which keys do what, and whether they do."""
    return await render(request, "shortcuts.html", shortcuts=SHORTCUTS)


@page("POST", HERE)
async def switch_shortcuts(request: web.Request) -> web.StreamResponse:
    """Switch them off on this device, or on again."""
    form = await request.post()
    answer = go(HERE, done="saved")
    device.remember(request, answer, device.SHORTCUTS, str(form.get("shortcuts", "")))
    return answer
