import { Button } from "@radix-ui/themes";

// Prints the page: only the browser can, and only by its own function.

export function PrintButton({ label }) {
  return (
    <Button type="button" size="3" onClick={() => window.print()}>
      {label}
    </Button>
  );
}
