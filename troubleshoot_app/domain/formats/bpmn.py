"""Reads the flow-chart part of BPMN: tasks, events, exclusive gateways and sequence flows. The rest is left out by name."""

from collections.abc import Iterator

from troubleshoot_app.domain.errors import Fault, UnreadableTree, quoted
from troubleshoot_app.domain.formats.chart import CHART_LIMIT, Chart, too_large
from troubleshoot_app.domain.formats.report import Code, Report
from troubleshoot_app.domain.formats.words import calls_for_help
from troubleshoot_app.domain.formats.xml_reader import Element, read_xml
from troubleshoot_app.domain.tree import NodeKind

_TASKS = frozenset(
    [
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "scriptTask",
        "businessRuleTask",
        "sendTask",
        "receiveTask",
        "callActivity",
        "intermediateThrowEvent",
        "intermediateCatchEvent",
    ]
)
_GATEWAYS = frozenset({"exclusiveGateway", "inclusiveGateway"})
_REDUNDANT = frozenset(["incoming", "outgoing", "documentation", "conditionExpression"])
_BREAKS_PATHS = frozenset(
    [
        "parallelGateway",
        "complexGateway",
        "eventBasedGateway",
        "subProcess",
        "adHocSubProcess",
        "transaction",
        "boundaryEvent",
    ]
)
_LAYOUT = "BPMNDiagram"


def read_bpmn(content: bytes, report: Report) -> list[Chart]:
    """Return a chart for each process; ``report`` gets what is about none of them.

    Raises:
        UnreadableTree: it is no BPMN, or has no process with a flow.
    """
    root = read_xml(content)
    if root.name != "definitions":
        message = f"BPMN begins with <definitions>; this file begins with <{root.name}>."
        raise UnreadableTree([Fault((), message, *root.place)])
    processes = list(root.all("process"))
    if len(processes) > CHART_LIMIT:
        raise too_large(
            f"A file has at most {CHART_LIMIT} processes; here is one more.", processes[CHART_LIMIT].place
        )
    titles = _pool_names(root)
    charts = []
    for process in processes:
        title = process.get("name") or titles.get(process.get("id"), "")
        chart = _Process(process, title).read()
        if chart.boxes:
            charts.append(chart)
        else:
            message = f"The process {quoted(title or process.get('id'))} has no tasks; it was left out."
            report.info(Code.CHART_LEFT_OUT, process.place, message)
            for line in chart.report.lines():
                report.repeat(line)
    _report_rest(root, report)
    if not charts:
        raise UnreadableTree([Fault((), "There is no process with a flow in this file.", *root.place)])
    return charts


def _pool_names(root: Element) -> dict[str, str]:
    pools = [pool for collaboration in root.all("collaboration") for pool in collaboration.all("participant")]
    return {pool.get("processRef"): pool.get("name") for pool in pools}


def _report_rest(root: Element, report: Report) -> None:
    for element in root.children:
        if element.name == _LAYOUT:
            report.info(
                Code.LAYOUT_LEFT_OUT, element.place, "Positions were left out; the tree is laid out anew."
            )
        elif element.name == "collaboration":
            for part in element.children:
                if part.name != "participant":
                    _report_left_out(part, report)
        elif element.name != "process":
            _report_left_out(element, report)


def _report_left_out(element: Element, report: Report) -> None:
    words = element.get("name") or " ".join(_texts(element))
    name = f"{element.name} {quoted(words)}" if words else element.name
    message = f"A tree has no {name}; it was left out."
    if element.name in _BREAKS_PATHS:
        report.error(Code.ELEMENT_LEFT_OUT, element.place, f"{message} Lead the paths around it.")
    else:
        report.info(Code.ELEMENT_LEFT_OUT, element.place, message)


def _texts(element: Element) -> Iterator[str]:
    for part in (element, *element.children):
        if part.text.strip():
            yield part.text.strip()


