"""What keeps the server from starting, told in one sentence."""


class StartError(Exception):
    """Starting is not possible as things are; the message says what to do about it."""
