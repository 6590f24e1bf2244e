"""Read a file in a process of its own, with limits, so that no file can harm the server.

``python -m bailiwick_web.exchange.child TASK FILE OUT OPTIONS`` writes ``facts.json``, and, if the file can be used, ``rows.arrow`` (the
usable rows) and ``rejected.arrow`` (the others, with reasons). No Django here: the process starts quickly and can reach no database.
"""
