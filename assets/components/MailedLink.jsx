import { useEffect, useRef, useState } from "react";

// What a page shows to who comes with the secret of a mail in its address: with an invitation, or for a new password.

const NO_ANSWER = "The server cannot be reached. Check your connection, then reload the page.";

const secretOf = (name) => new URLSearchParams(window.location.search).get(name) ?? "";

// In place of what it shows to everybody else.
export function ByInvitation({ invited = false, children }) {
  const [isInvited, setIsInvited] = useState(false);
  useEffect(() => setIsInvited(Boolean(secretOf("invitation"))), []);
  return isInvited === invited ? children : null;
}

// Asks the server about the secret, which stays as good as it is: `said` comes when it is good, else a `problem`.
function useAnswer(action, secret) {
  const [answer, setAnswer] = useState({ said: null, problem: "", isGone: false });

  useEffect(() => {
    const asking = new AbortController();
    const ask = async () => {
      const answered = await fetch(action, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ [secret]: secretOf(secret) }),
        signal: asking.signal,
      });
      const said = answered.status === 204 ? {} : await answered.json();
      if (answered.ok) setAnswer({ said, problem: "", isGone: false });
      else setAnswer({ said: null, problem: said.detail, isGone: answered.status === 404 });
    };
    ask().catch((error) => {
      if (asking.signal.aborted) return;
      if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
      setAnswer({ said: null, problem: NO_ANSWER, isGone: false });
    });
    return () => asking.abort();
  }, [action, secret]);
  return answer;
}

function Problem({ words }) {
  return (
    <p role="alert" className="form-problem">
      {words}
    </p>
  );
}

// Says what is offered, and fills in the address that the invitation is for, around the form that accepts it.
export function Offer({ action, children }) {
  const { said: offer, problem } = useAnswer(action, "invitation");
  const around = useRef(null);

  useEffect(() => {
    if (!offer) return;
    for (const field of around.current.querySelectorAll("[name=email]")) field.value = offer.email;
  }, [offer]);

  if (problem) return <Problem words={problem} />;
  return (
    <div ref={around} className="stack">
      <p className="offer" aria-live="polite">
        {offer ? (
          <>
            {offer.invited_by} invites you to <strong>{offer.account_name}</strong>. Your role: {offer.role}.
          </>
        ) : (
          "One moment…"
        )}
      </p>
      {children}
    </div>
  );
}

// Says that the link for a new password is too old or used up, and the way to another one, in place of the form.
export function GoodLink({ action, again, children }) {
  const { problem, isGone } = useAnswer(action, "token");
  if (!problem) return children;
  return (
    <>
      <Problem words={problem} />
      {isGone && (
        <a className="button-link" href={again}>
          Get a new link
        </a>
      )}
    </>
  );
}
