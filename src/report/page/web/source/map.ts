/** The map: areas in their classes, zoomed and panned by wheel, touch, buttons and keys. */

import { select as d3Select } from "d3-selection";
import { type D3ZoomEvent, type ZoomTransform, zoom as d3Zoom, zoomIdentity, zoomTransform } from "d3-zoom";

import { type Layer, height, layers, metres, width } from "./data";
import { byId, html, replace, say, svg } from "./dom";
import { frameOf, layer, listen, passes, select, state, tell } from "./state";
import { inlineRound, round } from "./symbol";
import { words } from "./words";

const MARGIN = 18;
const BUTTONS = 56;
const MOST_ZOOM = 40;
/** Labels are set in this size; the second line in the smaller one. */
const NAME_PX = 13;
const FIGURE_PX = 12;
/** An area smaller than this in both directions is a point of this radius. */
const SMALL_PX = 9;
const POINT_PX = 4.5;
/** A ground darker than this carries white type. */
const DARK = 0.18;

const box = byId("map-box");
const map = byId<SVGSVGElement>("map");
/** How many areas in sight have no label. */
const unlabelledNote = html("p", { class: "legend-note" });
const tip = byId("tip");

const hatch = (id: string, content: SVGElement): SVGPatternElement =>
  svg("pattern", { id, width: 7, height: 7, patternUnits: "userSpaceOnUse" }, svg("rect", { width: 7, height: 7, class: "paper" }), content);
const noData = hatch("no-data", svg("path", { d: "M-1 8L8-1M-1 1L1-1M6 8L8 6", class: "hatch" }));
const masked = hatch("masked", svg("path", { d: "M0 0L7 7M7 0L0 7", class: "hatch dark" }));

const ground = svg("g", { class: "ground", "aria-hidden": true });
const shapes = svg("g", { class: "areas" });
const borders = svg("g", { class: "borders", "aria-hidden": true });
/** Areas too small to see are points of their colour, of a size that stays. */
const dots = svg("g", { class: "dots", "aria-hidden": true });
const parks = svg("g", { class: "parks", "aria-hidden": true });
const marks = svg("g", { class: "marks", "aria-hidden": true });
const pins = svg("g", { class: "pins", "aria-hidden": true });
const world = svg("g", {}, ground, shapes, borders, parks, dots, marks);
const labels = svg("g", { class: "labels", "aria-hidden": true });
map.append(svg("defs", {}, noData, masked), world, labels, pins);

/** The areas of the layer shown, their boxes in units of the page, and their labels. */
let areas: SVGPathElement[] = [];
let boxes: DOMRect[] = [];
let points: SVGCircleElement[] = [];
let texts: { group: SVGGElement; width: number; height: number }[] = [];
let shown = -1;
/** The area that the tab key reaches, and the one under the pointer. */
let current = 0;
let hovered: number | null = null;

/** Pixels to a unit of the page where the whole map is seen, and where its corner then lies. */
let fit = { scale: 1, left: 0, top: 0, width: 1, height: 1 };

const behaviour = d3Zoom<SVGSVGElement, unknown>()
  .scaleExtent([1, MOST_ZOOM])
  .on("zoom", (event: D3ZoomEvent<SVGSVGElement, unknown>) => place(event.transform));
const canvas = d3Select(map);
canvas.call(behaviour).on("dblclick.zoom", null);

function screen(transform: ZoomTransform, [x, y]: [number, number]): [number, number] {
  return [transform.applyX(fit.left + x * fit.scale), transform.applyY(fit.top + y * fit.scale)];
}

function measureBox(): void {
  const { width: across, height: down } = map.getBoundingClientRect();
  if (across <= 2 * MARGIN || down <= 2 * MARGIN) return;
  const scale = Math.min((across - 2 * MARGIN) / width, (down - 2 * MARGIN) / height);
  // To the right of the legend, where there is room, and left of the buttons.
  const left = Math.max((across - width * scale) / 2, across < 600 ? 0 : across - width * scale - BUTTONS);
  fit = { scale, left, top: (down - height * scale) / 2, width: across, height: down };
  map.setAttribute("viewBox", `0 0 ${across} ${down}`);
  behaviour.extent([[0, 0], [across, down]]).translateExtent([[0, 0], [across, down]]);
  place(zoomTransform(map));
}

function place(transform: ZoomTransform): void {
  const scale = transform.k * fit.scale;
  const [left, top] = screen(transform, [0, 0]);
  world.setAttribute("transform", `translate(${left} ${top}) scale(${scale})`);
  for (const pattern of [noData, masked]) pattern.setAttribute("patternTransform", `scale(${1 / scale})`);
  sizePoints(scale);
  placeLabels(transform);
  placePin(transform);
  drawScale(scale);
  hideTip();
}

