"""The pages, a file each, with its template by the same name. `node.web.routes` finds them by their files.

Each handler is thin: it reads the address or the form, asks `node.actions` or a timeline, and renders. What a person
may see is decided by storage, what they may do by the actions, the same as for apps.
"""
