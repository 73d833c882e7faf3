import { useEffect, useRef } from "react";
import { ErrorBoundary } from "react-error-boundary";
import { Button, Theme } from "@radix-ui/themes";

// What stands in place of a page that broke while it was drawn: what to do next, and a word by which the operator finds in the
// log what it was. What was typed into a note is on the device, and comes back with the page.

const references = new WeakMap();

function referenceOf(error) {
  const key = Object(error) === error ? error : referenceOf;
  if (!references.has(key)) references.set(key, Math.random().toString(36).slice(2, 8));
  return references.get(key);
}

function Broken({ error, look }) {
  const heading = useRef(null);
  useEffect(() => {
    document.title = "Something went wrong · Troubleshoot";
    heading.current?.focus();
  }, []);
  return (
    <Theme {...look}>
      <main className="outside broken" id="content">
        <img src="/mark.svg" alt="" width="40" height="40" />
        <h1 ref={heading} tabIndex={-1}>
          Something went wrong
        </h1>
        <p>This page could not be shown. What you answered is kept, and so are your notes.</p>
        <Button size="3" onClick={() => window.location.reload()}>
          Try again
        </Button>
        <a className="button-link" href="/">
          To the start page
        </a>
        <p className="quiet">
          If it happens again, tell whoever runs Troubleshoot this word: <strong>{referenceOf(error)}</strong>
        </p>
      </main>
    </Theme>
  );
}

export function Unbroken({ children, accent, gray, radius, onError }) {
  const look = { accentColor: accent, grayColor: gray, radius };
  const report = (error, { componentStack }) =>
    onError(`(${referenceOf(error)}) ${error?.name}: ${error?.message}\n${error?.stack}`, componentStack ?? "");
  return (
    <ErrorBoundary fallbackRender={({ error }) => <Broken error={error} look={look} />} onError={report}>
      {children}
    </ErrorBoundary>
  );
}
