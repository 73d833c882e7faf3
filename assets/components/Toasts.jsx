import { soon } from "./soon";

// Where toasts appear, above what is pressed with a thumb. One may be asked for before they can be shown: it waits.

const SHOWN_AT_ONCE = 3;
const ABOVE_THE_THUMB = { bottom: "88px" };

const library = soon(() => import("sonner"));

// Calls `act` with what shows and takes away toasts. Without a line none can be had, and none is told of either.
export const withToasts = (act) => library.need().then(({ toast }) => act(toast), () => {});

export function Toasts({ colorMode }) {
  const sonner = library.use();
  if (!sonner) return null;
  return (
    <sonner.Toaster
      theme={colorMode}
      position="bottom-right"
      mobileOffset={ABOVE_THE_THUMB}
      visibleToasts={SHOWN_AT_ONCE}
      closeButton
      expand
    />
  );
}
