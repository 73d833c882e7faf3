// How the arrows of a chart keep off the nodes of the rows that they pass: beside them, in the gaps between them.

// How far beside the nodes an arrow runs: in the middle of a gap.
export const BESIDE = 18;
// How far apart arrows are that go back, so that there is room for words; and how many are beside each other.
const LANE = 54;
const MOST_LANES = 6;
// Of more arrows than that, none is led around nodes, and words are only kept off each other and the nodes: more would take
// too long.
export const MOST_ARROWS = 1500;

// Where on the curve of an arrow down a height is reached, and how far across that is; both from 0 to 1.
function acrossAt(height) {
  let low = 0;
  let high = 1;
  for (let round = 0; round < 12; round += 1) {
    const middle = (low + high) / 2;
    if (1.5 * middle * (1 - middle) + middle ** 3 < height) low = middle;
    else high = middle;
  }
  return low * low * (3 - 2 * low);
}

function onCurve([fromX, fromY], [toX, toY], y) {
  return fromX + (toX - fromX) * acrossAt((y - fromY) / (toY - fromY));
}

// How far across an arrow down is at a height.
export function acrossOf({ from, to, side, top, bottom }, y) {
  if (side === null) return onCurve(from, to, y);
  if (y < top) return onCurve(from, [side, top], y);
  return y > bottom ? onCurve([side, bottom], to, y) : side;
}

const isInTheWay = (node, x) => node.x - BESIDE < x && x < node.x + node.width + BESIDE;

// Where a line down meets none of the nodes, which are in their order from the left: to the right of `x`, or there.
const freeToTheRight = (nodes, x) =>
  nodes.reduce((free, node) => (isInTheWay(node, free) ? node.x + node.width + BESIDE : free), x);

const freeToTheLeft = (nodes, x) =>
  nodes.reduceRight((free, node) => (isInTheWay(node, free) ? node.x - BESIDE : free), x);

function isThrough(arrow, node) {
  const [one, other] = [acrossOf(arrow, node.y), acrossOf(arrow, node.y + node.height)];
  return Math.min(one, other) < node.x + node.width && Math.max(one, other) > node.x;
}

// Where an arrow that goes back has a line of its own, as long as there are few.
function laneFor({ rows, side }, passed, lanes) {
  const [top, bottom] = rows;
  const isTaken = (lane) => Math.abs(lane.side - free) < LANE && lane.top <= bottom && lane.bottom >= top;
  let free = freeToTheRight(passed, side);
  for (let tried = 0; tried < MOST_LANES && lanes.some(isTaken); tried += 1) free = freeToTheRight(passed, free + LANE);
  lanes.push({ side: free, top, bottom });
  return free;
}

const lowest = (nodes) => Math.max(...nodes.map((node) => node.y + node.height));

// Gives each arrow that goes back, and each one down that would run through nodes, the `side` on which it passes them; one
// down is there from the `top` to the `bottom`. An arrow has the heights of the `rows` that it leads to and from.
export function keepOffNodes(arrows, nodes) {
  if (arrows.length > MOST_ARROWS) return;
  const fromTheLeft = [...nodes].sort((one, other) => one.x - other.x);
  const heights = [...new Set(fromTheLeft.map((node) => node.y))].sort((one, other) => one - other);
  const place = new Map(heights.map((height, number) => [height, number]));
  const inRows = (first, last) =>
    fromTheLeft.filter((node) => node.y >= heights[first] && node.y <= heights[last]);
  const lanes = [];
  for (const arrow of arrows) {
    const [to, from] = arrow.rows.map((height) => place.get(height));
    if (arrow.isBack) {
      arrow.side = laneFor(arrow, inRows(to, from), lanes);
      arrow.turn = BESIDE + lowest(inRows(from, from)) - arrow.from[1];
    } else if (to > from + 1) {
      const passed = inRows(from + 1, to - 1);
      if (!passed.some((node) => isThrough(arrow, node))) continue;
      const middle = (arrow.from[0] + arrow.to[0]) / 2;
      const [left, right] = [freeToTheLeft(passed, middle), freeToTheRight(passed, middle)];
      arrow.top = heights[from + 1];
      arrow.bottom = lowest(passed);
      arrow.side = middle - left < right - middle ? left : right;
    }
  }
}
