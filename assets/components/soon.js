import { useSyncExternalStore } from "react";

// A part of the pages that is large and seldom needed at once: it comes when it is first needed, or else when the page has
// been there for a while, for a line may drop at any time.

const SOON_MS = 3000;

// Returns `need`, which promises what `load` promises, and `use`, which is that in a component, or null until it is there.
export function soon(load) {
  let coming = null;
  let part = null;
  const waiting = new Set();

  const arrive = async (loaded) => {
    await new Promise((go) => setTimeout(go)); // what was pressed meanwhile comes first
    part = loaded;
    waiting.forEach((tell) => tell());
    return loaded;
  };
  const need = () => {
    coming ??= load().then(arrive, (error) => {
      coming = null;
      throw error;
    });
    return coming;
  };
  const subscribe = (tell) => {
    waiting.add(tell);
    return () => waiting.delete(tell);
  };
  const use = () =>
    useSyncExternalStore(
      subscribe,
      () => part,
      () => null,
    );

  if (typeof window !== "undefined") setTimeout(() => need().catch(() => {}), SOON_MS);
  return { need, use };
}
