/** What is shown, kept in the address behind #, so that a link or a reload shows it again. */

import { type Column, type Table, layers, stops, tables } from "./data";
import { layer, listen, mapped, select, showColumn, state, tell } from "./state";

function written(): string {
  const { table, column, stop, selected, parks } = state;
  const parts: [string, string][] = [
    ["layer", layer().id],
    ["theme", table.theme],
    ["unit", table.unit ?? ""],
    ["column", column.id],
    ["day", stop === stops.length - 1 ? "" : (stops[stop] ?? "")],
    ["area", selected === null ? "" : (layer().ids[selected] ?? "")],
    ["parks", parks ? "1" : ""],
  ];
  return new URLSearchParams(parts.filter(([, value]) => value !== "")).toString();
}

/** Shows what an address says, and tells whether it says anything of what is here. */
function read(): boolean {
  const given = new URLSearchParams(window.location.hash.slice(1));
  const wanted = layers.findIndex((one) => one.id === given.get("layer"));
  if (wanted < 0) return false;
  const candidates = tables.filter((table) => table.layer === wanted);
  const themed = candidates.filter((table) => table.theme === given.get("theme"));
  const table: Table | undefined = themed.find((one) => (one.unit ?? "") === (given.get("unit") ?? "")) ?? themed[0] ?? candidates[0];
  const column: Column | undefined = table?.columns.find((one) => one.mapped && one.id === given.get("column")) ?? (table && mapped(table));
  if (!table || !column) return false;
  const stop = stops.indexOf(given.get("day") ?? "");
  state.layer = wanted;
  state.stop = stop < 0 ? stops.length - 1 : stop;
  state.parks = given.get("parks") === "1";
  state.selected = null;
  showColumn(table, column);
  const area = layer().ids.indexOf(given.get("area") ?? "");
  select(area < 0 ? null : area);
  return true;
}

export function start(): void {
  let own = "";
  if (!read()) tell("figures");
  const write = (): void => {
    own = `#${written()}`;
    if (own !== window.location.hash) window.history.replaceState(null, "", own);
  };
  listen(write);
  window.addEventListener("hashchange", () => {
    if (window.location.hash !== own) read();
  });
}
