import { useEffect, useState } from "react";
import { Choices } from "./Choices";
import { SHOWN_AS_WAITING_MS } from "./Walking";

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
  return (
    <Choices
      {...{ options, reading, acknowledge, value, setValue, done, setDone, chosen }}
      isBusy={(option) => pressed === option}
      onChoose={choose}
    />
  );
}
