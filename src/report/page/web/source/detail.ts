/** What is known of the selected area, and the firms that stand in it. */

import { type Cell, download } from "./csv";
import { firms, layers, minFirms, stops, synthetic } from "./data";
import { byId, html, replace, say } from "./dom";
import { QUOTA, figure, isQuota } from "./ranking";
import { composition, swatch } from "./sectors";
import { frameOf, layer, listen, select, state } from "./state";
import { words } from "./words";

const PAGE = 100;

let from = 0;
let wanted = "";

/** The stop whose ledger is told: that of the slider, where the figures move with it. */
function stop(): number {
  return state.column.frames.length > 1 ? state.stop : stops.length - 1;
}

/** How far a firm has come under each programme, in words. */
function progress(firm: number): string {
  const entries = firms?.ledger.get(firm) ?? [];
  return entries
    .flatMap(({ programme, stages }) => {
      const stage = firms?.stages[stages[stop()] ?? -1];
      return stage ? [`${firms?.programmes[programme]}：${stage}`] : [];
    })
    .join("；");
}

function sector(firm: number): string {
  return firms?.sectors[firms.sector[firm] ?? -1] ?? "";
}

/** The areas of the other layers a firm stands in. */
function elsewhere(firm: number): string[] {
  return layers.flatMap((other, position) => (position === state.layer ? [] : [other.names[firms?.areas[position]?.[firm] ?? -1] ?? ""]));
}

/** The firms that the ledger knows first. */
function firmsOf(area: number): number[] {
  const members = firms?.areas[state.layer];
  if (!firms || !members) return [];
  const found: number[] = [];
  members.forEach((own, firm) => {
    if (own === area) found.push(firm);
  });
  const ledger = firms.ledger;
  return found.sort((a, b) => Number(ledger.has(b)) - Number(ledger.has(a)) || a - b);
}

function matches(firm: number): boolean {
  if (!firms || wanted === "") return true;
  return [firms.names[firm], firms.ids[firm], sector(firm), progress(firm)].some((text) => text?.toLowerCase().includes(wanted));
}

function facts(area: number): HTMLElement {
  const list = html("dl");
  const own = layer().firms[area];
  list.append(html("div", {}, html("dt", {}, words.firmCount), html("dd", { class: "number" }, own === null || own === undefined ? words.masked : String(own))));
  for (const column of state.table.columns) {
    // What stands in the ranking, or just above, is not said again.
    if (isQuota() ? QUOTA.includes(column.id) : column.id === "count" && frameOf(column)?.values[area] === own) continue;
    list.append(html("div", {}, html("dt", {}, column.title), figure(column, area, "dd")));
  }
  return list;
}

/** A page of the firms that are wanted, the buttons that turn it, and what it says. */
function firmTable(all: number[], area: number): void {
  const found = all.filter(matches);
  from = Math.min(from, Math.max(0, Math.floor((found.length - 1) / PAGE) * PAGE));
  const to = Math.min(from + PAGE, found.length);
  const others = layers.filter((_, position) => position !== state.layer);
  const head = [words.firm, words.code, words.sector, words.state, ...others.map((other) => other.title)];
  const rows = found.slice(from, to).map((firm) =>
    html(
      "tr",
      {},
      html("th", { scope: "row" }, firms?.names[firm] ?? ""),
      html("td", {}, firms?.ids[firm] ?? ""),
      html("td", {}, ...[swatch(sector(firm)) ?? "", ` ${sector(firm)}`]),
      ...[progress(firm), ...elsewhere(firm)].map((text) => html("td", {}, text)),
    ),
  );
  const listed = words.listed(all.length, layer().firms[area] ?? all.length);
  const caption = `${listed} · ${found.length ? words.page(from + 1, to, found.length) : words.empty}`;
  replace(
    byId("firms"),
    html("caption", {}, caption),
    html("thead", {}, html("tr", {}, ...head.map((label) => html("th", { scope: "col" }, label)))),
    html("tbody", {}, ...rows),
  );
  // A button that has the focus must not lose it by being disabled.
  byId("previous").setAttribute("aria-disabled", String(from === 0));
  byId("next").setAttribute("aria-disabled", String(to === found.length));
}

