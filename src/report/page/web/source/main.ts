/** The page: its choices, and the parts they drive. */

import { start as startAddress } from "./address";
import { layers, stops, tables } from "./data";
import { start as startDetail } from "./detail";
import { byId, html, replace, say } from "./dom";
import { start as startMap } from "./map";
import { start as startRanking } from "./ranking";
import { start as startSearch } from "./search";
import { day, frameOf, layer, listen, showColumn, showLayer, showTheme, state, tablesOf, tell, themes } from "./state";
import { words } from "./words";

const layerChoice = byId<HTMLSelectElement>("layer");
const themeChoice = byId<HTMLSelectElement>("theme");
const columnChoice = byId<HTMLSelectElement>("column");
const slider = byId<HTMLInputElement>("stop");

function option(value: string, label: string, selected: boolean): HTMLOptionElement {
  return html("option", { value, selected }, label);
}

/** The themes of a layer in groups: quotas, which have no unit, then what is measured of all firms, then of each sector. */
function themeGroups(): HTMLElement[] {
  const all = themes(state.layer);
  const isQuota = (theme: string) => tablesOf(state.layer, theme).some((table) => table.unit === null);
  const measured = all.filter((theme) => !isQuota(theme));
  const groups = [all.filter(isQuota), measured.slice(0, 1), measured.slice(1)];
  const options = (own: string[]) => own.map((theme) => option(theme, theme, theme === state.table.theme));
  return groups.flatMap((own, at) => (own.length ? [html("optgroup", { label: words.themeGroups[at] ?? "" }, ...options(own))] : []));
}

/** The choices there are, as the state has them. */
function drawChoices(): void {
  replace(layerChoice, ...layers.map((one, at) => option(String(at), one.title, at === state.layer)));
  replace(themeChoice, ...themeGroups());
  const groups = tablesOf(state.layer, state.table.theme).map((table) => {
    const position = tables.indexOf(table);
    const columns = table.columns.flatMap((column, at) =>
      column.mapped ? [option(`${position} ${at}`, column.title, column === state.column)] : [],
    );
    return table.unit === null ? columns : [html("optgroup", { label: table.unit }, ...columns)];
  });
  replace(columnChoice, ...groups.flat());
  const moves = state.column.frames.length > 1 && stops.length > 1;
  byId("time").toggleAttribute("data-still", !moves);
  slider.disabled = !moves;
  slider.max = String(stops.length - 1);
  slider.value = String(moves ? state.stop : stops.length - 1);
  slider.setAttribute("aria-valuetext", day());
  byId("day").textContent = day();
  const unit = state.table.unit && state.table.unit !== state.column.title ? ` · ${state.table.unit}` : "";
  byId("map-title").textContent = `${layer().title} · ${state.table.theme}${unit} · ${state.column.title} · ${words.asOf(day())}`;
}

layerChoice.addEventListener("change", () => showLayer(Number(layerChoice.value)));
themeChoice.addEventListener("change", () => showTheme(themeChoice.value));
columnChoice.addEventListener("change", () => {
  const [position, at] = columnChoice.value.split(" ").map(Number);
  const table = tables[position ?? -1];
  const column = table?.columns[at ?? -1];
  if (table && column) showColumn(table, column);
});
slider.addEventListener("input", () => {
  state.stop = Number(slider.value);
  tell("figures");
  const total = state.table.columns.find((column) => column.id === "rate");
  say(`${words.asOf(day())} ${words.total} ${(total && frameOf(total)?.total) ?? ""}`);
});

startMap();
startRanking();
startDetail();
startSearch();
listen((change) => {
  if (change === "figures") drawChoices();
});
drawChoices();
startAddress();
