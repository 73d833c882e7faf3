import { useId } from "react";
import { Check } from "lucide-react";
import { Button } from "@radix-ui/themes";
import { Prose } from "./Prose";

// What is measured: large, with its unit and what is expected. Where the number chooses the answer, it is sent alone.
function Reading({ reading, value, setValue, isSentAlone, isBusy, onEnter }) {
  const id = useId();
  const enter = (event) => {
    event.preventDefault();
    if (isSentAlone) onEnter();
  };
  return (
    <form className="reading" onSubmit={enter}>
      <label className="field-label" htmlFor={id}>
        What you measured
      </label>
      <div className="reading-line">
        <input
          id={id}
          className="reading-input"
          type="text"
          inputMode="decimal"
          autoComplete="off"
          maxLength={40}
          value={value}
          onChange={(event) => setValue(event.target.value)}
          aria-describedby={`${id}-expected`}
        />
        {reading.unit && <span className="reading-unit">{reading.unit}</span>}
        {isSentAlone && (
          <Button type="submit" size="4" aria-busy={isBusy}>
            Enter
          </Button>
        )}
      </div>
      <p className="quiet" id={`${id}-expected`}>
        {reading.expected ? `Expected: ${reading.expected}` : "A number, such as 11.5"}
      </p>
    </form>
  );
}

function CheckOff({ done, setDone }) {
  return (
    <label className="choice check-off">
      <input type="checkbox" checked={done} onChange={(event) => setDone(event.target.checked)} />
      <span>
        <strong>I have done this</strong>
        <span className="quiet">Kept with your name and the time.</span>
      </span>
    </label>
  );
}

// What may be answered to a question. `onChoose` gets the option, empty where a number chooses it, and how many clicks
// it was; `chosen` is the answer that stands.
export function Choices({
  options,
  reading,
  acknowledge,
  value,
  setValue,
  done,
  setDone,
  isBusy,
  onChoose,
  chosen,
}) {
  const isSentAlone = options.some(({ when }) => when);
  return (
    <>
      {reading && (
        <Reading
          {...{ reading, value, setValue, isSentAlone }}
          isBusy={isBusy("")}
          onEnter={() => onChoose("", 0)}
        />
      )}
      {acknowledge && <CheckOff {...{ done, setDone }} />}
      <div className="options" role="group" aria-label="Answers">
        {options
          .filter(({ when }) => !when)
          .map(({ id, label }) => (
            <Button
              key={id}
              type="button"
              size="4"
              variant="surface"
              className={`option-button ${isBusy(id) ? "option-pressed" : ""}`}
              disabled={(id === chosen && !reading) || (Boolean(acknowledge) && !done)}
              aria-busy={isBusy(id)}
              onClick={({ detail }) => onChoose(id, detail)}
            >
              <Prose text={label} isInline />
              {id === chosen && (
                <span className="option-chosen">
                  <Check size={18} aria-hidden="true" />
                  Your answer
                </span>
              )}
            </Button>
          ))}
      </div>
    </>
  );
}
