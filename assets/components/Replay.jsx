import { lazy, memo, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight } from "lucide-react";
import { Button } from "@radix-ui/themes";
import { Happening, isTakenBack, StopCard } from "./ReplayStop";

// A session gone through again, one step at a time. All of it comes in one answer over HTTP, so that going from step to
// step asks nobody; the address says which step is shown.

const Chart = lazy(() => import("./Chart").then((module) => ({ default: module.Chart })));

const WIDE = "(min-width: 900px)";
// Where the arrow keys have a meaning of their own.
const HAS_KEYS = "input:not([type=checkbox]), textarea, select, [role=dialog], dialog, .chart";

function useTimeline(source, revision) {
  const [timeline, setTimeline] = useState(null);
  const [isLost, setIsLost] = useState(false);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const gone = new AbortController();
    fetch(source, { signal: gone.signal })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
      .then((answer) => {
        setIsLost(false);
        setTimeline(answer);
      })
      .catch(() => gone.signal.aborted || setIsLost(true));
    return () => gone.abort();
  }, [source, revision, attempt]);
  return [timeline, isLost, () => setAttempt(attempt + 1)];
}

function useWide() {
  const [isWide, setIsWide] = useState(false);
  useEffect(() => {
    const wide = window.matchMedia(WIDE);
    const look = () => setIsWide(wide.matches);
    look();
    wide.addEventListener("change", look);
    return () => wide.removeEventListener("change", look);
  }, []);
  return isWide;
}

const OF_UNDONE = ["went_back", "changed"];

// Without what was undone, what happened meanwhile is told at the next stop that is left.
function live(stops) {
  const left = [];
  let meanwhile = [];
  for (const stop of stops) {
    meanwhile = meanwhile.concat(stop.happenings.filter((one) => !OF_UNDONE.includes(one.kind)));
    if (stop.undone) continue;
    left.push({ ...stop, happenings: meanwhile });
    meanwhile = [];
  }
  return left;
}

