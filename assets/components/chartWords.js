// Where the words of the arrows of a chart stand: each on its own arrow, and off the nodes, the other arrows and the words
// that stand already, as far as there is room.

import { acrossOf, MOST_ARROWS } from "./chartWays.js";

const FONT_SIZE = 12;
const LINE_HEIGHT = 16;
const PADDING = 8;
// Wider than a node they would reach into those of the neighbours.
export const MOST_WIDE = 216;
// How far from the ends of its arrow they stand at least, and how far apart the places are that are tried.
const FROM_END = 24;
const STEP = 14;
const MOST_PLACES = 14;
// How far apart the points of an arrow are that are looked at; in pixels.
const FINE = 8;
const MOST_POINTS = 80;
// As an arrow ends some pixels before a node, it turns a little off where it is thought to.
const CLOSE = 6;
const CELL = 128;
const OF_WORDS = 10;
const OF_NODE = 10;
const OF_ARROW = 3;
const OF_PLACE = 0.25;

const widths = new Map();
let pen = null;

function sizeOf(words) {
  if (!widths.has(words)) {
    pen ??= document.createElement("canvas").getContext("2d");
    pen.font = `${FONT_SIZE}px ${getComputedStyle(document.body).fontFamily}`;
    widths.set(words, pen.measureText(words).width + PADDING);
  }
  const wide = widths.get(words);
  const lines = Math.ceil(wide / MOST_WIDE);
  return { width: Math.min(wide, MOST_WIDE), height: lines * LINE_HEIGHT + 2 };
}

function pointsOf(arrow) {
  const { from, to, side, turn, isBack } = arrow;
  const corners = [from, [from[0], from[1] + turn], [side, from[1] + turn], [side, to[1] - turn], [to[0], to[1] - turn], to];
  const far = Math.hypot(to[0] - from[0], to[1] - from[1]) + (isBack ? 2 * (side - from[0]) : 0);
  const count = Math.min(MOST_POINTS, Math.ceil(far / FINE) + 4);
  return Array.from({ length: count + 1 }, (_, number) => {
    const at = number / count;
    if (!isBack) {
      const y = from[1] + (to[1] - from[1]) * at;
      return [acrossOf(arrow, y), y];
    }
    const leg = Math.min(corners.length - 2, Math.floor(at * (corners.length - 1)));
    const along = at * (corners.length - 1) - leg;
    const [begin, end] = [corners[leg], corners[leg + 1]];
    return [begin[0] + (end[0] - begin[0]) * along, begin[1] + (end[1] - begin[1]) * along];
  });
}

function placesOf(arrow) {
  const { from, to, side, turn, isAlone, isBack } = arrow;
  const down = to[1] - from[1];
  const heights = [];
  if (isBack) {
    for (let height = turn; height >= down - turn; height -= STEP) heights.push(height);
    return heights.slice(0, MOST_PLACES).map((height) => [side, from[1] + height]);
  }
  for (let height = Math.min(FROM_END, down / 2); height <= Math.max(down - FROM_END, down / 2); height += STEP) {
    heights.push(height);
  }
  if (isAlone) heights.reverse();
  return heights.slice(0, MOST_PLACES).map((height) => [acrossOf(arrow, from[1] + height), from[1] + height]);
}

// What lies where: things with a box, found by the cells that it touches.
class Field {
  constructor() {
    this.cells = new Map();
  }

  add(box, thing) {
    this.each(box, (key) => {
      if (!this.cells.has(key)) this.cells.set(key, []);
      this.cells.get(key).push([box, thing]);
    });
  }

  under(box) {
    const found = new Set();
    this.each(box, (key) => {
      for (const [[left, top, right, bottom], thing] of this.cells.get(key) ?? []) {
        if (left < box[2] && right > box[0] && top < box[3] && bottom > box[1]) found.add(thing);
      }
    });
    return found;
  }

  each([left, top, right, bottom], tell) {
    for (let x = Math.floor(left / CELL); x <= Math.floor(right / CELL); x += 1) {
      for (let y = Math.floor(top / CELL); y <= Math.floor(bottom / CELL); y += 1) tell(`${x} ${y}`);
    }
  }
}

// Return where the middle of the words of each arrow is to be, by its id. An arrow leads `from` a point `to` another; one
// that `isBack` makes its `turn`s at the `side`. The words of one that `isAlone` in leading to its node stand near that.
export function placesOfWords(nodes, arrows) {
  const words = new Field();
  const boxes = new Field();
  const lines = new Field();
  for (const node of nodes) boxes.add([node.x, node.y, node.x + node.width, node.y + node.height], node);
  for (const arrow of arrows.length > MOST_ARROWS ? [] : arrows) {
    for (const [x, y] of pointsOf(arrow)) lines.add([x - 2, y - CLOSE, x + 2, y + CLOSE], arrow.pair);
  }
  const found = new Map();
  for (const arrow of arrows) {
    if (!arrow.words) continue;
    const { width, height } = sizeOf(arrow.words);
    let best = null;
    for (const [number, [x, y]] of placesOf(arrow).entries()) {
      const box = [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
      const others = [...lines.under(box)].filter((pair) => pair !== arrow.pair).length;
      const inTheWay = OF_WORDS * words.under(box).size + OF_NODE * boxes.under(box).size + OF_ARROW * others;
      const cost = inTheWay + OF_PLACE * number;
      if (!best || cost < best.cost) best = { cost, box, x, y };
      if (!inTheWay) break;
    }
    words.add(best.box, arrow);
    found.set(arrow.id, best);
  }
  return found;
}
