/** The ranking: one row for each area of the layer, sorted and filtered, linked with the map. */

import { type Cell, download } from "./csv";
import { type Column, asOf, synthetic } from "./data";
import { byId, html, replace, say } from "./dom";
import { goTo, hover } from "./map";
import { day, frameOf, layer, listen, passes, select, state } from "./state";
import { inlineRound } from "./symbol";
import { words } from "./words";

/** Columns of a quota table that stand in the ranking; the others are told with the area. */
export const QUOTA = ["rank", "rate", "accepted", "quota", "gap"];
const NAME = "name";
const LONG = 20;
const PARENT = "parent";

let sort = { key: NAME, down: false };
let sortedFor: Column | null = null;
const filter = byId<HTMLInputElement>("filter");

export function isQuota(): boolean {
  return state.table.columns.some((column) => column.id === "quota");
}

/** The columns shown: of a quota table the rank first, else the column on the map. */
function columns(): Column[] {
  const all = state.table.columns;
  if (isQuota()) return QUOTA.flatMap((id) => all.filter((column) => column.id === id));
  return [state.column, ...all.filter((column) => column !== state.column)];
}

function hasParents(): boolean {
  return layer().parents.some((parent) => parent !== null);
}

const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });

/** The areas in the order of the table; what has no number stands last either way. */
function rows(): number[] {
  const own = layer();
  const wanted = filter.value.trim().toLowerCase();
  const kept = own.names
    .map((_, area) => area)
    .filter((area) => passes(area))
    .filter((area) => `${own.names[area]} ${own.parents[area] ?? ""} ${own.ids[area]}`.toLowerCase().includes(wanted));
  const text = (area: number): string => (sort.key === PARENT ? (own.parents[area] ?? "") : (own.names[area] ?? ""));
  const column = state.table.columns.find((candidate) => candidate.id === sort.key);
  const values = column && frameOf(column)?.values;
  return kept.sort((a, b) => {
    if (!values) return collator.compare(text(a), text(b)) * (sort.down ? -1 : 1) || a - b;
    const [x, y] = [values[a] ?? null, values[b] ?? null];
    if (x === null || y === null) return Number(x === null) - Number(y === null) || a - b;
    return (x - y) * (sort.down ? -1 : 1) || a - b;
  });
}

function header(key: string, label: string, numeric: boolean): HTMLTableCellElement {
  const own = sort.key === key;
  const button = html("button", { type: "button" }, label);
  button.append(html("span", { "aria-hidden": true, class: "arrow" }, own ? (sort.down ? "▼" : "▲") : ""));
  button.addEventListener("click", () => {
    // Numbers begin with the highest, ranks and names with the first.
    sort = own ? { key, down: !sort.down } : { key, down: numeric && key !== "rank" };
    draw();
    say(words.sorted(label, sort.down));
    byId("ranking").querySelector<HTMLElement>(`th[data-key="${key}"] button`)?.focus();
  });
  return html("th", { scope: "col", class: numeric && "number", "data-key": key, "aria-sort": own ? (sort.down ? "descending" : "ascending") : "none" }, button);
}

function figure(column: Column, area: number, tag: "td" | "dd" = "td"): HTMLElement {
  const frame = frameOf(column);
  const hidden = layer().firms[area] === null || (column.mapped && frame?.of[area] === -1);
  const cell = html(tag, { class: "number" });
  if (hidden) {
    cell.append(html("span", { class: "quiet" }, words.masked));
    return cell;
  }
  const value = frame?.values[area];
  if (typeof value !== "number") {
    cell.append(html("span", { class: "quiet" }, "–"));
    return cell;
  }
  if (column.id === "rate") cell.append(inlineRound(value));
  cell.append(frame?.texts[area] ?? "");
  return cell;
}

export { figure };

