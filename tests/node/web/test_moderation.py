"""Reporting, cases, announcements and the charter on the pages, without script."""

import pytest

from node.web.languages import translations
from storage import audit
from tests.node.conftest import House
from tests.node.web.browser import Browser
from tests.node.web.test_pages import Visit, ken, marie, visit

__all__ = ["ken", "marie", "visit"]

CHARTER, ANNOUNCEMENTS = "/administration/charter", "/administration/announcements"


def said(sentence: str) -> str:
    return str(translations("fr").ugettext(sentence))


async def test_a_post_is_reported_and_removed_and_its_author_is_told_why(
    house: House, visit: Visit, marie: Browser, ken: Browser
) -> None:
    claire, anne = await visit("claire", role="admin"), await visit("anne", role="moderator")
    page = await claire.open(CHARTER)
    assert (await claire.send(page, f"{CHARTER}/rules", rule=" ", hint="")).status == 422
    long = await claire.send(page, f"{CHARTER}/texts", extended_description="Paris", privacy_policy="é" * 20_001)
    assert (long.status, "é" * 20_001 in long.html, ">Paris</textarea>" in long.html) == (422, True, True)
    assert " ".join(said("The text is too long: 20,000 characters at most.").split()) in long.text
    assert 'href="#field-privacy_policy"' in long.html
    page = await claire.send(page, f"{CHARTER}/rules", rule="On reste poli.", hint="")
    assert "On reste poli." in page.text
    await ken.publish("Ce texte est de trop")
    page = await marie.open("/this-node")
    path = page.html.split('/report"')[0].rpartition('href="')[2] + "/report"
    for stranger in ("https://evil.example/this-node", "//evil.example", "x"):
        assert "back" not in (await marie.open(path, Referer=stranger)).hidden(path)
    form = await marie.open(path, Referer=str(page.url.with_query(done="published")))
    assert "Ken n’apprend ni qu’il y a un signalement" in form.text
    action = form.action("/report")
    form = await marie.send(form, action, category="other", comment="x" * 2001)
    assert (form.status, "x" * 2001 in form.html) == (422, True)
    rule = form.html.partition('name="rule" value="')[2].partition('"')[0]
    sent = await marie.send(form, action, category="violation", comment="Pas chez nous", rule=rule)
    assert (sent.url.path, "Votre signalement a été transmis aux modérateurs de ce nœud." in sent.text) == (
        "/this-node",
        True,
    )

    assert "Nouveau signalement au sujet de Ken" in (await anne.open("/notifications")).text
    listed = await anne.open("/moderation")
    assert "Pas chez nous" in listed.text
    case = "/moderation/" + listed.html.partition('href="/moderation/')[2].partition('"')[0]
    page = await anne.open(case)
    assert all(words in page.text for words in ("Ce texte est de trop", "On reste poli.", "Pas chez nous"))
    assert "Déjà vu." in (await anne.send(page, f"{case}/note", note="Déjà vu.")).text
    assert (await anne.send(page, f"{case}/note", note=" ")).status == 422
    assert said("You look after this case now.") in (await anne.send(page, f"{case}/take")).text
    removed = await anne.send(page, f"{case}/remove-post", text="Relisez la charte.")
    assert said("None, or they are gone.") in removed.text
    told = (await ken.open("/notifications")).text
    assert all(words in told for words in (said("A post was removed by the moderators"), "Relisez la charte."))
    assert "Anne" not in told
    assert "Ce texte est de trop" not in (await marie.open("/this-node")).text
    assert (await anne.send(page, f"{case}/decide", decision="none", text="")).status == 422
    decided = await anne.send(page, f"{case}/decide", decision="suspend", text="Trop, c’est trop.")
    assert said("It is done. The decision is on record.") in decided.text
    assert (await ken.open("/")).url.path == "/sign-in"
    assert said("No report is open") in (await anne.open("/moderation")).text
    assert "suspendu ce compte" in (await marie.open("/@ken")).text
    lifted = await anne.send(decided, f"{case}/lift")
    assert said("Suspended: nobody here sees their posts.") not in lifted.text
    assert "suspendu ce compte" not in (await marie.open("/@ken")).text
    acts = [one.act for one in await house.node.store.read(audit.entries, limit=20)]
    assert acts[:4] == ["account.unsuspend", "report.resolve", "account.suspend", "post.remove"]
    assert "rule.add" in acts


async def test_a_person_is_reported_and_nobody_reports_themselves(marie: Browser, ken: Browser) -> None:
    profile = await marie.open("/@ken")
    assert said("Report this person") in profile.text
    path = profile.html.split('/report"')[0].rpartition('href="')[2] + "/report"
    form = await marie.open(path)
    assert (await marie.send(form, path, category="spam", comment="")).url.path == "/@ken"
    own = await ken.open(path)
    refused = await ken.send(own, path, category="spam", comment="")
    assert (refused.status, said("You cannot report yourself.") in refused.text) == (422, True)


async def test_an_announcement_stands_above_the_journal_until_it_is_put_away(visit: Visit, marie: Browser) -> None:
    claire = await visit("claire", role="admin")
    page = await claire.open(ANNOUNCEMENTS)
    for text, day in (("", ""), ("x", "demain"), ("x", "2020-01-01"), ("x", "9999-12-31")):
        assert (await claire.send(page, ANNOUNCEMENTS, text=text, ends_at=day)).status == 422
    page = await claire.send(page, ANNOUNCEMENTS, text="Coupure **lundi**", ends_at="")
    assert said("The announcement is published.") in page.text
    journal = await marie.open("/")
    assert "Coupure lundi" in journal.text
    assert "Coupure" not in (await marie.send(journal, journal.action("/dismiss"))).text
    assert "Coupure lundi" in (await claire.open("/")).text
    assert "Coupure" not in (await claire.send(page, page.action("/withdraw"))).text


@pytest.mark.parametrize("path", ["/moderation", "/moderation/1", CHARTER, ANNOUNCEMENTS])
async def test_what_is_for_others_is_closed(visit: Visit, marie: Browser, path: str) -> None:
    anne = await visit("anne", role="moderator")
    assert (await marie.open(path)).status == 403
    assert (await anne.open(path)).status == {"/moderation": 200, "/moderation/1": 404}.get(path, 403)
