"""Runs toot, a client for terminals, with every answer that it gets noted.

    toot_recorded.py NOTES WORDS-FOR-TOOT…

Names under `localhost` lead to this machine, whatever its resolver says.
"""

import json
import sys
from pathlib import Path

import requests
import urllib3.util.connection
from toot.cli import cli  # type: ignore[import-not-found]  # installed where this runs

NOTES = Path(sys.argv.pop(1))
connect = urllib3.util.connection.create_connection
send = requests.Session.send


def connect_here(address: tuple[str, int], *args: object, **options: object) -> object:
    host, port = address
    return connect(("127.0.0.1" if host.endswith(".localhost") else host, port), *args, **options)  # type: ignore[arg-type]


def send_and_note(session: requests.Session, request: requests.PreparedRequest, **options: object) -> requests.Response:
    answer = send(session, request, **options)
    is_json = answer.headers.get("Content-Type", "").startswith("application/json")
    said = {"method": request.method, "url": request.url, "status": answer.status_code}
    with NOTES.open("a") as notes:
        notes.write(json.dumps(said | {"answer": answer.json() if is_json else None}) + "\n")
    return answer


urllib3.util.connection.create_connection = connect_here  # type: ignore[assignment]
requests.Session.send = send_and_note  # type: ignore[assignment,method-assign]
cli()
