import { useEffect, useRef, useState } from "react";

// What a page shows to who comes with an invitation (``?invitation=``) in place of what it shows to everybody else.

const token = () => new URLSearchParams(window.location.search).get("invitation");

export function ByInvitation({ invited = false, children }) {
  const [isInvited, setIsInvited] = useState(false);
  useEffect(() => setIsInvited(Boolean(token())), []);
  return isInvited === invited ? children : null;
}

// Says what is offered, and fills in the address that the invitation is for, around the form that accepts it.

export function Offer({ action, children }) {
  const [offer, setOffer] = useState(null);
  const [problem, setProblem] = useState("");
  const around = useRef(null);

  useEffect(() => {
    const asking = new AbortController();
    const ask = async () => {
      const answer = await fetch(action, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ invitation: token() }),
        signal: asking.signal,
      });
      const said = await answer.json();
      if (answer.ok) setOffer(said);
      else setProblem(said.detail);
    };
    ask().catch((error) => {
      if (asking.signal.aborted) return;
      if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
      setProblem("The server cannot be reached. Check your connection, then reload the page.");
    });
    return () => asking.abort();
  }, [action]);

  useEffect(() => {
    const field = around.current?.querySelector("input[name=email]");
    if (!offer || !field) return;
    field.value = offer.email;
    field.readOnly = true;
  }, [offer]);

  if (problem) {
    return (
      <p role="alert" className="form-problem">
        {problem}
      </p>
    );
  }
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