function useKeys(go) {
  const turn = useRef(go);
  turn.current = go;
  useEffect(() => {
    const press = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      if (event.target.closest?.(HAS_KEYS)) return;
      const far = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
      if (far === undefined) return;
      event.preventDefault();
      turn.current(far);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}

function Turn({ icon: Icon, label, keys, isOver, isMain = false, children, onTurn }) {
  // Not disabled, so that the focus stays where it is at either end.
  return (
    <Button
      type="button"
      size="3"
      variant={isMain ? "solid" : "soft"}
      color={isMain ? undefined : "gray"}
      aria-label={label}
      aria-keyshortcuts={keys}
      aria-disabled={isOver}
      onClick={() => isOver || onTurn()}
    >
      {isMain && children}
      <Icon size={20} aria-hidden="true" />
      {!isMain && children}
    </Button>
  );
}

const Line = memo(function Line({ stop, place, isHere, end, onShow }) {
  const press = (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    onShow(stop.seq);
  };
  return (
    <li>
      {stop.happenings.map((happening, number) => (
        <Happening key={number} happening={happening} isShort />
      ))}
      <a
        href={`?step=${stop.seq}`}
        className={`replay-link${isTakenBack(stop) ? " replay-link-undone" : ""}`}
        aria-current={isHere ? "step" : undefined}
        onClick={press}
      >
        <span className="replay-number">{stop.seq}</span>
        <span className="grow">
          <span className="replay-asked">{place.line}</span>
          <span className="replay-answered">
            {isTakenBack(stop) && <span className="unseen">Undone: </span>}
            {stop.at ? stop.answer : end}
          </span>
        </span>
      </a>
    </li>
  );
});

function Lines({ stops, places, at, end, onShow }) {
  const list = useRef(null);
  useEffect(() => {
    const box = list.current;
    const here = box.querySelector("[aria-current]");
    const middle = here.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 2;
    box.scrollTop += middle + here.offsetHeight / 2;
  }, [at]);
  return (
    <ol ref={list} className="replay-lines">
      {stops.map((stop, number) => (
        <Line
          key={stop.seq}
          stop={stop}
          place={places[stop.place]}
          isHere={number === at}
          end={end}
          onShow={onShow}
        />
      ))}
    </ol>
  );
}

export function Replay({ sessionId, revision, colorMode }) {
  const source = `/api/v1/web/sessions/${sessionId}/timeline`;
  const [timeline, isLost, tryAgain] = useTimeline(source, revision);
  if (isLost && !timeline) {
    return (
      <div className="empty" role="alert">
        <p>The steps could not be loaded. Check your connection, then try again.</p>
        <Button size="3" onClick={tryAgain}>
          Try again
        </Button>
      </div>
    );
  }
  if (!timeline) return <div className="replay-waiting" role="status" aria-label="Loading" />;
  return <Steps key={sessionId} sessionId={sessionId} timeline={timeline} colorMode={colorMode} />;
}

function Steps({ sessionId, timeline, colorMode }) {
  const [seq, setSeq] = useState(() => Number(new URLSearchParams(window.location.search).get("step")) || 1);
  const [hasUndone, setHasUndone] = useState(true);
  const isWide = useWide();
  const main = useRef(null);
  const { places } = timeline;
  const stops = useMemo(() => (hasUndone ? timeline.stops : live(timeline.stops)), [timeline, hasUndone]);
  const last = stops.length - 1;
  const found = stops.findIndex((stop) => stop.seq >= seq);
  const at = found < 0 ? last : found;
  const stop = stops[at];
  const place = places[stop.place];
  const isOver = timeline.status === "completed" || timeline.status === "abandoned";
  const end = isOver ? "Where it ended" : "Where it stands";
  const total = timeline.stops.length - 1;
  const where = stop.at ? `Step ${stop.seq} of ${total}` : end;

  const show = (wanted) => {
    setSeq(wanted);
    window.history.replaceState(window.history.state, "", `${window.location.pathname}?step=${wanted}`);
    if (main.current.getBoundingClientRect().top < 0) main.current.scrollIntoView();
  };
  const go = (far) => show(stops[Math.min(last, Math.max(0, at + far))].seq);
  const latest = useRef(show);
  latest.current = show;
  const onShow = useMemo(() => (wanted) => latest.current(wanted), []);
  useKeys(go);

  const lines = <Lines stops={stops} places={places} at={at} end={end} onShow={onShow} />;
  return (
    <div className="walk replay">
      <div className="walk-main" ref={main}>
        <div className="replay-head">
          <strong>{where}</strong>
          <span className="quiet replay-keys">
            <kbd>←</kbd> <kbd>→</kbd> go from step to step
          </span>
          {timeline.stops.some((one) => one.undone) && (
            <label className="choice replay-switch">
              <input type="checkbox" checked={hasUndone} onChange={(event) => setHasUndone(event.target.checked)} />
              <span>Show undone</span>
            </label>
          )}
        </div>
        <p className="unseen" role="status">
          {where}: {place.line}
        </p>
        <div className="replay-bar" role="toolbar" aria-label="Steps">
          <input
            type="range"
            className="replay-range"
            aria-label="Step"
            aria-valuetext={where}
            min={0}
            max={last}
            value={at}
            style={{ "--done": `${last ? (100 * at) / last : 0}%` }}
            onChange={(event) => show(stops[Number(event.target.value)].seq)}
          />
          <Turn icon={ChevronFirst} label="First step" keys="Home" isOver={at === 0} onTurn={() => go(-Infinity)} />
          <Turn icon={ChevronLeft} label="Previous step" keys="ArrowLeft" isOver={at === 0} onTurn={() => go(-1)}>
            Previous
          </Turn>
          <Turn icon={ChevronRight} label="Next step" keys="ArrowRight" isMain isOver={at === last} onTurn={() => go(1)}>
            Next
          </Turn>
          <Turn icon={ChevronLast} label="Last step" keys="End" isOver={at === last} onTurn={() => go(Infinity)} />
        </div>
        <StopCard key={stop.seq} stop={stop} place={place} files={timeline.files} isLast={at === last} />
      </div>
      <section className="replay-side" aria-label="Timeline">
        {isWide && (
          <Suspense fallback={<div className="chart chart-waiting" role="status" aria-label="Loading the chart" />}>
            <Chart
              source={`/api/v1/web/charts/sessions/${sessionId}?seq=${place.chart}`}
              here={place.node.id}
              label="You are here"
              colorMode={colorMode}
            />
          </Suspense>
        )}
        {isWide ? (
          <>
            <h2 className="replay-side-title">Timeline</h2>
            {lines}
          </>
        ) : (
          <details className="replay-more">
            <summary>Timeline</summary>
            {lines}
          </details>
        )}
      </section>
    </div>
  );
}
