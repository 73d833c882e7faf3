import { useEffect, useRef } from "react";
import { toast } from "sonner";

// What follows the state that the server pushes: toasts, the count in the title, and telling the server that
// a banner was really on a page that somebody looks at. No polling: each is an effect of a changed variable.

const SEEN_AFTER_MS = 1000;
const TOAST_MS = 8000;
const ASIDE_MS = 10000;

function say(text, kind, href, id) {
  const show = toast[kind] ?? toast;
  show(text, {
    id,
    duration: href ? ASIDE_MS : TOAST_MS,
    action: href ? { label: "Open", onClick: () => window.location.assign(href) } : undefined,
  });
}

// Runs `react` when `value` changes after the page has its state; what was there at load is not news.
function useNews(hydrated, value, react) {
  const known = useRef(null);
  useEffect(() => {
    if (!hydrated) {
      known.current = null;
      return;
    }
    if (known.current !== null && known.current !== value) react(known.current);
    known.current = value;
  }, [hydrated, value]);
}

export function Live({
  hydrated,
  messageSeq,
  messageText,
  messageKind,
  messageHref,
  noticeId,
  noticeText,
  noticeHref,
  alerts,
  count,
  onSeen,
}) {
  useNews(hydrated, messageSeq, () => say(messageText, messageKind, messageHref, `message-${messageSeq}`));
  useNews(hydrated, noticeId, () => noticeId && say(noticeText, "info", noticeHref, noticeId));

  const ids = (alerts ?? []).map((alert) => alert.id).join(" ");
  useNews(hydrated, ids, (before) => {
    const known = new Set(before.split(" "));
    for (const alert of alerts) {
      if (!known.has(alert.id)) {
        const text = `${alert.who} needs help: ${alert.what}`;
        say(text, "warning", `/handoffs/${alert.id}`, `alert-${alert.id}`);
      }
    }
    const shown = new Set(ids.split(" "));
    for (const id of known) if (!shown.has(id)) toast.dismiss(`alert-${id}`);
  });

  useEffect(() => {
    const plain = () => document.title.replace(/^\(\d+\) /, "");
    const mark = () => {
      const wanted = count > 0 ? `(${count}) ${plain()}` : plain();
      if (document.title !== wanted) document.title = wanted;
    };
    mark();
    const titles = new MutationObserver(mark);
    titles.observe(document.head, { childList: true, subtree: true, characterData: true });
    return () => titles.disconnect();
  }, [count]);

  const reported = useRef(new Set());
  useEffect(() => {
    const fresh = ids.split(" ").filter((id) => id && !reported.current.has(id));
    if (!hydrated || fresh.length === 0) return undefined;
    let timer;
    const look = () => {
      clearTimeout(timer);
      if (document.visibilityState !== "visible") return;
      timer = setTimeout(() => {
        fresh.forEach((id) => reported.current.add(id));
        document.removeEventListener("visibilitychange", look);
        onSeen?.(fresh);
      }, SEEN_AFTER_MS);
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [hydrated, ids]);

  return null;
}

// Runs `onTick` when the server says that something on this page may have changed.
export function Follow({ hydrated, tick, onTick }) {
  useNews(hydrated, tick, () => onTick?.());
  return null;
}

// After an answer the next question is what counts: it gets the focus, so that it is read out, and comes into view.
export function Arrival({ hydrated, place, target }) {
  useNews(hydrated, place, () => {
    document.getElementById(target)?.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  });
  return null;
}