class _Process:
    """One process on its way to a chart."""

    def __init__(self, process: Element, title: str) -> None:
        self._chart = Chart(process.place, about={"title": title} if title else {})
        self._report = self._chart.report
        self._elements: dict[str, Element] = {}
        self._flows: list[Element] = []
        self._described(process)
        for element in process.children:
            if element.name == "sequenceFlow":
                self._flows.append(element)
            elif element.get("id"):
                self._elements[element.get("id")] = element
            elif element.name not in _REDUNDANT:
                _report_left_out(element, self._report)

    def read(self) -> Chart:
        """Return the chart."""
        leaving: dict[str, list[str]] = {}
        for flow in self._flows:
            leaving.setdefault(flow.get("sourceRef"), []).append(flow.get("targetRef"))
        passed: dict[str, str] = {}
        for element_id, element in self._elements.items():
            targets = leaving.get(element_id, [])
            if self._only_passes_on(element) and len(targets) == 1:
                passed[element_id] = targets[0]
                message = f"This {element.name} has no name and one way on; the arrows lead past it."
                self._report.info(Code.ELEMENT_LEFT_OUT, element.place, message)
            else:
                self._take(element_id, element, targets)
        self._connect(passed)
        return self._chart

    def _only_passes_on(self, element: Element) -> bool:
        return not element.get("name").strip() and (element.name == "startEvent" or element.name in _GATEWAYS)

    def _take(self, element_id: str, element: Element, targets: list[str]) -> None:
        name = " ".join(element.get("name").split())
        if element.name not in _TASKS | _GATEWAYS | {"startEvent", "endEvent"}:
            _report_left_out(element, self._report)
            return
        box = self._chart.box(element_id, element.place)
        box.text = name
        box.help = "\n\n".join(one.text.strip() for one in element.all("documentation") if one.text.strip())
        if element.name in _GATEWAYS:
            self._take_gateway(element_id, element, name)
        elif element.name == "endEvent":
            self._take_end(element_id, element, name)
        elif element.name == "callActivity":
            message = f"{quoted(name)} calls {quoted(element.get('calledElement'))}. Import that too, and lead there."
            self._report.info(Code.LINK_TO_ANOTHER_TREE, element.place, message)
        elif len(targets) > 1:
            message = f"Several flows leave {quoted(name)} at once; a walk takes one of them."
            self._report.warning(Code.KIND_GUESSED, element.place, message)
        for part in element.children:
            if part.name not in _REDUNDANT and not part.name.endswith("EventDefinition"):
                _report_left_out(part, self._report)

    def _take_gateway(self, element_id: str, element: Element, name: str) -> None:
        box = self._chart.boxes[element_id]
        box.asks = True
        if not name:
            box.text = "Which way?"
            self._report.warning(
                Code.EMPTY_TEXT, element.place, 'This gateway has no name; it became "Which way?".'
            )
        if element.name == "inclusiveGateway":
            message = f"Of {quoted(box.words)} several ways may be taken at once; a walk takes one of them."
            self._report.warning(Code.KIND_GUESSED, element.place, message)

    def _take_end(self, element_id: str, element: Element, name: str) -> None:
        box = self._chart.boxes[element_id]
        escalates = any(part.name == "escalationEventDefinition" for part in element.children)
        box.kind = NodeKind.ESCALATION if escalates or calls_for_help(name) else NodeKind.RESOLUTION
        if not name:
            box.text = "Escalate." if escalates else "Done."
            self._report.warning(
                Code.EMPTY_TEXT, element.place, f"This end has no name; it became {quoted(box.text)}."
            )
        elif box.kind is NodeKind.ESCALATION and not escalates:
            message = f"{quoted(name)} reads as a call for help, so it became an escalation."
            self._report.info(Code.ESCALATION_GUESSED, element.place, message)

    def _connect(self, passed: dict[str, str]) -> None:
        boxes = self._chart.boxes
        led = _led_past(passed)
        for flow in self._flows:
            source, target = flow.get("sourceRef"), flow.get("targetRef")
            if source in passed:
                continue
            target = led.get(target, target)
            label = " ".join(flow.get("name").split())
            if not label and (condition := next(flow.all("conditionExpression"), None)):
                label = condition.text.strip()
            if source not in boxes or target not in boxes:
                lost = source if source not in boxes else target
                element = self._elements.get(lost)
                name = f"{element.name} {quoted(element.get('name'))}" if element else quoted(lost)
                message = f"The flow {quoted(label or flow.get('id'))} is tied to {name}, which is left out; so is it."
                self._report.error(Code.LOOSE_ARROW, flow.place, message)
                continue
            self._chart.arrow(source, target, label or None, flow.place)
        self._set_start(led)

    def _set_start(self, led: dict[str, str]) -> None:
        events = [(key, one) for key, one in self._elements.items() if one.name == "startEvent"]
        starts = [(led.get(key, key), one) for key, one in events]
        starts = [(start, one) for start, one in starts if start in self._chart.boxes]
        if starts:
            self._chart.start = starts[0][0]
        for _, other in starts[1:]:
            message = f"There is another start, {quoted(other.get('name'))}; the tree starts with the first."
            self._report.warning(Code.SEVERAL_ROOTS, other.place, message)

    def _described(self, process: Element) -> None:
        words = "\n\n".join(one.text.strip() for one in process.all("documentation") if one.text.strip())
        if words:
            self._chart.about["description"] = words


def _led_past(passed: dict[str, str]) -> dict[str, str]:
    """Return where a flow ends up that leads to something that only passes on."""
    led: dict[str, str] = {}
    for element_id in passed:
        chain: list[str] = []
        seen = set[str]()
        end = element_id
        while end in passed and end not in led and end not in seen:
            seen.add(end)
            chain.append(end)
            end = passed[end]
        end = led.get(end, end)
        led.update(dict.fromkeys(chain, end))
    return led
