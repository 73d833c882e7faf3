import {
  Archive,
  Circle,
  CircleCheck,
  CirclePause,
  CircleX,
  CornerUpLeft,
  Handshake,
  LifeBuoy,
  Play,
  Replace,
  RotateCw,
  Undo2,
} from "lucide-react";
import { Badge } from "@radix-ui/themes";
import { Clock } from "./Ago";
import { Files } from "./Files";
import { Prose } from "./Prose";

// One stop of a replay: the node as it was, what happened there, and what was answered.

const LONG_TEXT = 160;

const name = ({ by }) => by?.name ?? "Somebody";
const answers = (count) => (count === 1 ? "1 answer" : `${count} answers`);
const priority = (one) => (one.priority && one.priority !== "normal" ? `, priority ${one.priority}` : "");
const solved = (one) => (one.outcome === "resolved" ? "it is solved" : "it is not solved");

const HAPPENINGS = {
  started: [Play, (one) => `Started by ${name(one)}`],
  went_back: [Undo2, (one) => `Went back to step ${one.to_seq}: ${answers(one.count)} undone${one.by ? ` by ${one.by.name}` : ""}`],
  changed: [Replace, (one) => `Step ${one.to_seq} answered anew by ${name(one)}${one.summary && `: ${one.summary}`}`],
  parked: [CirclePause, (one) => `Parked by ${name(one)}`],
  resumed: [Play, (one) => `Resumed by ${name(one)}`],
  escalated: [LifeBuoy, (one) => `Escalated by ${name(one)}${priority(one)}`],
  picked_up: [Handshake, (one) => `Picked up by ${name(one)}`],
  released: [CornerUpLeft, (one) => `Given back by ${name(one)}`],
  reopened: [RotateCw, () => "Open again: whoever picked it up did not go on with it"],
  cancelled: [CircleX, (one) => `Escalation cancelled by ${name(one)}`],
  resolved: [CircleCheck, (one) => `Escalation resolved by ${name(one)}`],
  completed: [CircleCheck, (one) => `Completed by ${name(one)}: ${solved(one)}`],
  closed: [Archive, () => "Closed by the system: nobody went on with it"],
};

export function Happening({ happening, isShort = false }) {
  const [Icon, words] = HAPPENINGS[happening.kind];
  return (
    <div className={`happening happening-${happening.kind}`}>
      <Icon size={18} aria-hidden="true" />
      <div className="grow">
        <span>
          {words(happening)}
          {happening.at && (
            <span className="quiet">
              , <Clock at={happening.at} />
            </span>
          )}
        </span>
        {!isShort && happening.words && <p className="happening-words">{happening.words}</p>}
      </div>
    </div>
  );
}

function Options({ node, chosen }) {
  if (node.options.length === 0) return null;
  return (
    <ul className="replay-options" aria-label="Answers">
      {node.options.map((option) => {
        const isChosen = option.id === chosen;
        return (
          <li key={option.id} className={isChosen ? "replay-option replay-chosen" : "replay-option"}>
            {isChosen ? <CircleCheck size={20} aria-hidden="true" /> : <Circle size={20} aria-hidden="true" />}
            {isChosen && <span className="unseen">Chosen: </span>}
            <span className="grow">
              <Prose text={option.label} isInline />
            </span>
            {option.when && <span className="quiet">{option.when}</span>}
          </li>
        );
      })}
    </ul>
  );
}

function Measured({ node, stop }) {
  if (!node.reading && !stop.value) return null;
  const shown = stop.reading?.shown || stop.value;
  const expected = node.reading?.expected;
  return (
    <p className="replay-fact">
      {shown ? (
        <>
          Measured: <strong>{shown}</strong>
        </>
      ) : (
        "Nothing measured"
      )}
      {expected && <span className="quiet">expected {expected}</span>}
      {stop.reading?.out_of_range && (
        <Badge color="red" size="2">
          Out of range
        </Badge>
      )}
    </p>
  );
}

function CheckedOff({ node, stop }) {
  if (!node.acknowledge) return null;
  return (
    <p className="replay-fact">
      {stop.checked_off ? (
        <Badge color="green" size="2">
          Checked off
        </Badge>
      ) : (
        <Badge color="gray" size="2">
          To be checked off
        </Badge>
      )}
    </p>
  );
}

function Answered({ stop }) {
  if (!stop.at) return null;
  return (
    <p className="quiet replay-foot">
      {name(stop)}, <Clock at={stop.at} /> ·{" "}
      {stop.repeats === null
        ? `${stop.took} after the ${stop.seq === 1 ? "start" : "step before"}`
        : `kept from step ${stop.repeats}`}
    </p>
  );
}

function Fate({ stop }) {
  if (!stop.undone) return null;
  return (
    <p className="replay-fact">
      <Badge color="gray" size="2">
        {stop.kept_as ? "Kept" : "Undone"}
      </Badge>
      <span className="quiet">
        {stop.kept_as
          ? `An earlier answer was changed later; this one stays, as step ${stop.kept_as}.`
          : "This answer was taken back later."}
      </span>
    </p>
  );
}

export const isTakenBack = (stop) => stop.undone && !stop.kept_as;

export function StopCard({ stop, place, files, isLast }) {
  const { node } = place;
  return (
    <article
      className={isTakenBack(stop) ? "replay-card replay-undone" : "replay-card"}
      aria-labelledby="replay-question"
    >
      <Fate stop={stop} />
      {place.tree && <p className="quiet replay-tree">In “{place.tree}”</p>}
      <h2 id="replay-question" className={node.text.length > LONG_TEXT ? "node-text node-long" : "node-text"}>
        <Prose text={node.text} isInline />
      </h2>
      {node.help && (
        <div className="node-help">
          <Prose text={node.help} />
        </div>
      )}
      {stop.happenings.length > 0 && (
        <div className="happenings">
          {stop.happenings.map((happening, number) => (
            <Happening key={number} happening={happening} />
          ))}
        </div>
      )}
      <Measured node={node} stop={stop} />
      <CheckedOff node={node} stop={stop} />
      <Options node={node} chosen={stop.option_id} />
      {stop.found && (
        <p className="replay-fact">
          → <Prose text={stop.found} isInline />
        </p>
      )}
      {stop.note && (
        <div>
          <p className="field-label replay-label">Note</p>
          <p className="step-note replay-note">{stop.note}</p>
        </div>
      )}
      <Files files={files} seq={stop.seq} andLoose={isLast} />
      <Answered stop={stop} />
    </article>
  );
}
