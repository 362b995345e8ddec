"""One's own entry in the directory: what comes from the ministry is shown, languages and skills are one's own to say."""

from collections.abc import Sequence

from aiohttp import web

from node.actions import cards
from node.context import NODE
from node.errors import Invalid
from node.web import session
from node.web.answers import go, language_of, render, said
from node.web.declared import page
from node.web.languages import WRITTEN, Language, Speech

HERE = "/settings/directory"


@page("GET", HERE)
async def show(request: web.Request) -> web.StreamResponse:
    """The entry as it stands."""
    card = session.present(request).account.visiting_card
    return await _shown(request, card.languages, ", ".join(card.skills), errors={}, status=200)


@page("POST", HERE)
async def change(request: web.Request) -> web.StreamResponse:
    """Say which languages one speaks, and what one can be asked about."""
    visitor, form = session.present(request), await request.post()
    languages, skills = [str(code) for code in form.getall("language", ())], str(form.get("skills", ""))
    try:
        await cards.say(request.app[NODE].federation, visitor.account, languages=languages, skills=skills)
    except Invalid as invalid:
        return await _shown(request, languages, skills, errors=said(request, visitor, invalid), status=422)
    return go(HERE, done="saved")


async def _shown(
    request: web.Request, languages: Sequence[str], skills: str, *, errors: dict[str, str], status: int
) -> web.StreamResponse:
    visitor = session.present(request)
    card = visitor.account.visiting_card
    return await render(
        request,
        "own_card.html",
        status=status,
        card=card,
        languages=languages,
        skills=skills,
        spoken=spoken_by(language_of(request, visitor), card.languages),
        errors=errors,
    )


def spoken_by(reader: Language, chosen: Sequence[str]) -> list[tuple[str, str]]:
    """Languages that one can say one speaks: codes and names, with those that were chosen before."""
    speech = Speech(reader)
    return [(code, speech.name_of(code)) for code in dict.fromkeys([*WRITTEN, *chosen])]
