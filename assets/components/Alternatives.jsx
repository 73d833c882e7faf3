import { useEffect, useState } from "react";
import { Check } from "lucide-react";
import { Button } from "@radix-ui/themes";
import { Prose } from "./Prose";
import { CheckOff, Reading, SHOWN_AS_WAITING_MS } from "./Walking";

// The answers to an earlier question, to choose another one. Nothing is changed by that yet, so a press that a dropped
// line swallowed is not sent again.
export function Alternatives({ options, reading, acknowledge, chosen, measured, onChoose }) {
  const [value, setValue] = useState(measured);
  const [done, setDone] = useState(false);
  const [pressed, setPressed] = useState(null);
  useEffect(() => {
    const timer = setTimeout(() => setPressed(null), SHOWN_AS_WAITING_MS);
    return () => clearTimeout(timer);
  }, [pressed]);

  const choose = (option) => {
    setPressed(option);
    onChoose(option, value, done);
  };
  const isSentAlone = options.some(({ when }) => when);
  return (
    <>
      {reading && (
        <Reading
          {...{ reading, value, setValue, isSentAlone }}
          isBusy={pressed === ""}
          onEnter={() => choose("")}
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
              className={`option-button ${pressed === id ? "option-pressed" : ""}`}
              disabled={(id === chosen && !reading) || (Boolean(acknowledge) && !done)}
              aria-busy={pressed === id}
              onClick={() => choose(id)}
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
