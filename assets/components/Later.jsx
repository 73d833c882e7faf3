import { startTransition, useEffect, useState } from "react";

// What nobody needs at once is put on the page when the rest is on the screen, in steps that let a press through.
export function Later({ children }) {
  const [isTime, setIsTime] = useState(false);
  useEffect(() => {
    let timer;
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(() => startTransition(() => setIsTime(true)));
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, []);
  return isTime ? children : null;
}
