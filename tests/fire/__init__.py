"""The delivery machine under fire: a real server, a real database and a real mail server, each of which fails at will.

The quick form of each test is for every day; the full one is marked ``soak``.
"""