function draw(): void {
  if (sortedFor !== state.column) {
    sortedFor = state.column;
    sort = isQuota() ? { key: "rank", down: false } : { key: state.column.id, down: true };
  }
  const own = layer();
  const shown = columns();
  const found = rows();
  const leading = isQuota() ? shown.slice(0, 1) : [];
  const trailing = shown.slice(leading.length);
  const headings = [
    ...leading.map((column) => header(column.id, column.title, true)),
    header(NAME, own.title, false),
    ...trailing.slice(0, 1).map((column) => header(column.id, column.title, true)),
    ...(hasParents() ? [header(PARENT, words.parent, false)] : []),
    ...trailing.slice(1).map((column) => header(column.id, column.title, true)),
  ];
  const body = found.map((area) => {
    const button = html("button", { type: "button", "aria-pressed": area === state.selected ? "true" : "false" }, own.names[area] ?? "");
    button.addEventListener("click", () => {
      select(area);
      goTo(area, false);
    });
    const row = html(
      "tr",
      { class: area === state.selected && "selected", "data-area": area },
      ...leading.map((column) => figure(column, area)),
      html("th", { scope: "row" }, button),
      ...trailing.slice(0, 1).map((column) => figure(column, area)),
      ...(hasParents() ? [html("td", {}, own.parents[area] ?? "–")] : []),
      ...trailing.slice(1).map((column) => figure(column, area)),
    );
    // A click beside the name is one on it; the keyboard has the name.
    row.addEventListener("click", (event) => {
      if (event.target !== button) button.click();
    });
    row.addEventListener("pointerenter", () => hover(area));
    row.addEventListener("pointerleave", () => hover(null));
    return row;
  });
  const caption = `${state.table.theme}${state.table.unit ? ` · ${state.table.unit}` : ""} · ${words.asOf(day() || asOf)} · ${words.rows(found.length, own.names.length)}`;
  const parts: HTMLElement[] = [html("caption", {}, caption), html("thead", {}, html("tr", {}, ...headings)), html("tbody", {}, ...body)];
  const totals = shown.map((column) => frameOf(column)?.total ?? "");
  if (totals.some((total) => total !== "")) {
    const cells = totals.map((total) => html("td", { class: "number" }, total));
    const name = html("th", { scope: "row" }, words.total);
    const gap = hasParents() ? [html("td")] : [];
    parts.push(html("tfoot", {}, html("tr", {}, ...cells.slice(0, leading.length), name, ...cells.slice(leading.length, leading.length + 1), ...gap, ...cells.slice(leading.length + 1))));
  }
  // On paper a long table has sheets of its own, in two columns.
  document.body.classList.toggle("long-table", found.length > LONG);
  replace(byId("ranking"), ...parts);
}

/** Ends the table after a whole row where there is no room for all: the total would cover half of one. */
function fit(): void {
  const table = byId("ranking");
  const box = table.parentElement;
  if (!box) return;
  box.style.removeProperty("max-height");
  if (box.scrollHeight <= box.clientHeight) return;
  const height = (part: string): number => table.querySelector<HTMLElement>(part)?.offsetHeight ?? 0;
  const around = height("thead") + height("tfoot");
  let shown = height("caption") + around;
  for (const row of table.querySelectorAll<HTMLElement>("tbody tr")) {
    if (shown + row.offsetHeight > box.clientHeight) break;
    shown += row.offsetHeight;
  }
  if (shown > around) box.style.maxHeight = `${shown + box.offsetHeight - box.clientHeight}px`;
}

/** The table as it is sorted and filtered, with all its columns. */
function save(): void {
  const own = layer();
  const all = state.table.columns;
  const cells = (area: number): Cell[] =>
    all.map((column) => {
      const frame = frameOf(column);
      const hidden = own.firms[area] === null || (column.mapped && frame?.of[area] === -1);
      return hidden ? words.masked : (frame?.values[area] ?? null);
    });
  const head: Cell[] = [words.code, own.title, words.parent, ...all.map((column) => column.title)];
  const table = rows().map((area): Cell[] => [own.ids[area] ?? "", own.names[area] ?? "", own.parents[area] ?? "", ...cells(area)]);
  download([...(synthetic ? [words.sample] : []), own.title, state.table.theme, state.table.unit ?? "", day()].filter(Boolean).join("-"), [head, ...table]);
}

export function start(): void {
  listen((change) => {
    if (change !== "selection") {
      draw();
      // The area that is told below takes its room first.
      requestAnimationFrame(fit);
      return;
    }
    requestAnimationFrame(() => {
      fit();
      byId("ranking").querySelector("tr.selected")?.scrollIntoView({ block: "nearest" });
    });
    for (const row of byId("ranking").querySelectorAll("tbody tr")) {
      const own = Number(row.getAttribute("data-area")) === state.selected;
      row.classList.toggle("selected", own);
      row.querySelector("button")?.setAttribute("aria-pressed", String(own));
    }
  });
  window.addEventListener("resize", fit);
  filter.addEventListener("input", () => {
    draw();
    fit();
    say(words.rows(rows().length, layer().names.length));
  });
  byId("csv").addEventListener("click", save);
}
