"""BPMN: its flow charts come in, the rest is left out by name."""

import pytest

from tests.domain.formats.charts import arrows, imported, kinds, only, texts, told
from troubleshoot_app.domain.errors import UnreadableTree

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" id="d">\n'
)


def bpmn(*elements: str, name: str = "Lamp", more: str = "") -> str:
    inner = "\n".join(elements)
    return f'{HEAD}<bpmn:process id="p" name="{name}">\n{inner}\n</bpmn:process>\n{more}</bpmn:definitions>\n'


def element(kind: str, element_id: str, name: str = "", inner: str = "") -> str:
    named = f' name="{name}"' if name else ""
    return f'<bpmn:{kind} id="{element_id}"{named}>{inner}</bpmn:{kind}>'


def flow(source: str, target: str, name: str = "", inner: str = "") -> str:
    named = f' name="{name}"' if name else ""
    return f'<bpmn:sequenceFlow id="{source}_{target}"{named} sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'


LAMP = (
    element("startEvent", "start", inner="<bpmn:outgoing>start_lit</bpmn:outgoing>"),
    element("exclusiveGateway", "lit", "Is it&#10;lit?"),
    element("userTask", "plug", "Plug it in", "<bpmn:documentation>Use a dry hand.</bpmn:documentation>"),
    element("exclusiveGateway", "merge"),
    element("endEvent", "good", "Good"),
    element("endEvent", "call", "Call support"),
    flow("start", "lit"), flow("lit", "merge", "Yes"), flow("merge", "good"), flow("lit", "plug", "No"),
    flow("plug", "merge"), flow("lit", "call", inner="<bpmn:conditionExpression>broken</bpmn:conditionExpression>"),
)  # fmt: skip


@pytest.mark.parametrize("format", [None, "bpmn"])
def test_the_flow_of_a_process(format: str | None):
    chart = only(bpmn(*LAMP), format)
    assert chart.file.title == "Lamp"
    assert chart.file.tree.start == "lit"
    assert arrows(chart) == [
        ("lit", "Yes", "good"), ("lit", "No", "plug"), ("lit", "broken", "call"), ("plug", "Next", "good"),
    ]  # fmt: skip
    assert kinds(chart) == {"lit": "question", "plug": "action", "good": "resolution", "call": "escalation"}
    assert texts(chart)["lit"] == "Is it lit?"
    assert chart.file.tree.nodes["plug"].help == "Use a dry hand."
    assert told(chart) == [
        ("element_left_out", 4, 1), ("element_left_out", 7, 1), ("escalation_guessed", 9, 1), ("unlabelled_arrow", 14, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["task", "manualTask", "serviceTask", "scriptTask", "sendTask", "receiveTask", "businessRuleTask",
                                  "intermediateCatchEvent", "intermediateThrowEvent", "startEvent"])  # fmt: skip
def test_what_becomes_an_action(kind: str):
    chart = only(bpmn(element(kind, "a", "Wait"), element("endEvent", "b", "Done"), flow("a", "b", "Go")))
    assert (kinds(chart)["a"], arrows(chart)) == ("action", [("a", "Go", "b")])


@pytest.mark.parametrize(
    ("kind", "severity"),
    [
        ("parallelGateway", "error"), ("complexGateway", "error"), ("eventBasedGateway", "error"), ("subProcess", "error"),
        ("boundaryEvent", "error"), ("transaction", "error"), ("dataObjectReference", "info"), ("textAnnotation", "info"),
        ("association", "info"), ("laneSet", "info"), ("group", "info"),
    ],
)  # fmt: skip
def test_the_rest_is_left_out_by_name(kind: str, severity: str):
    chart = only(
        bpmn(
            element("task", "a", "A"),
            element("endEvent", "b", "B"),
            flow("a", "b", "x"),
            element(kind, "c", "Mine"),
        )
    )
    (line,) = [line for line in chart.report if line.code == "element_left_out"]
    assert (line.severity, line.line, line.column) == (severity, 7, 1)
    assert f'{kind} "Mine"' in line.message


def test_flows_of_what_is_left_out_are_told():
    chart = only(
        bpmn(
            element("task", "a", "A"),
            element("parallelGateway", "g", "Fork"),
            flow("a", "g", "x"),
            flow("g", "gone"),
        )
    )
    assert told(chart, "loose_arrow") == [("loose_arrow", 6, 1), ("loose_arrow", 7, 1)]


def test_what_is_beside_the_processes_is_told():
    more = (
        '<bpmn:collaboration id="c"><bpmn:participant id="x" name="Pool" processRef="p"/><bpmn:messageFlow id="m" name="Call"/>'
        '</bpmn:collaboration>\n<bpmn:message id="msg" name="Hello"/>\n<bpmndi:BPMNDiagram id="di"/>\n'
    )
    result = imported(bpmn(*LAMP, name="", more=more))
    assert result.charts[0].file.title == "Pool"
    assert told(result)[1:] == [
        ("element_left_out", 17, 81),
        ("element_left_out", 18, 1),
        ("layout_left_out", 19, 1),
    ]


def test_names_are_made_for_what_has_none():
    chart = only(bpmn(
        element("task", "a", "A"), element("exclusiveGateway", "g"), element("inclusiveGateway", "i", "Which?"),
        element("endEvent", "e"), element("endEvent", "f", inner="<bpmn:escalationEventDefinition/>"),
        flow("a", "g"), flow("g", "i", "x"), flow("g", "e", "y"), flow("i", "f", "z"), flow("i", "e", "w"),
    ))  # fmt: skip
    assert texts(chart) == {"a": "A", "g": "Which way?", "i": "Which?", "e": "Done.", "f": "Escalate."}
    assert kinds(chart)["f"] == "escalation"
    assert [line for _, line, _ in told(chart, "empty_text", "kind_guessed")] == [5, 6, 7, 8]


def test_several_processes_and_starts():
    two = '<bpmn:process id="q" name="Two"><bpmn:task id="t" name="T"/></bpmn:process>\n<bpmn:process id="r"/>\n'
    start = element("startEvent", "other", "By mail")
    result = imported(bpmn(*LAMP, start, flow("other", "plug"), more=two))
    assert [chart.file.title for chart in result.charts] == ["Lamp", "Two"]
    assert told(result.charts[0], "several_roots") == [("several_roots", 16, 1)]
    assert told(result, "chart_left_out") == [("chart_left_out", 20, 1)]


def test_calls_of_other_processes_are_told():
    call = '<bpmn:callActivity id="a" name="Check the network" calledElement="network"/>'
    chart = only(bpmn(call, element("endEvent", "b", "B"), flow("a", "b", "x")))
    assert told(chart, "link_to_another_tree") == [("link_to_another_tree", 4, 1)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (bpmn(), "There is no process with a flow"),
        (f"{HEAD}</bpmn:definitions>", "There is no process with a flow"),
        ("<process/>", "BPMN begins with <definitions>"),
        ("<definitions", "This is not XML"),
        ("<!DOCTYPE d [<!ENTITY a 'b'>]><definitions/>", "document type"),
    ],
)
def test_what_has_no_flow_is_refused(text: str, message: str):
    with pytest.raises(UnreadableTree) as refused:
        imported(text, "bpmn")
    assert message in str(refused.value)
    assert refused.value.faults[0].line is not None
