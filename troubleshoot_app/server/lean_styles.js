import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

// Options for PurgeCSS: of the stylesheet of Radix Themes, only what belongs to components that the pages use.
// Its class names are put together while a page runs ("rt-r-size" and "-3"), so that their beginnings count.

const RADIX = "node_modules/@radix-ui/themes/dist/esm/components";
const PAGES = ["app/**/*.{js,jsx}", "app_components/**/*.jsx", "components/**/*.{js,jsx}", "utils/**/*.{js,jsx}", "public/components/*.jsx"];
const IMPORTED = /import\s*\{([^}]*)\}\s*from\s*"@radix-ui\/themes"/g;
const BREAKPOINT = /["']?(?:initial|xs|sm|md|lg|xl)["']?\s*:/;

const read = (path) => readFileSync(path, "utf8");
const kebab = (name) => name.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();

// The source of a component and of all that it is made of.
function sourcesOf(path, found = new Map()) {
  if (found.has(path) || !existsSync(path)) return found;
  found.set(path, read(path));
  for (const [, part] of found.get(path).matchAll(/from"(\.[^"]+)"/g)) sourcesOf(join(dirname(path), part), found);
  return found;
}

export function lean() {
  const pages = PAGES.flatMap((pattern) => globSync(pattern)).map(read).join("\n");
  const names = [...pages.matchAll(IMPORTED)].flatMap(([, names]) => names.split(",")).map((name) => name.trim().split(" ")[0]);
  const found = new Map();
  for (const name of new Set(["Theme", ...names])) {
    if (!existsSync(join(RADIX, `${kebab(name)}.js`))) throw new Error(`Radix Themes has no source for ${name} where it was looked for.`);
    sourcesOf(join(RADIX, `${kebab(name)}.js`), found);
  }
  const beginnings = new Set([...found.values(), pages].flatMap((source) => source.match(/\brt-[\w-]+/g) ?? []));
  const isResponsive = BREAKPOINT.test(pages);
  return {
    content: [],
    safelist: [/^(?!rt-|(?:xs|sm|md|lg|xl):)/, ...(isResponsive ? [/:/] : []), ...[...beginnings].map((name) => new RegExp(`^${name}(?:-|$)`))],
  };
}
