// Looks at what is on the page with axe. How it is built is looked at once; colours where text stands in a way that has not been
// met yet: its own colours and size, and all backgrounds behind it.

(() => {
  const OF_COLORS = ["color-contrast", "link-in-text-block"];
  const OF_PLACE = ["target-size", "scrollable-region-focusable"];
  const WRITTEN_IN = "a, button, input, select, textarea, summary";
  const MORE = ["target-size", "label-content-name-mismatch"];

  // What is pressed stands by itself: a button inside of a link is two stops for the tab key, and nobody knows what a press does.
  const PRESSED = "a[href], button, input, select, textarea, summary";
  axe.configure({
    checks: [{ id: "by-itself", evaluate: (control) => !control.parentElement.closest(PRESSED),
      metadata: { impact: "serious", messages: { pass: "", fail: "It stands inside of another one" } } }],
    rules: [{ id: "control-in-control", selector: PRESSED, any: ["by-itself"],
      metadata: { description: "", help: "What is pressed stands by itself" } }],
  });

  const known = new WeakSet(); // what has been looked at on this page already

  async function run(context, options) {
    const { violations } = await axe.run(context, { resultTypes: ["violations"], preload: false, ...options });
    return violations;
  }
  const only = (values) => ({ runOnly: { type: "rule", values } });
  const all = () => ({
    rules: Object.fromEntries([...OF_COLORS.map((id) => [id, { enabled: false }]), ...MORE.map((id) => [id, { enabled: true }])]),
  });

  const told = (violations) =>
    violations
      .filter(({ nodes }) => nodes.length > 0)
      .map(({ id, help, nodes }) => ({
        id, help, nodes: nodes.map(({ html, failureSummary, any }) => [html, failureSummary, any[0]?.data]),
      }));

  // A bar that stays at the edge of the screen covers what is scrolled below it, but not what the focus has moved to.
  async function uncovered(violations) {
    const isCovered = ({ any }) => any.some(({ data }) => data?.messageKey === "partiallyObscured");
    for (const one of violations.filter(({ id }) => id === "target-size")) {
      const left = [];
      for (const node of one.nodes) {
        const [target] = node.target;
        if (isCovered(node)) document.querySelector(target).scrollIntoView({ block: "nearest" });
        const again = isCovered(node) ? (await run(target, only(["target-size"])))[0]?.nodes : [node];
        left.push(...(again ?? []));
      }
      one.nodes = left;
    }
    scrollTo(0, 0);
    return violations;
  }

  const shown = () => [...document.body.querySelectorAll("*")].filter((element) => element.checkVisibility());

  // Everything but colours; of a page that was looked at before, what has come since, and what depends on its place.
  async function built(inside = document) {
    const isNew = !known.has(inside);
    const fresh = shown().filter((element) => !known.has(element));
    known.add(inside);
    fresh.forEach((element) => known.add(element));
    if (isNew) return told(await uncovered(await run(inside, all())));
    const tops = fresh.filter((element) => !fresh.includes(element.parentElement));
    const violations = await uncovered(await run(inside, only(OF_PLACE)));
    if (tops.length > 0) violations.push(...(await run({ include: tops }, all())));
    return told(violations);
  }

  const styles = new Map();
  const styleOf = (element) => {
    if (!styles.has(element)) styles.set(element, getComputedStyle(element));
    return styles.get(element);
  };
  function looksOf(element) {
    const { color, fontSize, fontWeight, textShadow, textDecorationLine } = styleOf(element);
    const isOff = Boolean(element.closest(":disabled, [aria-disabled='true']"));
    const looks = [element.localName, isOff, color, fontSize, fontWeight, textShadow, textDecorationLine];
    let isApart = false;
    for (let part = element; part; part = part.parentElement) {
      const { backgroundColor, backgroundImage, opacity, position } = styleOf(part);
      isApart ||= position === "absolute" || position === "fixed";
      if (backgroundColor !== "rgba(0, 0, 0, 0)" || backgroundImage !== "none" || opacity !== "1")
        looks.push(backgroundColor, backgroundImage, opacity);
    }
    // What lies over its neighbours has them behind it, which nothing of its own tells.
    return isApart ? null : looks.join(" ");
  }
  const isWritten = (element) => [...element.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim());

  // Colours, where `met` does not have them yet; with what is found comes what has been met now.
  async function colors(met, inside = document) {
    styles.clear();
    const before = new Set(met);
    const fresh = new Set();
    const now = new Set();
    for (const element of inside.querySelectorAll("*")) {
      if (!(isWritten(element) || element.matches(WRITTEN_IN)) || !element.checkVisibility()) continue;
      const looks = looksOf(element);
      if (looks !== null && before.has(looks)) continue;
      if (looks !== null) now.add(looks);
      fresh.add(element.closest("a") ?? element);
    }
    const violations = fresh.size > 0 ? await run({ include: [...fresh] }, only(OF_COLORS)) : [];
    return { found: told(violations), met: [...now] };
  }

  window.look = { built, colors };
})();