/** Shows the areas that are too small to see as points. */
function sizePoints(scale: number): void {
  points.forEach((point, area) => {
    const bounds = boxes[area];
    const small = bounds !== undefined && Math.max(bounds.width, bounds.height) * scale < SMALL_PX;
    point.setAttribute("display", small ? "inline" : "none");
    point.setAttribute("r", String(POINT_PX / scale));
  });
}

/** The luminance of a colour written as #rrggbb, from 0 to 1. */
function luminance(color: string): number {
  const light = [1, 3, 5].map((at) => {
    const part = parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (light[0] ?? 0) + 0.7152 * (light[1] ?? 0) + 0.0722 * (light[2] ?? 0);
}

/** The name of a firm that was found, over the area it stands in. */
function placePin(transform: ZoomTransform): void {
  const found = state.found;
  const target = found && state.selected === found.area && state.layer === found.layer ? layer().places[found.area] : undefined;
  if (!found || !target) {
    replace(pins);
    return;
  }
  const [x, y] = screen(transform, target);
  const pin = svg("g", { transform: `translate(${x.toFixed(1)} ${(y - 12).toFixed(1)})` }, svg("path", { d: "M0 0C-7 -9 -8 -12 -8 -15A8 8 0 1 1 8 -15C8 -12 7 -9 0 0Z" }), svg("circle", { cy: -15, r: 3 }), svg("text", { y: -29 }, words.within(found.name, layer().names[found.area] ?? "")));
  replace(pins, pin);
}

/** The areas of the highest class, which a reader looks for first. */
function highest(): Set<number> {
  const frame = frameOf(state.column);
  const of = (frame?.of ?? []).map((own) => (frame?.classes[own]?.ordered ? own : -1));
  const most = of.reduce((most, own) => Math.max(most, own), 0);
  return new Set(of.flatMap((own, area) => (own === most ? [area] : [])));
}

/** Labels are shown where they fit into their area and over no other; those of the highest class and the selected one first, whatever room their areas have. */
function placeLabels(transform: ZoomTransform): void {
  const first = highest();
  let unlabelled = 0;
  const taken: [number, number, number, number][] = [];
  const order = areas.map((_, area) => area).sort((a, b) => Number(first.has(b)) - Number(first.has(a)) || rank(a) - rank(b));
  if (state.selected !== null) order.unshift(...order.splice(order.indexOf(state.selected), 1));
  for (const area of order) {
    const label = texts[area];
    const bounds = boxes[area];
    if (!label || !bounds) continue;
    const scale = transform.k * fit.scale;
    const [x, y] = screen(transform, layer().places[area] ?? [0, 0]);
    const roomy = bounds.width * scale > label.width * 0.9 && bounds.height * scale > label.height;
    const frame: [number, number, number, number] = [x - label.width / 2, y - label.height / 2, x + label.width / 2, y + label.height / 2];
    const clear = taken.every((other) => frame[2] < other[0] || other[2] < frame[0] || frame[3] < other[1] || other[3] < frame[1]);
    const inside = x > 0 && y > 0 && x < fit.width && y < fit.height;
    const visible = inside && clear && (roomy || first.has(area) || area === state.selected);
    if (inside && !visible) unlabelled += 1;
    label.group.setAttribute("display", visible ? "inline" : "none");
    if (visible) {
      label.group.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
      taken.push(frame);
    }
  }
  unlabelledNote.textContent = unlabelled > 0 ? words.unlabelled(unlabelled) : "";
}

/** The large areas first. */
function rank(area: number): number {
  const bounds = boxes[area];
  return bounds ? -bounds.width * bounds.height : 0;
}

function drawScale(scale: number): void {
  const most = (110 / scale) * metres;
  const power = 10 ** Math.floor(Math.log10(most));
  const length = [5, 2, 1].map((step) => step * power).find((step) => step <= most) ?? power;
  const pixels = (length / metres) * scale;
  const bar = byId<SVGSVGElement>("scale");
  const text = length >= 1000 ? `${length / 1000} km` : `${length} m`;
  bar.setAttribute("width", String(Math.ceil(pixels + 2)));
  bar.setAttribute("height", "22");
  replace(bar, svg("path", { d: `M1 15v5h${pixels.toFixed(1)}v-5` }), svg("text", { x: 1 + pixels / 2, y: 12 }, text));
}

/** The paths of another layer. */
function draw(): void {
  shown = state.layer;
  const own = layer();
  const path = (d: string): SVGPathElement => svg("path", { d });
  const over = layers.find((other) => other.id === "district") ?? layers.find((other) => !other.scattered);
  const outlines = (other: Layer | undefined): SVGPathElement[] => (other && other !== own ? other.paths.map(path) : []);
  replace(ground, ...(own.scattered ? outlines(over) : []));
  replace(borders, ...outlines(over));
  areas = own.paths.map((d, area) => svg("path", { d, role: "button", tabindex: -1, "data-area": area }));
  replace(shapes, ...areas);
  shapes.classList.toggle("scattered", own.scattered);
  boxes = areas.map((area) => area.getBBox());
  points = areas.map((_, area) => {
    const [cx, cy] = own.places[area] ?? [0, 0];
    return svg("circle", { cx, cy, "data-area": area });
  });
  replace(dots, ...points);
  sizePoints(zoomTransform(map).k * fit.scale);
  current = 0;
}

function colour(): void {
  const frame = frameOf(state.column);
  const own = layer();
  const context = html("canvas").getContext("2d");
  const family = getComputedStyle(document.body).fontFamily;
  const measure = (text: string, size: number, weight: number): number => {
    if (!context) return text.length * size;
    context.font = `${weight} ${size}px ${family}`;
    return context.measureText(text).width;
  };
  const rated = state.column.id === "rate";
  texts = areas.map((area, at) => {
    const name = own.names[at] ?? "";
    const isMasked = own.firms[at] === null || frame?.of[at] === -1;
    const figure = isMasked ? words.masked : (frame?.labels[at] || frame?.texts[at] || words.noData);
    const kind = frame?.classes[frame.of[at] ?? -1];
    area.setAttribute("fill", isMasked ? "url(#masked)" : (kind?.color ?? "url(#no-data)"));
    area.setAttribute("aria-label", `${name} ${figure}`);
    area.setAttribute("aria-pressed", String(at === state.selected));
    area.setAttribute("tabindex", at === current ? "0" : "-1");
    area.classList.toggle("dim", !passes(at));
    const point = points[at];
    point?.setAttribute("fill", isMasked ? "url(#masked)" : (kind?.color ?? "url(#no-data)"));
    point?.classList.toggle("dim", !passes(at));
    const dark = !isMasked && passes(at) && kind?.color != null && luminance(kind.color) < DARK;
    const group = svg("g", { class: dark && "on-dark" }, svg("text", { y: -3, class: "name" }, name));
    const value = frame?.values[at];
    const symbol = rated && !isMasked && typeof value === "number" ? round(value, 5.5) : null;
    const figureWidth = measure(figure, FIGURE_PX, 400);
    group.append(svg("text", { x: symbol ? 8 : 0, y: FIGURE_PX + 1 }, figure));
    if (symbol) {
      symbol.setAttribute("transform", `translate(${(-figureWidth / 2 - 1).toFixed(1)} ${FIGURE_PX - 3.5})`);
      group.append(symbol);
    }
    return {
      group,
      width: Math.max(measure(name, NAME_PX, 600), figureWidth + (symbol ? 16 : 0)) + 4,
      height: NAME_PX + FIGURE_PX + 8,
    };
  });
  replace(labels, ...texts.map((label) => label.group));
  drawMarks();
  drawParks();
  drawLegend();
  placeLabels(zoomTransform(map));
}

function drawParks(): void {
  const scattered = layers.filter((other) => other.scattered);
  const offered = scattered.length > 0 && !layer().scattered;
  byId("over-label").hidden = !offered;
  byId("over-text").textContent = words.outlines;
  byId<HTMLInputElement>("over").checked = state.parks;
  const outlined = offered && state.parks ? scattered : [];
  replace(parks, ...outlined.flatMap((other) => other.paths.map((d) => svg("path", { d }))));
}

/** Outlines of what is selected, focused and under the pointer, over all others. */
function drawMarks(): void {
  const focused = areas.findIndex((area) => area === document.activeElement && area.matches(":focus-visible"));
  const outline = (area: number | null, kind: string): SVGPathElement[] => {
    const d = area === null ? undefined : layer().paths[area];
    return d ? [svg("path", { d, class: `${kind} halo` }), svg("path", { d, class: kind })] : [];
  };
  replace(marks, ...outline(hovered, "hovered"), ...outline(state.selected, "selected"), ...outline(focused < 0 ? null : focused, "focused"));
}

function swatch(color: string | null, kind: "solid" | "no-data" | "masked"): SVGSVGElement {
  const lines = kind === "masked" ? "M0 0L14 14M7 0L21 14M14 0L22 8M22 0L8 14M14 0L0 14M7 0L0 7" : "M0 7L7 0M0 14L14 0M8 14L22 0M15 14L22 7";
  const picture = svg("svg", { class: "swatch", viewBox: "0 0 22 14", width: 22, height: 14, "aria-hidden": true });
  picture.append(svg("rect", { width: 22, height: 14, fill: color ?? "#fff" }));
  if (kind !== "solid") picture.append(svg("path", { d: lines, class: kind === "masked" ? "hatch dark" : "hatch" }));
  picture.append(svg("rect", { x: 0.5, y: 0.5, width: 21, height: 13, class: "edge" }));
  return picture;
}

/** High to low, then what has no place in the order; each class can be looked at alone. */
function drawLegend(): void {
  const frame = frameOf(state.column);
  const legend = byId("legend");
  const unit = state.column.id === "count" ? null : state.table.unit;
  const heading = html("p", { class: "legend-title" }, state.column.title);
  if (unit) heading.append(html("small", {}, unit));
  const entry = (position: number, label: string, count: number, picture: SVGSVGElement): HTMLLIElement => {
    const pressed = state.only === position;
    const button = html("button", { type: "button", "aria-pressed": pressed ? "true" : "false" });
    button.append(picture, html("span", { class: "unseen" }, words.only), html("span", {}, label), html("small", {}, String(count)));
    button.addEventListener("click", () => {
      state.only = pressed ? null : position;
      tell("filter");
      legend.querySelector<HTMLElement>(`li:nth-child(${[...(list.children)].indexOf(item) + 1}) button`)?.focus();
    });
    const item = html("li", {}, button);
    return item;
  };
  const list = html("ul");
  const classes = (frame?.classes ?? []).map((kind, position) => ({ kind, position }));
  for (const { kind, position } of [...classes.filter(({ kind }) => kind.ordered).reverse(), ...classes.filter(({ kind }) => !kind.ordered)]) {
    list.append(entry(position, kind.label, kind.areas, swatch(kind.color, kind.color ? "solid" : "no-data")));
  }
  const hidden = (frame?.of ?? []).filter((of) => of < 0).length;
  if (hidden > 0) list.append(entry(-1, words.masked, hidden, swatch(null, "masked")));
  const note = state.column.id === "rate" ? [html("p", { class: "legend-note" }, inlineRound(0.65), words.roundNote, inlineRound(1), words.metNote)] : [];
  replace(legend, heading, list, ...note, unlabelledNote);
}

function showTip(area: number, x: number, y: number): void {
  const own = layer();
  const frame = frameOf(state.column);
  const isMasked = own.firms[area] === null || frame?.of[area] === -1;
  const figure = isMasked ? words.masked : (frame?.texts[area] || words.noData);
  const lines = [html("strong", {}, own.names[area] ?? ""), html("span", {}, `${state.column.title} ${figure}`)];
  if (!isMasked && frame?.labels !== frame?.texts) lines.push(html("span", {}, frame?.labels[area] ?? ""));
  const firms = own.firms[area];
  if (typeof firms === "number") lines.push(html("span", {}, words.firms(firms)));
  replace(tip, ...lines);
  tip.hidden = false;
  const { offsetWidth, offsetHeight } = tip;
  const left = Math.max(4, Math.min(x + 14, fit.width - offsetWidth - 4));
  const top = y + 18 + offsetHeight > fit.height ? y - offsetHeight - 10 : y + 18;
  tip.style.transform = `translate(${left}px, ${Math.max(4, top)}px)`;
}

function hideTip(): void {
  tip.hidden = true;
}

/** The area an arrow key goes to: near, and rather ahead than aside. */
function towards(from: number, [dx, dy]: [number, number]): number {
  const places = layer().places;
  const [x, y] = places[from] ?? [0, 0];
  let best = from;
  let least = Infinity;
  places.forEach(([otherX, otherY], area) => {
    const ahead = (otherX - x) * dx + (otherY - y) * dy;
    const aside = Math.abs((otherX - x) * dy) + Math.abs((otherY - y) * dx);
    const cost = ahead + 2 * aside;
    if (area !== from && ahead > 0 && aside <= 2 * ahead && cost < least) [best, least] = [area, cost];
  });
  return best;
}

function focusArea(area: number): void {
  areas[current]?.setAttribute("tabindex", "-1");
  current = area;
  areas[area]?.setAttribute("tabindex", "0");
  areas[area]?.focus({ preventScroll: true });
}

/** Brings an area into view; close, where it is asked for. */
export function goTo(area: number, close: boolean): void {
  const bounds = boxes[area];
  const target = layer().places[area];
  if (!bounds || !target) return;
  const transform = zoomTransform(map);
  const [x, y] = screen(transform, target);
  if (!close && x > 40 && y > 40 && x < fit.width - 40 && y < fit.height - 40) return;
  const wanted = Math.min(fit.width / (bounds.width * fit.scale * 3), fit.height / (bounds.height * fit.scale * 3));
  const k = close ? Math.max(1, Math.min(wanted, 12)) : transform.k;
  canvas.call(behaviour.scaleTo, k);
  canvas.call(behaviour.translateTo, fit.left + target[0] * fit.scale, fit.top + target[1] * fit.scale);
}

export function hover(area: number | null): void {
  hovered = area;
  drawMarks();
}

const areaOf = (event: Event): number | null => {
  const found = (event.target as Element).closest("[data-area]");
  return found ? Number(found.getAttribute("data-area")) : null;
};

const ARROWS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function press(event: KeyboardEvent): void {
  const arrow = ARROWS[event.key];
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (arrow && event.shiftKey) {
    const { k } = zoomTransform(map);
    canvas.call(behaviour.translateBy, (-arrow[0] * 80) / k, (-arrow[1] * 80) / k);
  } else if (arrow) {
    focusArea(towards(current, arrow));
    goTo(current, false);
  } else if (event.key === "Enter" || event.key === " ") {
    select(current);
  } else if (event.key === "+" || event.key === "=") {
    zoomBy(1.5, screen(zoomTransform(map), layer().places[current] ?? [0, 0]));
  } else if (event.key === "-" || event.key === "−") {
    zoomBy(1 / 1.5);
  } else if (event.key === "0") {
    zoomBy(0);
  } else if (event.key === "Escape") {
    hideTip();
    if (state.selected !== null) select(null);
  } else {
    return;
  }
  event.preventDefault();
}

/** Zooms by a factor around a point, or the middle; by 0 to the whole map. */
function zoomBy(factor: number, around?: [number, number]): void {
  if (factor === 0) canvas.call(behaviour.transform, zoomIdentity);
  else canvas.call(behaviour.scaleBy, factor, around);
  say(words.zoomed(zoomTransform(map).k.toFixed(1)));
}

export function start(): void {
  for (const layer of [shapes, dots]) {
    layer.addEventListener("click", (event) => {
      const area = areaOf(event);
      if (area === null) return;
      focusArea(area);
      select(area);
    });
  }
  map.addEventListener("pointermove", (event) => {
    const area = areaOf(event);
    if (area !== hovered) hover(area);
    const { left, top } = box.getBoundingClientRect();
    if (area === null || event.buttons > 0) hideTip();
    else showTip(area, event.clientX - left, event.clientY - top);
  });
  map.addEventListener("pointerleave", () => {
    hover(null);
    hideTip();
  });
  map.addEventListener("keydown", press);
  shapes.addEventListener("focusin", (event) => {
    const area = areaOf(event);
    drawMarks();
    if (area === null || !areas[area]?.matches(":focus-visible")) return;
    const [x, y] = screen(zoomTransform(map), layer().places[area] ?? [0, 0]);
    showTip(area, x, y);
  });
  shapes.addEventListener("focusout", () => {
    drawMarks();
    hideTip();
  });
  byId("zoom-in").addEventListener("click", () => zoomBy(1.5));
  byId("zoom-out").addEventListener("click", () => zoomBy(1 / 1.5));
  byId("zoom-all").addEventListener("click", () => zoomBy(0));
  byId<HTMLInputElement>("over").addEventListener("change", (event) => {
    state.parks = (event.target as HTMLInputElement).checked;
    drawParks();
    tell("filter");
  });
  listen((change) => {
    if (shown !== state.layer) {
      draw();
      canvas.call(behaviour.transform, zoomIdentity);
    }
    if (change === "selection") {
      if (state.selected !== null) {
        areas[current]?.setAttribute("tabindex", "-1");
        current = state.selected;
        areas[current]?.setAttribute("tabindex", "0");
      }
      areas.forEach((area, at) => area.setAttribute("aria-pressed", String(at === state.selected)));
      drawMarks();
      placeLabels(zoomTransform(map));
      placePin(zoomTransform(map));
    } else {
      colour();
    }
  });
  new ResizeObserver(measureBox).observe(map);
  measureBox();
}
