import { useEffect, useRef } from "react";
import { ring } from "./Alarm";
import { useFocusBack } from "./FocusBack";
import { withToasts } from "./Toasts";

// What follows the state that the server pushes: toasts, an alarm, the count in the title, a dot in the tab's icon, and
// telling the server that a banner was really on a page that somebody looks at. The server is never polled: each is an
// effect of a changed variable.

const SEEN_AFTER_MS = 1000;
const LOOK_EVERY_MS = 250;
const NARROW = "(max-width: 899px)"; // where it would cover what the banner says already
const TOAST_MS = 8000;
const ASIDE_MS = 10000;

function say(text, kind, href, id) {
  withToasts((toast) => {
    const show = toast[kind] ?? toast;
    show(text, {
      id,
      duration: href ? ASIDE_MS : TOAST_MS,
      action: href ? { label: "Open", onClick: () => window.location.assign(href) } : undefined,
    });
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

// What this tab knows of alerts, whichever of its pages is open; told again, an alert is another one.
const keyOf = (alert) => `${alert.id}/${alert.round}`;
let announced = null;
let shownToast = 0; // one toast for all of them, the latest; each with an id of its own, as one that goes takes its id along
const reported = new Set();

// Announces what came since the tab was opened, also while its line was down.
function useAlarm(hydrated, alerts) {
  const keys = alerts.map(keyOf).join(" ");
  useEffect(() => {
    if (!hydrated) return;
    const shown = new Set(keys.split(" "));
    const before = announced;
    announced = shown;
    if (before === null) return;
    const fresh = alerts.filter((alert) => !before.has(keyOf(alert)));
    if (fresh.length > 0) announce(fresh);
    else if (![...before].some((key) => shown.has(key))) dismiss(toastId());
  }, [hydrated, keys]);
}

const toastId = () => `alerts-${shownToast}`;
const dismiss = (id) => withToasts((toast) => toast.dismiss(id));

function announce(fresh) {
  const [worst] = fresh;
  const alone = fresh.length === 1;
  const title = alone ? `${worst.who} needs help` : `${fresh.length} people need help`;
  const href = alone ? `/handoffs/${worst.id}` : "/handoffs";
  if (!window.matchMedia(NARROW).matches || !fresh.every(isOnScreen)) {
    dismiss(toastId());
    shownToast += 1;
    say(alone ? `${title}: ${worst.what}` : title, "warning", href, toastId());
  }
  ring(title, alone ? worst.what : worst.who, href, keyOf(worst));
}

function isOnScreen(alert) {
  const place = document.querySelector(`[data-alert="${CSS.escape(alert.id)}"]`)?.getBoundingClientRect();
  return Boolean(place && place.height > 0 && place.bottom > 0 && place.top < window.innerHeight);
}

// Reports the alerts that stood on a visible page for a second; one that is only counted, or scrolled away, does not.
function useSeen(hydrated, alerts, onSeen) {
  const keys = alerts.map(keyOf).join(" ");
  useEffect(() => {
    let waiting = alerts.filter((alert) => !reported.has(keyOf(alert)));
    if (!hydrated || waiting.length === 0) return undefined;
    const since = new Map();
    const look = () => {
      const now = performance.now();
      for (const alert of waiting) {
        if (document.visibilityState !== "visible" || !isOnScreen(alert)) since.delete(alert.id);
        else if (!since.has(alert.id)) since.set(alert.id, now);
      }
      const seen = waiting.filter((alert) => now - since.get(alert.id) >= SEEN_AFTER_MS);
      if (seen.length === 0) return;
      seen.forEach((alert) => reported.add(keyOf(alert)));
      waiting = waiting.filter((alert) => !seen.includes(alert));
      if (waiting.length === 0) clearInterval(timer);
      onSeen?.(seen.map((alert) => alert.id));
    };
    const timer = setInterval(look, LOOK_EVERY_MS);
    look();
    return () => clearInterval(timer);
  }, [hydrated, keys]);
}

// Who comes from another page by a link has left behind what had the focus: it moves to the heading, so that this is read out.
const ARRIVES_WITHIN_MS = 5000;
let isFirstPage = true;

function useHeading() {
  useEffect(() => {
    if (isFirstPage) {
      isFirstPage = false;
      return undefined;
    }
    const arrive = () => {
      const heading = document.querySelector("main h1");
      if (!heading) return;
      changes.disconnect();
      if (document.activeElement !== document.body) return;
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
    };
    const changes = new MutationObserver(arrive);
    changes.observe(document.body, { childList: true, subtree: true });
    const timer = setTimeout(() => changes.disconnect(), ARRIVES_WITHIN_MS);
    arrive();
    return () => {
      clearTimeout(timer);
      changes.disconnect();
    };
  }, []);
}

// The banner stays below the bar: what else stays on the screen, or comes into view, is to stand below the banner.
function useRoomForBanner(isShown) {
  useEffect(() => {
    const banner = document.querySelector(".banner:not(.banner-offer)");
    if (!banner) return undefined;
    const root = document.documentElement.style;
    const sizes = new ResizeObserver(() => {
      const stays = getComputedStyle(banner).position === "sticky";
      root.setProperty("--banner-height", stays ? `${banner.offsetHeight}px` : "0px");
    });
    sizes.observe(banner);
    return () => {
      sizes.disconnect();
      root.removeProperty("--banner-height");
    };
  }, [isShown]);
}

// Without a line, a page that is asked for is one that says so, and not the browser's own; where that is allowed.
function useWordsWithoutALine() {
  useEffect(() => {
    navigator.serviceWorker?.register("/sw.js").catch(() => {});
  }, []);
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

  useAlarm(hydrated, alerts ?? []);

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

  useEffect(() => {
    const icon = count > 0 ? "/mark-waiting.svg" : "/mark.svg";
    for (const link of document.querySelectorAll('link[rel="icon"]')) {
      if (link.getAttribute("href") !== icon) link.setAttribute("href", icon);
    }
  }, [count]);

  useSeen(hydrated, alerts ?? [], onSeen);
  useRoomForBanner(count > 0);
  useFocusBack();
  useHeading();
  useWordsWithoutALine();

  return null;
}

// Runs `onTick` when the server says that something on this page may have changed.
export function Follow({ hydrated, tick, onTick }) {
  useNews(hydrated, tick, () => onTick?.());
  return null;
}

// The router would take a plain link to a place on the page for another address, and load the page again.
export function SkipLink({ target, label }) {
  const skip = (event) => {
    event.preventDefault();
    const place = document.getElementById(target);
    place?.focus({ preventScroll: true });
    place?.scrollIntoView();
  };
  return (
    <a className="skip" href={`#${target}`} onClick={skip}>
      {label}
    </a>
  );
}

// What opens with links in it begins at the first of them that is shown; by itself it would begin at the first button.
export function FirstLink() {
  const mark = useRef(null);
  useEffect(() => {
    const links = [...mark.current.parentElement.querySelectorAll("a")];
    links.find((link) => link.checkVisibility())?.focus({ preventScroll: true });
  }, []);
  return <span ref={mark} hidden />;
}

// After an answer the next question is what counts: it gets the focus, so that it is read out, and comes into view.
export function Arrival({ hydrated, place, target }) {
  const arrive = () => document.getElementById(target)?.focus({ preventScroll: true });
  useNews(hydrated, place, () => {
    arrive();
    window.scrollTo({ top: 0 });
  });
  // Who comes from another page has left what had the focus behind.
  useEffect(() => {
    if (hydrated && document.activeElement === document.body) arrive();
  }, [hydrated]);
  return null;
}
