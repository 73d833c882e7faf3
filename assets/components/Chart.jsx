import { createContext, memo, useContext, useEffect, useMemo, useRef, useState } from "react";
import {
  Background,
  BaseEdge,
  EdgeLabelRenderer,
  Handle,
  MarkerType,
  MiniMap,
  Position,
  ReactFlow,
  ReactFlowProvider,
  getBezierPath,
  getSmoothStepPath,
  getViewportForBounds,
  useReactFlow,
  useStoreApi,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { Minus, Plus, Scan } from "lucide-react";
import { Link } from "react-router";
import { BESIDE, keepOffNodes } from "./chartWays.js";
import { MOST_WIDE, placesOfWords } from "./chartWords.js";

// A tree as a chart. The server lays it out and answers over HTTP, so that the websocket stays small however large the
// tree is; of a draft it tells only what has changed since. Only what is in view is drawn. Each node is a button (a
// link where its figure counts sessions), by mouse and by finger; by keyboard the chart is one stop, in which the arrow keys go from node to node.

// What is shown whole can still be seen: of a chart wider than that, its middle.
const FIT = { padding: 0.15, minZoom: 0.12, maxZoom: 1 };
const GLIDE_MS = 250;
const NEAR_ZOOM = 0.8;
const TOP_MARGIN = 90;
// A chart that could only be shown whole by making it smaller than this begins near where the work is.
const LEAST_READABLE = 0.5;
// From so many nodes on there is an overview, and only what is in view is drawn.
const LARGE_FROM = 40;
// From so many nodes on the overview costs more than it gives, and zooming out ends before too many nodes are in view.
const HUGE_FROM = 1000;
const LEAST_ZOOM = 0.02;
const LEAST_ZOOM_HUGE = 0.15;
// How far apart arrows leave a node, and from how much of its width.
const MOST_APART = 90;
const FAN = 150;
const CHANGES = { added: "Added", removed: "Removed", changed: "Changed" };
const KINDS = { question: "Question", action: "Action", resolution: "Resolution", escalation: "Escalation" };

const NO_HEAT = {};
const NOWHERE = { x: 0, y: 0 };

// How long the view takes to move, in milliseconds; who prefers little motion sees it there at once.
const glide = () => (window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : GLIDE_MS);

const At = createContext({ here: "", stop: "", choose: () => {}, heat: NO_HEAT, heatHref: "" });

function counted(count, word) {
  return count ? `${count} ${word}${count === 1 ? "" : "s"}` : "";
}

const ChartNode = memo(function ChartNode({ data }) {
  const { here, stop, choose, heat, heatHref } = useContext(At);
  const isHere = data.id === here;
  const marks = [CHANGES[data.change], counted(data.errors, "error"), counted(data.warnings, "warning")];
  const classes = ["chart-node", `chart-${data.kind}`, data.change && `chart-${data.change}`];
  const hot = heat[data.id];
  if (hot) {
    marks.push(hot.words);
    classes.push(`chart-heat chart-heat-${hot.level}`);
  }
  if (isHere) classes.push("chart-here");
  if (data.errors) classes.push("chart-wrong");
  const className = classes.filter(Boolean).join(" ");
  if (data.link !== null) {
    const props = data.link ? { href: data.link, target: "_blank", rel: "noopener" } : {};
    return (
      <a
        {...props}
        data-node={data.id}
        className={`chart-node chart-jump ${data.link ? "" : "chart-wrong"}`}
        style={{ width: data.width, height: data.height }}
        tabIndex={data.id === stop ? 0 : -1}
      >
        <Handle type="target" position={Position.Top} isConnectable={false} />
        <span className="unseen">Another tree: </span>
        <span className="chart-text">↗ {data.text}</span>
        <Handle type="source" position={Position.Bottom} isConnectable={false} />
      </a>
    );
  }
  const shared = {
    "data-node": data.id,
    className,
    style: { width: data.width, height: data.height },
    tabIndex: data.id === stop ? 0 : -1,
    "aria-current": isHere ? "true" : undefined,
  };
  const content = (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <span className="unseen">{KINDS[data.kind]}: </span>
      <span className="chart-text">{data.text || "(nothing written yet)"}</span>
      {marks.some(Boolean) && <span className="chart-marks">{marks.filter(Boolean).join(", ")}</span>}
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </>
  );
  if (hot && heatHref) {
    return (
      <Link {...shared} to={heatHref + encodeURIComponent(data.id)} draggable={false}>
        {content}
      </Link>
    );
  }
  return (
    <button type="button" {...shared} onClick={() => choose(data.id)}>
      {content}
    </button>
  );
});

const nodeTypes = { step: ChartNode };

function pathOf({ begin, side, turn, top, bottom }, sourceY, targetX, targetY) {
  const ends = { sourceX: begin, sourceY, targetX, targetY, sourcePosition: Position.Bottom, targetPosition: Position.Top };
  if (targetY <= sourceY) return getSmoothStepPath({ ...ends, centerX: side, borderRadius: 12, offset: turn })[0];
  if (side === null) return getBezierPath(ends)[0];
  const [into, out] = [(sourceY + top) / 2, (bottom + targetY) / 2];
  return `M${begin},${sourceY} C${begin},${into} ${side},${into} ${side},${top} L${side},${bottom} C${side},${out} ${targetX},${out} ${targetX},${targetY}`;
}

// An arrow down is a curve, or two of them with a line beside what is in the way; one back goes round. Their words lie on
// top of all arrows.
function Way({ id, sourceY, targetX, targetY, markerEnd, data }) {
  const { words, x, y } = data;
  const path = pathOf(data, sourceY, targetX, targetY);
  const place = { maxWidth: MOST_WIDE, transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` };
  return (
    <>
      <BaseEdge path={path} markerEnd={markerEnd} />
      {words && (
        <EdgeLabelRenderer>
          <span className="chart-words" data-arrow={id} style={place} aria-hidden="true">
            {words}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

const edgeTypes = { way: Way };

// What is drawn for a node or an arrow, made once for as long as it stays the same: what is the same is not drawn again.
const drawnNodes = new WeakMap();
const drawnEdges = new WeakMap();

function drawn(cache, thing, make) {
  if (!cache.has(thing)) cache.set(thing, make(thing));
  return cache.get(thing);
}

const DRAWN = ["name", "words", "x", "y", "begin", "side", "turn", "top", "bottom"];

function drawnEdge(edge, way) {
  const known = drawnEdges.get(edge);
  if (known && DRAWN.every((what) => known.data[what] === way[what])) return known;
  drawnEdges.set(edge, edgeOf(edge, way));
  return drawnEdges.get(edge);
}

function nodeOf(node) {
  return {
    id: node.id,
    type: "step",
    position: { x: node.x, y: node.y },
    width: node.width,
    height: node.height,
    // Without it, a chart of which only a part is drawn does not know how large it is and cannot be shown whole.
    measured: { width: node.width, height: node.height },
    handles: [
      { type: "target", position: "top", x: node.width / 2, y: 0, width: 1, height: 1 },
      { type: "source", position: "bottom", x: node.width / 2, y: node.height, width: 1, height: 1 },
    ],
    focusable: false,
    data: node,
  };
}

function wordsOf(edge) {
  return edge.change ? `${edge.label} (${CHANGES[edge.change].toLowerCase()})` : edge.label;
}

function edgeOf(edge, way) {
  return {
    id: edge.id,
    type: "way",
    data: way,
    source: edge.source,
    target: edge.target,
    ariaLabel: [wordsOf(edge), way.name].filter(Boolean).join(": "),
    className: edge.change ? `edge-${edge.change}` : undefined,
    focusable: false,
    markerEnd: { type: MarkerType.ArrowClosed },
  };
}

// Arrows from one node to one other lie on each other: the last of them has the words of all.
function edgesOf(chart) {
  const edges = [...chart.edges.values()];
  const between = new Map();
  for (const edge of edges) {
    const pair = JSON.stringify([edge.source, edge.target]);
    between.set(pair, [...(between.get(pair) ?? []), edge]);
  }
  const leading = new Map();
  for (const [{ target }] of between.values()) leading.set(target, (leading.get(target) ?? 0) + 1);
  const arrows = [...between].map(([pair, same]) => {
    const { id, source, target } = same.at(-1);
    const words = same.map(wordsOf).filter(Boolean).join(" / ");
    const isAlone = leading.get(target) === 1;
    return { id, pair, words, source, isAlone, ...wayOf(chart.nodes.get(source), chart.nodes.get(target)) };
  });
  fanOut(arrows);
  keepOffNodes(arrows, chart.nodes.values());
  const known = new Map(arrows.map((arrow) => [arrow.pair, arrow]));
  const places = placesOfWords(chart.nodes.values(), arrows);
  return edges.map((edge) => {
    const [source, target] = [chart.nodes.get(edge.source), chart.nodes.get(edge.target)];
    const name = `from ${source?.text || "a node"} to ${target?.text || "a node"}`;
    const arrow = known.get(JSON.stringify([edge.source, edge.target]));
    const words = arrow.id === edge.id ? arrow.words : "";
    const { x, y } = (words && places.get(edge.id)) || NOWHERE;
    const { side, turn, top, bottom } = arrow;
    return drawnEdge(edge, { words, x, y, begin: arrow.from[0], side, turn, top, bottom, name });
  });
}

// Arrows down from one node begin beside each other, in the order in which they arrive.
function fanOut(arrows) {
  const leaving = new Map();
  for (const arrow of arrows.filter(({ isBack }) => !isBack)) {
    leaving.set(arrow.source, [...(leaving.get(arrow.source) ?? []), arrow]);
  }
  for (const fan of leaving.values()) {
    const apart = Math.min(MOST_APART, FAN / Math.max(1, fan.length - 1));
    fan.sort((one, other) => one.to[0] - other.to[0]);
    fan.forEach((arrow, number) => {
      arrow.from[0] += (number - (fan.length - 1) / 2) * apart;
    });
  }
}

// How an arrow runs when nothing is in its way: from the lower edge of a node to the upper one of another; back, beside both.
function wayOf(source, target) {
  const from = [source.x + source.width / 2, source.y + source.height];
  const to = [target.x + target.width / 2, target.y];
  const isBack = to[1] <= from[1];
  const side = isBack ? Math.max(from[0], to[0]) + source.width / 2 + BESIDE : null;
  return { from, to, isBack, rows: [target.y, source.y], side, turn: BESIDE, top: 0, bottom: 0 };
}

// A chart as it is kept here: nodes and arrows by id, in their order.
function taken(answer, before) {
  if (answer.base === null) {
    const nodes = new Map(answer.nodes.map((node) => [node.id, node]));
    return { ...answer, nodes, edges: new Map(answer.edges.map((edge) => [edge.id, edge])) };
  }
  const nodes = new Map(before.nodes);
  const edges = new Map(before.edges);
  for (const node of answer.nodes) nodes.set(node.id, node);
  for (const edge of answer.edges) edges.set(edge.id, edge);
  for (const id of answer.gone) {
    nodes.delete(id);
    edges.delete(id);
  }
  return { ...answer, nodes, edges };
}

function useChart(source) {
  const [chart, setChart] = useState(null);
  const [failed, setFailed] = useState(false);
  const kept = useRef(null);
  const place = source.split("?")[0];

  useEffect(() => {
    const gone = new AbortController();
    const before = kept.current?.place === place ? kept.current : null;
    const since = before?.number ? `${source.includes("?") ? "&" : "?"}since=${before.number}` : "";
    fetch(source + since, { signal: gone.signal })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
      .then((answer) => {
        kept.current = { ...taken(answer, before), place };
        setFailed(false);
        setChart(kept.current);
      })
      .catch(() => gone.signal.aborted || setFailed(true));
    return () => gone.abort();
  }, [source]);
  return [chart, failed];
}

// Shows a chart whole: its nodes, and the arrows that run beside them.
function useWhole() {
  const flow = useReactFlow();
  const store = useStoreApi();
  return (duration = 0) => {
    const { width, height } = store.getState();
    const nodes = flow.getNodesBounds(flow.getNodes());
    let [left, right] = [nodes.x, nodes.x + nodes.width];
    for (const { data } of flow.getEdges()) {
      if (data.side !== null) [left, right] = [Math.min(left, data.side), Math.max(right, data.side)];
    }
    const bounds = { ...nodes, x: left, width: right - left };
    flow.setViewport(getViewportForBounds(bounds, width, height, FIT.minZoom, FIT.maxZoom, FIT.padding), { duration });
  };
}

// `begin` shows a chart whole where that can be read, else from a node on; `look` moves the view to a node that is not in
// sight.
function useLook(chart) {
  const flow = useReactFlow();
  const store = useStoreApi();
  const showWhole = useWhole();
  const begin = (id) => {
    const node = chart.nodes.get(id);
    const all = [...chart.nodes.values()];
    const { width, height } = store.getState();
    const across = width / Math.max(...all.map((one) => one.x + one.width));
    const down = height / Math.max(...all.map((one) => one.y + one.height));
    if (!node || Math.min(across, down) * (1 - FIT.padding) >= LEAST_READABLE) {
      showWhole();
      return;
    }
    const top = id === chart.start ? height / 2 / NEAR_ZOOM - TOP_MARGIN : 0;
    flow.setCenter(node.x + node.width / 2, node.y + top, { zoom: NEAR_ZOOM });
  };
  const look = (id, duration) => {
    const node = chart.nodes.get(id);
    if (!node) return;
    const { width, height, transform } = store.getState();
    const [x, y, zoom] = transform;
    const left = node.x * zoom + x;
    const top = node.y * zoom + y;
    const isInSight =
      zoom >= NEAR_ZOOM / 2 &&
      left >= 0 &&
      top >= 0 &&
      left + node.width * zoom <= width &&
      top + node.height * zoom <= height;
    if (isInSight) return;
    const middle = { x: node.x + node.width / 2, y: node.y + node.height / 2 };
    flow.setCenter(middle.x, middle.y, { zoom: Math.max(zoom, NEAR_ZOOM), duration });
  };
  return { begin, look };
}

function neighbours(chart) {
  const up = new Map();
  const down = new Map();
  const rows = new Map();
  for (const edge of chart.edges.values()) {
    if (!down.has(edge.source)) down.set(edge.source, edge.target);
    if (!up.has(edge.target)) up.set(edge.target, edge.source);
  }
  for (const node of chart.nodes.values()) rows.set(node.y, [...(rows.get(node.y) ?? []), node]);
  const beside = (id, step) => {
    const row = rows.get(chart.nodes.get(id)?.y)?.sort((one, other) => one.x - other.x) ?? [];
    return row[row.findIndex((node) => node.id === id) + step]?.id;
  };
  return {
    ArrowUp: (id) => up.get(id),
    ArrowDown: (id) => down.get(id),
    ArrowLeft: (id) => beside(id, -1),
    ArrowRight: (id) => beside(id, 1),
    Home: () => chart.start,
  };
}

function Follow({ chart, here }) {
  const { look } = useLook(chart);
  const known = useRef(here);
  useEffect(() => {
    // A new node is on the form before it is on the chart.
    if (known.current === here || !chart.nodes.has(here)) return;
    known.current = here;
    look(here, glide());
  }, [here, chart]);
  return null;
}

// What steers the view stands above the chart, where it covers nothing.
function Bar({ isWhole, onWhole }) {
  const flow = useReactFlow();
  const showWhole = useWhole();
  const tools = [
    [Plus, "Zoom in", () => flow.zoomIn({ duration: glide() })],
    [Minus, "Zoom out", () => flow.zoomOut({ duration: glide() })],
    [Scan, "Show all", () => showWhole(glide())],
  ];
  return (
    <div className="chart-bar">
      {tools.map(([Icon, words, onPress]) => (
        <button key={words} type="button" className="chart-button" aria-label={words} title={words} onClick={onPress}>
          <Icon size={18} aria-hidden="true" />
        </button>
      ))}
      <button type="button" className="chart-button chart-button-last" onClick={() => onWhole(!isWhole)}>
        {isWhole ? "Close" : "Enlarge"}
      </button>
    </div>
  );
}

function Flow({ chart, here, label, colorMode, heat, heatHref, onChoose, isWhole, onWhole }) {
  const [stop, setStop] = useState("");
  const box = useRef(null);
  const { begin, look } = useLook(chart);
  const ways = useMemo(() => neighbours(chart), [chart]);
  const at = chart.nodes.has(stop) ? stop : chart.nodes.has(here) ? here : chart.start;
  const nodes = useMemo(() => [...chart.nodes.values()].map((node) => drawn(drawnNodes, node, nodeOf)), [chart]);
  const edges = useMemo(() => edgesOf(chart), [chart]);
  const choose = useRef(null);
  choose.current = (id) => {
    setStop(id);
    onChoose?.(id);
  };
  const context = useMemo(
    () => ({ here, stop: at, heat, heatHref, choose: (id) => choose.current(id) }),
    [here, at, heat, heatHref],
  );
  const isLarge = chart.size >= LARGE_FROM;
  const isHuge = chart.size >= HUGE_FROM;

  // A node that was not in sight is drawn some frames after the view has moved to it.
  const focusOn = (id, frames = 20) => {
    const button = box.current?.querySelector(`[data-node="${CSS.escape(id)}"]`);
    if (button) button.focus({ preventScroll: true });
    else if (frames) requestAnimationFrame(() => focusOn(id, frames - 1));
  };
  const press = (event) => {
    if (event.key === "Escape" && isWhole) onWhole(false);
    const id = event.target.closest("[data-node]")?.dataset.node;
    if (id === undefined || !ways[event.key]) return;
    event.preventDefault();
    const next = ways[event.key](id);
    if (!next) return;
    setStop(next);
    look(next, 0);
    focusOn(next);
  };

  return (
    <div
      ref={box}
      className={isWhole ? "chart chart-whole" : "chart"}
      role="group"
      aria-label={label}
      aria-description="Arrow keys go from node to node."
      onKeyDown={press}
    >
      <Bar isWhole={isWhole} onWhole={onWhole} />
      <At.Provider value={context}>
        <ReactFlow
          colorMode={colorMode}
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          disableKeyboardA11y
          panActivationKeyCode={null}
          deleteKeyCode={null}
          selectionKeyCode={null}
          multiSelectionKeyCode={null}
          onlyRenderVisibleElements={isLarge}
          minZoom={isHuge ? LEAST_ZOOM_HUGE : LEAST_ZOOM}
          maxZoom={2}
          fitViewOptions={FIT}
          onInit={() => begin(chart.nodes.has(here) ? here : chart.start)}
        >
          <Background gap={24} />
          {isLarge && !isHuge && <MiniMap pannable zoomable ariaLabel="Overview" />}
          <Follow chart={chart} here={here} />
        </ReactFlow>
      </At.Provider>
    </div>
  );
}

export function Chart({
  source,
  here = "",
  label = "Chart of the tree",
  colorMode = "light",
  heat = NO_HEAT,
  heatHref = "",
  onChoose,
}) {
  const [chart, failed] = useChart(source);
  const [isWhole, setIsWhole] = useState(false);

  if (failed) return <p className="quiet">The chart could not be loaded. Reload the page to try again.</p>;
  if (!chart) return <div className="chart chart-waiting" role="status" aria-label="Loading the chart" />;
  return (
    <ReactFlowProvider key={`${chart.place} ${isWhole}`}>
      <Flow
        chart={chart}
        here={here}
        label={label}
        colorMode={colorMode}
        heat={heat}
        heatHref={heatHref}
        onChoose={onChoose}
        isWhole={isWhole}
        onWhole={setIsWhole}
      />
    </ReactFlowProvider>
  );
}
