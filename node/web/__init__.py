"""The web face: pages for people, in French and English, that need no script.

    declared.py    `@page` over a function makes a page: its route, sign-in, form protection, refusals in plain words
    pages/         a file per page; its template beside it by name in `templates/`
    answers.py     `render`, `go`, `go_back`: what a handler gives back
    appearance.py  the templates' environment and filters
    languages.py   French and English: messages, dates, numbers; `wording.py`: what the code says
    assets.py      the style sheet and pictures, under names that may be kept for ever

Start reading at `pages/journal.py`.
"""
