"""The bare API: FastAPI, its threads and psycopg2, and nothing else. It is told what to run and what to answer.

Served by granian as the application is. A script is what ``recording`` writes; ``PUT /scripts/NAME`` keeps one, and
``POST`` and ``GET`` there run it in one transaction and answer.
"""

import psycopg2.extras
from fastapi import FastAPI, Request, Response

from tests.bench.floor import Script

psycopg2.extras.register_uuid()  # type: ignore[no-untyped-call]

app = FastAPI(openapi_url=None)
_scripts: dict[str, Script] = {}


@app.put("/scripts/{name}", status_code=204)
async def keep(name: str, request: Request) -> None:
    """Keep a script."""
    _scripts[name] = Script((await request.body()).decode())


@app.post("/scripts/{name}")
@app.get("/scripts/{name}")
def run(name: str) -> Response:
    """Run a script."""
    script = _scripts[name]
    script.run()
    return Response(script.answer, media_type="application/json")
