/** What is shown, and who is told when that changes. */

import { type Column, type Frame, type Layer, type Table, layers, stops, tables } from "./data";

export interface State {
  layer: number;
  table: Table;
  column: Column;
  stop: number;
  selected: number | null;
  /** The class that the legend is asked to show alone; -1 is the masked areas. */
  only: number | null;
  parks: boolean;
  /** The firm that was searched for, and the area that it stands in. */
  found: { layer: number; area: number; name: string } | null;
}

/** What has changed: other figures, another selection or filter only. */
export type Change = "figures" | "selection" | "filter";

const first = tables.find((table) => table.columns.some((column) => column.mapped));

/** Columns that a table opens on, best first: what does not grow with the size of an area goes before a count. */
const OPENING = ["rate", "density_per_km2", "location_quotient", "in_park_share", "share"];

/** The column that a table opens on. */
export function mapped(table: Table): Column {
  const columns = table.columns.filter((column) => column.mapped);
  const wanted = OPENING.flatMap((id) => columns.filter((column) => column.id === id));
  const found = wanted[0] ?? columns[0] ?? table.columns[0];
  if (!found) throw new Error("a table without columns");
  return found;
}

const nothing: Table = { layer: 0, theme: "", unit: null, columns: [{ id: "", title: "", mapped: false, frames: [] }] };

export const state: State = {
  layer: first?.layer ?? 0,
  table: first ?? nothing,
  column: mapped(first ?? nothing),
  stop: stops.length - 1,
  selected: null,
  only: null,
  parks: false,
  found: null,
};

const listeners: ((change: Change) => void)[] = [];

export function listen(listener: (change: Change) => void): void {
  listeners.push(listener);
}

export function tell(change: Change): void {
  for (const listener of listeners) listener(change);
}

export function layer(): Layer {
  const found = layers[state.layer];
  if (!found) throw new Error("no such layer");
  return found;
}

/** The cells of a column at the day of the slider; a column that knows one day only is the same on all. */
export function frameOf(column: Column): Frame | undefined {
  return column.frames[column.frames.length > 1 ? state.stop : 0];
}

/** The day of the figures shown. */
export function day(): string {
  return stops[state.column.frames.length > 1 ? state.stop : stops.length - 1] ?? "";
}

export function themes(of: number): string[] {
  return [...new Set(tables.filter((table) => table.layer === of).map((table) => table.theme))];
}

export function tablesOf(of: number, theme: string): Table[] {
  return tables.filter((table) => table.layer === of && table.theme === theme);
}

/** Shows a layer; its theme, unit and column stay where the layer has them. */
export function showLayer(of: number): void {
  if (of !== state.layer) {
    state.selected = null;
    state.only = null;
  }
  state.layer = of;
  const known = themes(of);
  showTheme(known.includes(state.table.theme) ? state.table.theme : (known[0] ?? ""));
}

export function showTheme(theme: string): void {
  const candidates = tablesOf(state.layer, theme);
  const table = candidates.find((candidate) => candidate.unit === state.table.unit) ?? candidates[0] ?? { ...nothing, layer: state.layer };
  showColumn(table, table.columns.find((column) => column.mapped && column.id === state.column.id) ?? mapped(table));
}

export function showColumn(table: Table, column: Column): void {
  state.table = table;
  state.column = column;
  state.only = null;
  tell("figures");
}

export function select(area: number | null): void {
  state.selected = area;
  if (state.found && (state.found.area !== area || state.found.layer !== state.layer)) state.found = null;
  tell("selection");
}

/** Whether an area is let through by the legend. */
export function passes(area: number): boolean {
  return state.only === null || (frameOf(state.column)?.of[area] ?? -1) === state.only;
}
