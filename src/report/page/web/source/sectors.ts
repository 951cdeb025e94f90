/** The sectors, in the colours and lines that they have in all figures of the run. */

import { type Sector, layers, sectors } from "./data";
import { html, svg } from "./dom";
import { frameOf, state, tablesOf } from "./state";
import { words } from "./words";

/** Sectors beyond these share one colour: no more are read at a glance. */
const MOST = 6;
const WIDTH = 300;
const HEIGHT = 16;
const STEP = 6;

const byName = new Map(sectors.map((sector) => [sector.name, sector]));

/** A rectangle in the mark of a sector. */
function marked(sector: Sector, x: number, width: number, height: number): SVGGElement {
  const group = svg("g", {}, svg("rect", { x, width, height, fill: sector.color }));
  if (sector.line === undefined) return group;
  let path = "";
  for (let at = -height; at < width; at += STEP) {
    // Each line from the lower edge to the upper one, cut at the sides.
    const from = Math.max(0, -at);
    const to = Math.min(height, width - at);
    if (to <= from) continue;
    path += `M${x + at + from} ${height - from}L${x + at + to} ${height - to}`;
    if (sector.crossed) path += `M${x + at + from} ${from}L${x + at + to} ${to}`;
  }
  group.append(svg("path", { d: path, stroke: sector.line, "stroke-width": 1.2, fill: "none" }));
  return group;
}

/** The mark of a sector, to stand before its name; none of a name that is no sector. */
export function swatch(name: string): SVGSVGElement | null {
  const sector = byName.get(name);
  return sector ? svg("svg", { class: "sector", viewBox: "0 0 18 11", width: 18, height: 11, "aria-hidden": true }, marked(sector, 0, 18, 11)) : null;
}

/** The firms of an area by sector, as far as none of their numbers is masked: the largest first. */
function firmsBySector(area: number): { sector: Sector; firms: number }[] {
  const found = sectors.flatMap((sector) => {
    // The first unit of a theme is firms.
    const column = tablesOf(state.layer, sector.name)[0]?.columns.find((one) => one.id === "count");
    const firms = column && frameOf(column)?.values[area];
    return firms ? [{ sector, firms }] : [];
  });
  return found.sort((a, b) => b.firms - a.firms);
}

/** The sectors of an area as one bar with its legend; none where nothing is known of them. */
export function composition(area: number): HTMLElement | null {
  const all = layers[state.layer]?.firms[area];
  const found = firmsBySector(area);
  if (!all || found.length === 0) return null;
  const named = found.slice(0, MOST);
  const rest = all - named.reduce((sum, { firms }) => sum + firms, 0);
  const bar = svg("svg", { class: "composition", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" });
  const list = html("ul", { class: "composition" });
  let left = 0;
  const percent = (firms: number): string => `${Math.round((firms / all) * 100)}%`;
  const part = (name: string, firms: number, sector: Sector, picture: SVGSVGElement): void => {
    const width = (firms / all) * WIDTH;
    const shape = marked(sector, left, width, HEIGHT);
    shape.append(svg("title", {}, `${name} ${firms}`));
    bar.append(shape);
    left += width;
    list.append(html("li", {}, picture, ` ${name} ${firms} `, html("small", {}, percent(firms))));
  };
  for (const { sector, firms } of named) {
    const picture = swatch(sector.name);
    if (picture) part(sector.name, firms, sector, picture);
  }
  if (rest > 0) {
    const other: Sector = { name: words.otherSectors, color: "#c9ced5" };
    const picture = svg("svg", { class: "sector", viewBox: "0 0 18 11", width: 18, height: 11, "aria-hidden": true }, marked(other, 0, 18, 11));
    part(other.name, rest, other, picture);
  }
  bar.setAttribute("aria-label", words.composition);
  return html("figure", { class: "composition" }, html("figcaption", {}, words.composition), bar, list);
}
