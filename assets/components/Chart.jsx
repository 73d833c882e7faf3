import { useEffect, useMemo, useState } from "react";
import { Background, Controls, Handle, MarkerType, MiniMap, Position, ReactFlow, useReactFlow } from "@xyflow/react";
import "@xyflow/react/dist/style.css";

// A tree as a chart. The server lays it out and answers over HTTP, so that the websocket stays small however large
// the tree is; only what is in view is drawn. Each node is a button: by mouse, by finger and by keyboard.

const FIT = { padding: 0.15, maxZoom: 1, duration: 200 };
const NEAR = { maxZoom: 1, minZoom: 0.7, duration: 250, padding: 0.6 };
const MINIMAP_FROM = 40;

function ChartNode({ data, targetPosition, sourcePosition }) {
  const marks = [data.errors && `${data.errors} errors`, data.warnings && `${data.warnings} warnings`];
  return (
    <button
      type="button"
      className={`chart-node chart-${data.kind} ${data.here ? "chart-here" : ""} ${data.errors ? "chart-wrong" : ""}`}
      style={{ width: data.width, height: data.height }}
      onClick={() => data.choose(data.id)}
      aria-current={data.here ? "true" : undefined}
    >
      <Handle type="target" position={targetPosition} isConnectable={false} />
      <span className="chart-text">{data.text || "(nothing written yet)"}</span>
      {marks.some(Boolean) && <span className="chart-marks">{marks.filter(Boolean).join(", ")}</span>}
      <Handle type="source" position={sourcePosition} isConnectable={false} />
    </button>
  );
}

const nodeTypes = { step: ChartNode };

// Follows the node that is worked on, without taking the view away when it is in sight already.
function Follow({ here, ready }) {
  const { fitView } = useReactFlow();
  useEffect(() => {
    if (here && ready) fitView({ ...NEAR, nodes: [{ id: here }] });
  }, [here, ready]);
  return null;
}

export function Chart({ source, here = "", label = "Chart of the tree", colorMode = "light", onChoose }) {
  const [chart, setChart] = useState(null);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    const gone = new AbortController();
    fetch(source, { signal: gone.signal })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
      .then((loaded) => {
        setFailed(false);
        setChart(loaded);
      })
      .catch(() => gone.signal.aborted || setFailed(true));
    return () => gone.abort();
  }, [source]);

  const nodes = useMemo(
    () =>
      (chart?.nodes ?? []).map((node) => ({
        id: node.id,
        type: "step",
        position: { x: node.x, y: node.y },
        width: node.width,
        height: node.height,
        focusable: false,
        sourcePosition: Position.Bottom,
        targetPosition: Position.Top,
        data: { ...node, here: node.id === here, choose: (id) => onChoose?.(id) },
      })),
    [chart, here],
  );
  const edges = useMemo(
    () =>
      (chart?.edges ?? []).map((edge) => ({
        id: edge.id,
        source: edge.source,
        target: edge.target,
        label: edge.label,
        focusable: false,
        markerEnd: { type: MarkerType.ArrowClosed },
      })),
    [chart],
  );

  if (failed) return <p className="quiet">The chart could not be loaded. Reload the page to try again.</p>;
  if (!chart) return <div className="chart chart-waiting" role="status" aria-label="Loading the chart" />;
  return (
    <div className="chart" role="group" aria-label={label}>
      <ReactFlow
        colorMode={colorMode}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        nodesDraggable={false}
        nodesConnectable={false}
        elementsSelectable={false}
        onlyRenderVisibleElements={nodes.length > MINIMAP_FROM}
        minZoom={0.02}
        maxZoom={2}
        fitView
        fitViewOptions={FIT}
        proOptions={{ hideAttribution: false }}
      >
        <Background gap={24} />
        <Controls showInteractive={false} fitViewOptions={FIT} />
        {nodes.length >= MINIMAP_FROM && <MiniMap pannable zoomable ariaLabel="Overview" />}
        <Follow here={here} ready={nodes.length > 0} />
      </ReactFlow>
    </div>
  );
}
