import { useEffect, useState } from "react";

// A choice of time zones: those that the browser knows, beginning with the one that it is in.

export function ZoneSelect({ name, fieldId, chosen }) {
  const [zones, setZones] = useState(chosen ? [chosen] : []);
  const [value, setValue] = useState(chosen);
  useEffect(() => {
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    setZones([...new Set([here, "UTC", chosen, ...Intl.supportedValuesOf("timeZone")])].filter(Boolean).sort());
    setValue(chosen || here);
  }, [chosen]);
  return (
    <select id={fieldId} name={name} className="select" value={value} onChange={(e) => setValue(e.target.value)}>
      {zones.map((zone) => (
        <option key={zone} value={zone}>
          {zone.replaceAll("_", " ")}
        </option>
      ))}
    </select>
  );
}
