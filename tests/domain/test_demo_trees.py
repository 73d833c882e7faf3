"""The trees of the demo account: real ones, with the faults that their authors left in them."""

from pathlib import Path

import pytest

from troubleshoot_app.domain.formats.tree_file import TreeFile, read_tree_file
from troubleshoot_app.domain.tree_rules import Severity, can_publish, problems
from troubleshoot_app.domain.walk import advance, begin

FILES = Path(__file__).parents[2] / "troubleshoot_app" / "demo" / "trees"

NODE_COUNTS = {"dealr": 25, "domino": 22, "ide": 21, "label-maker": 21, "turret": 27}

ONE_ANSWER_ONLY = {
    "dealr": ["DealTooManyCheck"],
    "domino": [
        "CheckBackwardsWires", "CheckBattery", "TryAnotherCable", "TryAnotherArduino", "CheckHBridgeWires",
        "CheckRedWalls", "StraightenIRSensors", "CheckTapeColor", "CheckBadgeReel", "LimitSwitchTriggerFixes",
        "CheckRedWallsFeedingIssue", "NotPickingUpDominios", "NotReleasingDominos",
    ],
    "ide": [
        "BrowserCheck", "ProvidedCableCheck", "ArduinoPortCheck", "TryAnotherCable", "Restart", "TryIncognito",
        "WindowsInstallDriver",
    ],
    "label-maker": [
        "Screen", "MotorAnotherArduino", "Joystick", "Power", "CheckBackwardsWires", "TryAnotherBattery",
    ],
    "turret": [
        "RemoteNotWorking", "LLightBadBreadboard", "PitchSlamming", "MotorIsWeak", "YawTightenOrangeAcorns",
        "RollLoosenBarrel", "WireIssue", "NotTurningOn", "ChargeBatteryPack", "BreadboardSwitch",
    ],
}  # fmt: skip


def demo(name: str) -> TreeFile:
    return read_tree_file((FILES / f"{name}.yaml").read_bytes(), "yaml")


def test_the_demo_trees_are_these():
    assert {path.stem for path in FILES.glob("*.yaml")} == set(NODE_COUNTS)
    assert (FILES / "LICENSE").read_text().startswith("MIT License\n\nCopyright (c) 2025 Crunchlabs LLC\n")


@pytest.mark.parametrize("name", NODE_COUNTS)
def test_they_are_read_whole(name: str):
    file = demo(name)
    assert len(file.tree.nodes) == NODE_COUNTS[name]
    assert next(iter(file.tree.nodes)) == file.tree.start == "Title"
    assert file.category == "Hack Pack"
    assert file.tags == ("hardware", {"domino": "domino-bot"}.get(name, name))


@pytest.mark.parametrize("name", NODE_COUNTS)
def test_all_can_be_published_and_their_only_fault_is_questions_with_one_answer(name: str):
    found = problems(demo(name).tree)
    assert can_publish(found)
    assert [(one.severity, one.code, one.node_id) for one in found] == [
        (Severity.WARNING, "one_option", node_id) for node_id in ONE_ANSWER_ONLY[name]
    ]


@pytest.mark.parametrize(("name", "option_id"), [("turret", "o2"), ("ide", "o1")])
def test_loops_back_to_the_start_are_allowed(name: str, option_id: str):
    tree = demo(name).tree
    walk, _ = advance(tree, begin(tree), option_id)
    if walk.node_id != tree.start:
        walk, _ = advance(tree, walk, "o1")
    assert walk.node_id == tree.start
