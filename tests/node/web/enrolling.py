"""Somebody who sets up a second step on the pages, with an app for codes beside the browser."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape

import pyotp

from tests.node.conftest import PASSWORD, House
from tests.node.web.browser import Browser, Shown

SECURITY = "/settings/security"
SECRET = re.compile(r'<p class="secret-text">([A-Z2-7 ]+)</p>')
CODE = re.compile(r"<li>([a-z0-9]{4}(?:-[a-z0-9]{4}){3})</li>")


@dataclass
class Phone:
    """An app that makes codes, and the recovery codes on paper."""

    secret: str
    recovery: list[str]
    house: House

    def code(self, **apart: float) -> str:
        """The code of now, or of another moment."""
        return code_at(self.secret, self.house.clock() + timedelta(**apart))


def code_at(secret: str, moment: datetime) -> str:
    return pyotp.TOTP(secret).at(moment)


async def unlock(browser: Browser) -> Shown:
    """Give the password once more, where it was not given a moment ago."""
    page = await browser.open(SECURITY)
    if f'action="{SECURITY}/unlock"' not in page.html:
        return page
    return await browser.send(page, f"{SECURITY}/unlock", present=PASSWORD)


async def enrol(house: House, browser: Browser, page: Shown | None = None) -> Phone:
    """Set up an app, from a page of one's own that is unlocked. The clock is a minute on afterwards: the code is used."""
    page = page or await unlock(browser)
    shown = await browser.send(page, f"{SECURITY}/app/begin")
    assert 'src="data:image/svg+xml' in shown.html
    secret = SECRET.findall(shown.html)[0].replace(" ", "")
    done = await browser.send(shown, f"{SECURITY}/app", code=code_at(secret, house.clock()))
    recovery = [unescape(code) for code in CODE.findall(done.html)]
    house.clock.forward(minutes=1)
    return Phone(secret, recovery, house)
