import { useEffect } from "react";

// Where the focus goes when what had it is gone. A dialog that was opened by the server's word has no trigger to give it back
// to: it goes back to where it was. One that has a trigger gives it back by itself, a moment later; given back before, it would
// be taken away again from where somebody has gone meanwhile. What goes away by its own press, such as a line that is deleted,
// leaves it to what stands in its place, or next to it.

const DIALOG = '[role="dialog"], [role="alertdialog"]';
const DIALOG_GUARD = "[data-radix-focus-guard]"; // stands at either end of the page, and sends the focus back in
const TAKES_FOCUS = "a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, summary, [tabindex='0']";
const OTHERS_FIRST_MS = 100; // whoever knows better where to go, has gone there by then

// What is around an element on the page, from the inside out, each with the place that the element has in it.
function placesOf(element) {
  const places = [];
  for (let part = element; part.parentElement?.closest("main"); part = part.parentElement) {
    places.push([part.parentElement, [...part.parentElement.children].indexOf(part)]);
  }
  return places;
}

function nextTo(places) {
  const [place, index] = places.find(([part]) => part.isConnected) ?? [];
  if (!place) return null;
  const there = place.children[Math.min(index, place.children.length - 1)];
  const target = there?.matches(TAKES_FOCUS) ? there : (there ?? place).querySelector(TAKES_FOCUS);
  if (!target) place.tabIndex = -1;
  return target ?? place;
}

export function useFocusBack() {
  useEffect(() => {
    let last = null;
    let places = [];
    let timer = 0;
    let givesBackItself = false;
    const isLost = () => document.activeElement === document.body && last !== null;

    const remember = ({ target }) => {
      if (!target.closest || target.closest(DIALOG_GUARD)) return;
      const dialog = target.closest(DIALOG);
      if (dialog) {
        givesBackItself = document.querySelector(`[aria-controls="${CSS.escape(dialog.id)}"]`) !== null;
        return;
      }
      last = target;
      places = placesOf(target);
    };
    // Who presses beside everything has left it on purpose; beside a dialog, that closes it.
    const forget = ({ target }) => {
      if (target.closest?.(DIALOG)) return;
      setTimeout(() => isLost() && document.hasFocus() && last.isConnected && (last = null));
    };
    const giveBack = () => {
      if (!isLost()) return;
      const target = last.isConnected ? last : nextTo(places);
      target?.focus({ preventScroll: true });
    };
    const changes = new MutationObserver((records) => {
      if (!isLost()) return;
      const isClosed = records.some(({ target, removedNodes }) => target === document.body && removedNodes.length > 0);
      if (isClosed && last.isConnected && !givesBackItself) giveBack();
      else if (!last.isConnected) {
        clearTimeout(timer);
        timer = setTimeout(giveBack, OTHERS_FIRST_MS);
      }
    });
    document.addEventListener("focusin", remember);
    document.addEventListener("focusout", forget);
    changes.observe(document.body, { childList: true, subtree: true });
    return () => {
      clearTimeout(timer);
      document.removeEventListener("focusin", remember);
      document.removeEventListener("focusout", forget);
      changes.disconnect();
    };
  }, []);
}
