import { useEffect, useRef, useState } from "react";

// What the editor needs of the browser beside forms: keys for undo and redo, where the focus goes, and lists that are
// put in order by drag or by keys.

const TYPED_IN = "textarea, [contenteditable=true], input:not([type=radio], [type=checkbox], [type=button])";

// Ctrl+Z and Ctrl+Shift+Z (or Ctrl+Y), but not where text is typed: there they are the browser's own.
export function UndoKeys({ onUndo, onRedo }) {
  const react = useRef({});
  react.current = { onUndo, onRedo };
  useEffect(() => {
    const press = (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      if (event.target.closest?.(`${TYPED_IN}, [role=dialog], [role=alertdialog]`)) return;
      const key = event.key.toLowerCase();
      const redo = (key === "z" && event.shiftKey) || key === "y";
      if (!redo && key !== "z") return;
      event.preventDefault();
      (redo ? react.current.onRedo : react.current.onUndo)?.();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
  return null;
}

// Moves the focus to the element with the id `target` each time that `seq` counts up.
export function Landing({ target, seq }) {
  const known = useRef(seq);
  useEffect(() => {
    if (known.current === seq) return;
    known.current = seq;
    const element = document.getElementById(target);
    element?.focus({ preventScroll: true });
    element?.scrollIntoView({ block: "nearest" });
  }, [seq]);
  return null;
}

// A list whose items have `data-id` and a handle with `data-handle`: dragged by it, or moved with its arrow keys.
export function Sortable({ label = "", onMove, children }) {
  const list = useRef(null);
  const drag = useRef(null);
  const refocus = useRef("");
  const [said, setSaid] = useState("");

  const items = () => [...list.current.children].filter((item) => item.dataset.id);
  const move = (id, places) => {
    const all = items();
    const to = all.findIndex((item) => item.dataset.id === id) + places;
    if (places === 0 || to < 0 || to >= all.length) return;
    refocus.current = id;
    setSaid(`Moved to place ${to + 1} of ${all.length}.`);
    onMove?.(id, places);
  };

  // The browser takes the focus away from what is put elsewhere in the page.
  useEffect(() => {
    if (!refocus.current) return;
    const handle = list.current.querySelector(`[data-id="${CSS.escape(refocus.current)}"] [data-handle]`);
    if (handle && document.activeElement === document.body) handle.focus();
  });

  const press = (event) => {
    const handle = event.target.closest("[data-handle]");
    const places = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!handle || !places) return;
    event.preventDefault();
    move(handle.closest("[data-id]").dataset.id, places);
  };
  const begin = (event) => {
    const handle = event.target.closest("[data-handle]");
    if (!handle || event.button !== 0) return;
    const item = handle.closest("[data-id]");
    const all = items();
    drag.current = { item, all, from: all.indexOf(item), to: all.indexOf(item), y: event.clientY };
    drag.current.middles = all.map((one) => one.getBoundingClientRect()).map((box) => box.top + box.height / 2);
    handle.setPointerCapture(event.pointerId);
    item.classList.add("dragged");
  };
  const follow = (event) => {
    const held = drag.current;
    if (!held) return;
    const far = event.clientY - held.y;
    const at = held.middles[held.from] + far;
    held.item.style.transform = `translateY(${far}px)`;
    held.to = held.middles.filter((middle, number) => number !== held.from && middle < at).length;
    held.all.forEach((item, number) => {
      const above = number === held.to && held.to < held.from;
      const below = number === held.to && held.to > held.from;
      item.classList.toggle("drop-above", above);
      item.classList.toggle("drop-below", below);
    });
  };
  const end = (event) => {
    const held = drag.current;
    if (!held) return;
    drag.current = null;
    held.item.style.transform = "";
    held.item.classList.remove("dragged");
    held.all.forEach((item) => item.classList.remove("drop-above", "drop-below"));
    if (event.type === "pointerup") move(held.item.dataset.id, held.to - held.from);
  };

  return (
    <>
      <ol
        ref={list}
        className="option-forms"
        aria-label={label}
        onKeyDown={press}
        onPointerDown={begin}
        onPointerMove={follow}
        onPointerUp={end}
        onPointerCancel={end}
        onFocus={(event) => {
          if (!event.target.closest(`[data-id="${CSS.escape(refocus.current)}"] [data-handle]`)) refocus.current = "";
        }}
      >
        {children}
      </ol>
      <p role="status" className="unseen">
        {said}
      </p>
    </>
  );
}
