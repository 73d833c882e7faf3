"""A tab in a process of its own, to be frozen: ``python -m tests.fire.silent_tab URL COOKIE`` says when it is there."""

import asyncio
import sys

from tests.support.reflex_socket import ReflexSocket


async def _main(url: str, cookie: str) -> None:
    async with ReflexSocket(url, cookie=cookie):
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
