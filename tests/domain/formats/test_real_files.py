"""The files that people really have come in whole, and what is wrong with them is told by name."""

from collections import Counter

import pytest

from tests.domain.formats.charts import FILES, MATERIAL, arrows, demo, demo_content, imported, kinds, told
from troubleshoot_app.domain.formats.imports import Imported
from troubleshoot_app.domain.tree_rules import can_publish, problems

SYMPTOMS_UNLABELLED = (2, 11, 12, 14, 15, 17, 18, 20, 21, 22, 24, 25, 27, 28, 29, 31, 32)


def material(name: str) -> Imported:
    return imported((MATERIAL / name).read_bytes(), None, name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dealr", [("link_to_another_tree", 17, 3), ("missing_answer", 132, 7)]),
        (
            "domino",
            [
                ("missing_answer", line, 7)
                for line in (34, 41, 48, 55, 65, 84, 102, 111, 132, 151, 160, 186, 199)
            ],
        ),
        (
            "ide",
            [("loop", 25, 7), *[("missing_answer", line, 7) for line in (91, 98, 106, 113, 121, 128, 166)]],
        ),
        ("label-maker", [("missing_answer", line, 7) for line in (33, 81, 121, 131, 138, 145)]),
        (
            "turret",
            [
                ("loop", 17, 7),
                ("link_to_another_tree", 39, 3),
                *[("missing_answer", line, 7) for line in (71, 98, 123, 131, 162, 171, 204, 211, 230, 237)],
            ],
        ),
    ],
)
def test_the_tree_files(name: str, expected: list[tuple[str, int, int]]):
    result = imported(demo_content(name), None, f"{name}.yaml")
    (chart,) = result.charts
    assert chart.file == demo(name)
    assert told(chart) == expected
    assert told(result) == [("format_guessed", None, None)]


def test_all_tree_files_are_here():
    assert set(FILES) == {"dealr", "domino", "ide", "label-maker", "turret"}


def test_the_question_with_yes_or_no_as_its_only_answer():
    (chart,) = imported(demo_content("turret")).charts
    messages = [line.message for line in chart.report if line.line == 71]
    assert messages == [
        'The "Yes" is missing: "No" is the only answer to '
        '"Make sure you pulled the plastic tab out of the remote. Check the battery, make…".'
    ]


def test_cannot_rdp_or_ssh():
    (chart,) = material("azure-vm-cannot-rdp-or-ssh.mmd").charts
    assert chart.file.title == "Azure vm cannot rdp or ssh"
    assert arrows(chart) == [
        ("A", "Next", "B"), ("B", "No", "C"), ("B", "Yes", "D"), ("D", "Timeout", "E"), ("D", "Refused", "F"),
        ("D", "Auth failure", "G"),
    ]  # fmt: skip
    assert told(chart) == [
        ("title_guessed", 1, 1),
        ("unlabelled_arrow", 2, 26),
        ("link_to_another_tree", 3, 15),
    ]


def test_will_not_start():
    (chart,) = material("azure-vm-wont-start.mmd").charts
    assert kinds(chart) == {
        "A": "action", "B": "question", "C": "resolution", "D": "action", "E": "question", "F": "resolution", "G": "resolution",
    }  # fmt: skip
    assert told(chart) == [("title_guessed", 1, 1), ("unlabelled_arrow", 2, 23), ("unlabelled_arrow", 5, 7)]


def test_symptoms_lead_to_pages_that_are_other_trees():
    (chart,) = material("azure-vm-symptoms.mmd").charts
    assert len(chart.file.tree.nodes) == 25
    assert [line for _, line, _ in told(chart, "unlabelled_arrow")] == list(SYMPTOMS_UNLABELLED)
    assert [line for _, line, _ in told(chart, "link_to_another_tree")] == list(SYMPTOMS_UNLABELLED[1:])
    assert told(chart, "title_guessed") == [("title_guessed", 1, 1)]
    assert len(chart.report) == 34
    assert ("F1", "playbooks/performance/slow-performance", "F2") in arrows(chart)
    warnings = [line.line for line in chart.report if line.severity == "warning"]
    assert warnings == [21, 22, 28, 29]


def test_the_six_drawn_trees():
    result = material("unknown-network-device.md")
    assert [chart.file.title for chart in result.charts] == [
        "IP camera or NVR", "Printer", "NAS or file server", "Router or gateway", "Smart home / IoT", "Media device / smart TV",
    ]  # fmt: skip
    assert [len(chart.file.tree.nodes) for chart in result.charts] == [15, 9, 9, 11, 11, 9]
    assert told(result) == [
        ("format_guessed", None, None), ("prose_left_out", 1, 1), ("prose_left_out", 3, 1), ("prose_left_out", 105, 1),
        ("list_left_out", 107, 1), ("prose_left_out", 111, 1),
    ]  # fmt: skip
    assert [Counter(line.code for line in chart.report) for chart in result.charts] == [
        Counter(unlabelled_arrow=8, missing_answer=3, question_made=1, link_to_another_tree=1),
        Counter(unlabelled_arrow=6, missing_answer=3, question_made=1),
        Counter(unlabelled_arrow=6, missing_answer=3, question_made=1),
        Counter(unlabelled_arrow=8, missing_answer=4, question_made=1),
        Counter(unlabelled_arrow=8, missing_answer=4, question_made=1),
        Counter(unlabelled_arrow=6, missing_answer=3, question_made=1),
    ]


def test_the_drawn_tree_of_the_camera():
    chart = material("unknown-network-device.md").charts[0]
    assert told(chart)[:3] == [
        ("question_made", 9, 5),
        ("unlabelled_arrow", 10, 9),
        ("unlabelled_arrow", 13, 9),
    ]
    assert arrows(chart)[:2] == [
        ("does-the-evidence-mention-video-camera-t", "Yes", "which-of-these"),
        ("does-the-evidence-mention-video-camera-t", "No", "do-not-assume-camera-check-other-device"),
    ]
    assert ("is-telnet-open", "No", "continue-with-camera-service-checks") in arrows(chart)
    assert ("is-port-8000-open", "Yes", "consider-hikvision-or-hikvision-oem-vari") in arrows(chart)


@pytest.mark.parametrize("name", ["azure-vm-cannot-rdp-or-ssh.mmd", "azure-vm-symptoms.mmd", "azure-vm-wont-start.mmd",
                                  "unknown-network-device.md"])  # fmt: skip
def test_what_comes_in_can_be_published(name: str):
    for chart in material(name).charts:
        assert can_publish(problems(chart.file.tree))
