/** Finds areas of all layers, and firms, and goes to them. */

import { firms, layers } from "./data";
import { narrow } from "./detail";
import { byId, html, replace, say } from "./dom";
import { goTo } from "./map";
import { select, showLayer, state } from "./state";
import { words } from "./words";

const MOST_AREAS = 8;
const MOST_FIRMS = 20;

interface Hit {
  title: string;
  note: string;
  go: () => void;
}

const input = byId<HTMLInputElement>("search");
const list = byId("hits");
let hits: Hit[] = [];
let active = -1;

function visit(layer: number, area: number, firm?: string, name?: string): void {
  if (layer !== state.layer) showLayer(layer);
  state.found = name === undefined ? null : { layer, area, name };
  select(area);
  goTo(area, true);
  if (firm !== undefined) narrow(firm);
  byId("detail-title").focus({ preventScroll: true });
}

function areaHits(text: string): Hit[] {
  return layers.flatMap((layer, position) =>
    layer.names.flatMap((name, area) => {
      if (!name.toLowerCase().includes(text) && layer.ids[area]?.toLowerCase() !== text) return [];
      const parent = layer.parents[area];
      return [{ title: name, note: parent ? `${layer.title} · ${parent}` : layer.title, go: () => visit(position, area) }];
    }),
  );
}

/** Firms are shown in the layer at hand, else in the first that holds them. */
function firmHits(text: string): Hit[] {
  if (!firms) return [];
  const { names, ids, areas } = firms;
  const found: Hit[] = [];
  names.forEach((name, firm) => {
    if (!name.toLowerCase().includes(text) && !ids[firm]?.toLowerCase().includes(text)) return;
    const layer = [state.layer, ...layers.keys()].find((candidate) => (areas[candidate]?.[firm] ?? -1) >= 0);
    if (layer === undefined) return;
    const area = areas[layer]?.[firm] ?? -1;
    found.push({ title: name, note: layers[layer]?.names[area] ?? "", go: () => visit(layer, area, ids[firm] ?? "", name) });
  });
  return found;
}

function close(): void {
  hits = [];
  active = -1;
  list.hidden = true;
  replace(list);
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function look(): void {
  const text = input.value.trim().toLowerCase();
  if (text === "") {
    close();
    return;
  }
  const areas = areaHits(text);
  const found = firmHits(text);
  hits = [...areas.slice(0, MOST_AREAS), ...found.slice(0, MOST_FIRMS)];
  active = -1;
  input.removeAttribute("aria-activedescendant");
  const options = hits.map((hit, at) => {
    const option = html("li", { role: "option", id: `hit-${at}`, "aria-selected": "false" }, html("span", {}, hit.title), html("small", {}, hit.note));
    option.addEventListener("pointerdown", (event) => {
      // The field keeps the focus until the hit is gone to.
      event.preventDefault();
      open(at);
    });
    return option;
  });
  const rest = areas.length + found.length - hits.length;
  const notes = rest > 0 || hits.length === 0 ? [html("li", { role: "option", "aria-disabled": "true", "aria-selected": "false", class: "note" }, hits.length ? words.more(rest) : words.found(0))] : [];
  replace(list, ...options, ...notes);
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
  say(words.found(areas.length + found.length));
}

function open(at: number): void {
  const hit = hits[at];
  if (!hit) return;
  input.value = hit.title;
  close();
  hit.go();
}

function move(step: number): void {
  if (hits.length === 0) return;
  list.children[active]?.setAttribute("aria-selected", "false");
  active = (active + step + hits.length + (active < 0 && step < 0 ? 1 : 0)) % hits.length;
  const option = list.children[active];
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", `hit-${active}`);
}

export function start(): void {
  input.addEventListener("input", look);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter") open(Math.max(active, 0));
    else if (event.key === "Escape") {
      input.value = "";
      close();
    } else return;
    event.preventDefault();
  });
}
