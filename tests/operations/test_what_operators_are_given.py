"""What operators are given says the same everywhere: composition, example, README, alerts and the program."""

import re
from typing import Any

import pytest
import yaml

from tests.support.server import SETTINGS
from troubleshoot_app.api.metrics import metrics_text
from troubleshoot_app.core.settings import Settings
from troubleshoot_app.server.paths import ROOT
from troubleshoot_app.services.operations import CHANNELS, Load

NAMES = {name.upper() for name in Settings.model_fields}
# What the composition asks for beside the settings of the program.
OF_COMPOSE = {"POSTGRES_PASSWORD", "TROUBLESHOOT_VERSION"}
GUIDE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


def composition() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return read


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((ROOT / "docs" / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def test_every_place_names_the_same_settings():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", readme, re.MULTILINE)) == NAMES
    assert set(re.findall(r"^#([A-Z_]+)=", example, re.MULTILINE)) == NAMES
    assert set(composition()["services"]["app"]["environment"]) == NAMES
    assert set(SETTINGS) == NAMES


def test_defaults_of_the_composition_are_those_of_the_program_where_they_are_said():
    written = {
        name: match.group(1)
        for name, value in composition()["services"]["app"]["environment"].items()
        if (match := re.fullmatch(r"\$\{[A-Z_]+:-(.+)\}", value))
    }
    # A place that strangers can reach is more careful, writes for programs, and has work for two.
    stricter = {"WORKERS": "2", "DEMO_DATA": "false", "ALLOW_REGISTRATION": "false", "LOG_FORMAT": "json"}
    for name, value in written.items():
        default = Settings.model_fields[name.lower()].default
        assert value == stricter.get(
            name, str(default).lower() if isinstance(default, bool) else str(default)
        )


def test_what_the_composition_takes_from_outside_is_a_setting_that_the_guide_names():
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    assert asked <= NAMES | OF_COMPOSE
    assert all(f"`{name}`" in GUIDE or name in GUIDE for name in OF_COMPOSE)


def test_the_composition_starts_in_order_and_gives_away_little():
    services = composition()["services"]
    app, migrate = services["app"], services["migrate"]
    assert app["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert migrate["depends_on"]["db"]["condition"] == "service_healthy"
    assert services["caddy"]["depends_on"]["app"]["condition"] == "service_healthy"
    for service in (app, migrate):
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["volumes"] == ["var:/var/lib/troubleshoot"]
    open_to_all = {
        name for name, service in services.items() if "ports" in service and "profiles" not in service
    }
    assert open_to_all == {"caddy"}
    named = {volume.partition(":")[0] for one in services.values() for volume in one.get("volumes", ())}
    assert set(composition()["volumes"]) == {name for name in named if not name.startswith(".")}


def test_what_the_image_is_made_of_is_there_and_nobody_is_root():
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for line in lines:
        if line.startswith("COPY ") and "--from" not in line:
            for name in line.split()[1:-1]:
                assert (ROOT / name).exists(), name
                assert name in let_in, name
    last_stage = lines[max(number for number, line in enumerate(lines) if line.startswith("FROM ")) :]
    assert "USER 10001:10001" in last_stage
    assert any(line.startswith("HEALTHCHECK") for line in last_stage)


def test_the_proxy_says_nothing_that_the_program_says_itself():
    caddy = (ROOT / "Caddyfile").read_text(encoding="utf-8")
    for header in (
        "Content-Security-Policy",
        "Strict-Transport-Security",
        "X-Frame-Options",
        "Referrer-Policy",
    ):
        assert not re.search(rf"header\s+\+?{header}", caddy, re.IGNORECASE)
    assert composition()["services"]["app"]["environment"]["TRUSTED_PROXY_HOPS"] == "1"


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_an_alert_asks_for_what_is_told_and_the_guide_says_what_to_do(rule: dict[str, Any]):
    load = Load(
        deliveries={"pending": 0}, due=dict.fromkeys(CHANNELS, 0.0), oldest_due_seconds=dict.fromkeys(CHANNELS, 0.0),
        failed_last_day=dict.fromkeys(CHANNELS, 0.0), connections={"idle": 1.0}, connections_limit=100,
        oldest_open_escalation_seconds=0.0, connected_sockets=0,
    )  # fmt: skip
    told = metrics_text(load).decode()
    assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"].endswith(".")
    assert re.fullmatch(r"\d+m", rule["for"])
    asked = set(re.findall(r"\b(?:troubleshoot|http)_\w+", rule["expr"]))
    for name in asked:
        family = re.sub(r"_(?:bucket|total)$", "", name)
        assert f"# TYPE {family}" in told, name
    assert asked or "up{" in rule["expr"]
    for channel in re.findall(r'channel[!=~]+"([^"]+)"', rule["expr"]):
        assert set(channel.split("|")) <= set(CHANNELS)
    assert f"### {rule['alert']}\n" in GUIDE


def test_the_guide_tells_of_no_alert_that_is_not_there():
    assert set(re.findall(r"^### (Troubleshoot\w+)$", GUIDE, re.MULTILINE)) == {r["alert"] for r in rules()}


def test_every_page_of_the_documentation_is_linked_and_every_link_leads_somewhere():
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    linked = set()
    for page in pages:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"
                linked.add((page.parent / target).resolve())
    assert {page for page in pages if page.name != "README.md"} <= linked