function turn(all: number[], area: number, step: number): void {
  const found = all.filter(matches).length;
  if (from + step < 0 || from + step >= found) return;
  from += step;
  firmTable(all, area);
  byId("firm-list").scrollTop = 0;
  say(words.page(from + 1, Math.min(from + PAGE, found), found));
}

function save(all: number[], name: string): void {
  const others = layers.filter((_, position) => position !== state.layer);
  const head: Cell[] = [words.code, words.firm, words.sector, words.state, layer().title, ...others.map((other) => other.title)];
  const rows = all.filter(matches).map((firm): Cell[] => [firms?.ids[firm] ?? "", firms?.names[firm] ?? "", sector(firm), progress(firm), name, ...elsewhere(firm)]);
  download([...(synthetic ? [words.sample] : []), name, words.firm, stops[stop()] ?? ""].join("-"), [head, ...rows]);
}

function draw(): void {
  const body = byId("detail");
  const area = state.selected;
  byId("side").classList.toggle("idle", area === null);
  byId("close").hidden = area === null;
  if (area === null) {
    byId("detail-title").textContent = words.areaTitle;
    replace(body, html("p", { class: "hint" }, words.hint));
    return;
  }
  const own = layer();
  const name = own.names[area] ?? "";
  const parent = own.parents[area];
  byId("detail-title").textContent = parent ? `${name}（${parent}）` : name;
  if (own.firms[area] === null) {
    replace(body, html("p", { class: "hint" }, words.maskedArea(minFirms)));
    return;
  }
  const parts: HTMLElement[] = [facts(area)];
  const mix = composition(area);
  if (mix) parts.push(mix);
  if (firms) {
    const all = firmsOf(area);
    const search = html("input", { type: "search", "aria-label": words.filterFirms, placeholder: words.filterFirms, value: wanted, autocomplete: "off" });
    search.addEventListener("input", () => {
      wanted = search.value.trim().toLowerCase();
      from = 0;
      firmTable(all, area);
      say(words.firms(all.filter(matches).length));
    });
    const button = (id: string, label: string, press: () => void): HTMLButtonElement => {
      const made = html("button", { type: "button", id }, label);
      made.addEventListener("click", press);
      return made;
    };
    parts.push(
      html(
        "div",
        { class: "bar" },
        search,
        button("previous", words.previous, () => turn(all, area, -PAGE)),
        button("next", words.next, () => turn(all, area, PAGE)),
        button("firms-csv", words.download, () => save(all, name)),
      ),
      html("div", { id: "firm-list", class: "scroll", role: "region", "aria-label": words.firmList, tabindex: 0 }, html("table", { id: "firms" })),
    );
    replace(body, ...parts);
    firmTable(all, area);
    return;
  } else {
    parts.push(html("p", { class: "hint" }, words.noFirms));
  }
  replace(body, ...parts);
}

/** Shows the firms of the selected area that have these words. */
export function narrow(text: string): void {
  wanted = text.trim().toLowerCase();
  from = 0;
  draw();
}

export function start(): void {
  let known: number | null = null;
  let knownLayer = state.layer;
  listen((change) => {
    const other = state.selected !== known || state.layer !== knownLayer;
    if (other) [wanted, from] = ["", 0];
    [known, knownLayer] = [state.selected, state.layer];
    if (change === "filter") return;
    draw();
    if (change === "selection" && other) {
      const area = state.selected;
      const frame = frameOf(state.column);
      const text = area === null ? "" : layer().firms[area] === null ? words.masked : (frame?.labels[area] ?? "");
      say(area === null ? words.cleared : words.selected(layer().names[area] ?? "", text));
    }
  });
  byId("close").addEventListener("click", () => {
    select(null);
    byId("detail-title").focus();
  });
}
