import { Button } from "@radix-ui/themes";

export function ReloadButton({ label }) {
  return (
    <Button size="3" onClick={() => window.location.reload()}>
      {label}
    </Button>
  );
}
