"""What the import page sends: with the browser's cookie, from our own pages only, and not more than is read."""

from tests.support.accounts import cookie_for
from tests.support.asgi import Api
from tests.support.people import Person, Team
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.tree import FILE_LIMIT
from troubleshoot_app.services.auth import SIGN_IN_COOKIE

PATH = "/web/trees/import"
TWO_CHARTS = b"""# Lamps

```mermaid
flowchart TD
  A{Lit?} -->|Yes| B[Good]
  A --> C[Bad]
```

```mermaid
flowchart TD
  X{On?} -->|Yes| Y[Fine]
  X -->|No| Z[Switch it on]
```
"""


def headers(person: Person | None = None, origin: str = "") -> dict[str, str]:
    cookie = {} if person is None else {"Cookie": f"{SIGN_IN_COOKIE}={cookie_for(person)}"}
    return cookie | {"Origin": origin or get_settings().allowed_origins[0]}


def test_each_chart_of_a_file_is_a_draft_with_its_own_report(api: Api, team: Team):
    answer = api.post(f"{PATH}?name=lamps.md", content=TWO_CHARTS, headers=headers(team.engineer))
    assert answer.status_code == 201
    made = answer.json()
    first, second = made["drafts"]
    assert (first["node_count"], second["node_count"]) == (3, 3)
    unlabelled = [told for told in first["report"] if told["code"] == "unlabelled_arrow"]
    assert [told["line"] for told in unlabelled] == [6]
    assert not [told for told in second["report"] if told["code"] == "unlabelled_arrow"]
    assert "format_guessed" in [told["code"] for told in made["report"]]


def test_the_name_of_the_file_is_what_a_chart_is_about(api: Api, team: Team):
    chart = b"flowchart TD\n  X{On?} -->|Yes| Y[Fine]\n  X -->|No| Z[Switch it on]\n"
    answer = api.post(f"{PATH}?name=no-light.mmd", content=chart, headers=headers(team.engineer))
    assert answer.json()["drafts"][0]["title"] == "No light"


def test_what_cannot_be_read_is_refused_with_line_and_column(api: Api, team: Team):
    broken = b'{"title": "x",\n "nodes": {"a" "b"}}'
    answer = api.post(f"{PATH}?format=json", content=broken, headers=headers(team.engineer))
    assert answer.status_code == 422
    assert [(told["line"], told["column"]) for told in answer.json()["report"]] == [(2, 16)]


def test_only_authors_import_only_from_our_own_pages_and_only_so_much(api: Api, team: Team):
    def status(sent: dict[str, str], content: bytes = TWO_CHARTS) -> int:
        return api.post(PATH, content=content, headers=sent).status_code

    assert status(headers(team.engineer, "https://evil.example")) == 403
    assert status(headers(team.engineer, "null")) == 403
    assert status(headers(team.viewer)) == 403
    assert status(headers()) == 401
    assert status(headers(team.engineer), b"x" * (FILE_LIMIT + 1)) == 413
