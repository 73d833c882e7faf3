import { useEffect, useRef, useState } from "react";

// A form that the browser posts as JSON to the server itself, not over the websocket: only an HTTP answer can set
// or take away the sign-in cookie. What was typed stays when the server says no, and the reason is read out.
// ``secret`` names a part of the page's address that is sent along; ``done`` is said in place of the form when it worked.

const NO_ANSWER = "The server cannot be reached. Check your connection and try again.";

// A whole address, and one of ours: a path alone may begin with two slashes, which lead to another site.
function destination(next, fallback) {
  const wanted = next === "" ? null : (next ?? new URLSearchParams(window.location.search).get("next"));
  if (!wanted) return fallback;
  const { origin } = window.location;
  try {
    const { href } = new URL(wanted, origin);
    return href.startsWith(`${origin}/`) ? href : fallback;
  } catch {
    return fallback; // it is no address
  }
}

function sent(form, secret) {
  const body = Object.fromEntries(new FormData(form));
  if (secret) body[secret] = new URLSearchParams(window.location.search).get(secret) ?? "";
  return JSON.stringify(body);
}

// What is wrong with the fields, as they follow each other.
function inOrder(errors, form) {
  const place = ({ loc }) => [...form.elements].findIndex((field) => field.name === loc.at(-1));
  return errors.sort((one, other) => place(one) - place(other)).map((error) => error.msg);
}

export function PostForm({
  action,
  next,
  fallback = "/",
  secret = "",
  done = "",
  takesFocus = true,
  onDone,
  children,
  className = "",
}) {
  const [problems, setProblems] = useState([]);
  const [isDone, setIsDone] = useState(false);
  const [isReady, setIsReady] = useState(false);
  const busy = useRef(false);
  const form = useRef(null);
  const outcome = useRef(null);

  // Until this has run the browser would send the form by itself, so that nothing in it can be pressed, nor has focus.
  useEffect(() => setIsReady(true), []);
  useEffect(() => {
    if (takesFocus && isReady && document.activeElement === document.body) form.current?.querySelector("input")?.focus();
  }, [isReady]);

  // The form goes, and with it what had the focus.
  useEffect(() => outcome.current?.focus(), [isDone]);

  const submit = async (event) => {
    event.preventDefault();
    if (busy.current) return;
    busy.current = true;
    const button = form.current.querySelector("button[type=submit]");
    button?.setAttribute("aria-busy", "true");
    setProblems([]);
    let said = [NO_ANSWER];
    try {
      const answer = await fetch(action, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: sent(form.current, secret),
      });
      if (answer.ok && done) {
        setIsDone(true);
        onDone?.();
        return;
      }
      if (answer.ok) {
        // A whole page load: the websocket keeps the cookie that it was opened with.
        window.location.assign(destination(next, fallback));
        return;
      }
      const { detail, errors } = await answer.json();
      if (detail) said = errors ? inOrder(errors, form.current) : [detail];
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    }
    busy.current = false;
    button?.removeAttribute("aria-busy");
    setProblems(said);
  };

  if (isDone) {
    return (
      <p role="status" className="form-done" ref={outcome} tabIndex={-1}>
        {done}
      </p>
    );
  }
  return (
    <form ref={form} method="post" inert={!isReady} onSubmit={submit} className={className} noValidate>
      {children}
      <div role="alert" className="form-problem" hidden={problems.length === 0}>
        {problems.map((problem) => (
          <p key={problem}>{problem}</p>
        ))}
      </div>
    </form>
  );
}
