"""Web push: apps that are not open are told of notifications, through push services that the administrator allows.

    a notification is written ─► its pushes are queued in the same transaction (`storage.pushes`)
                                    ─► Sender: take, encrypt for the app, sign for the service, send; twice never, later at last

    encryption.py   the two ways in which a text is sealed for an app
    vapid.py        the node's key, with which it shows services who sends
    sender.py       Sender: the worker; what is said in a push

Nothing is pushed until `push.allow` names a service.  Source: RFC 8030, RFC 8291, RFC 8292.
"""
