/** The data of the page as the program wrote them, and unpacked. */

interface RawFrame {
  values: string;
  texts: string;
  labels?: string[];
  classes?: { palette: number; labels: string; of: string };
  total?: string;
}

interface Raw {
  asOf: string;
  synthetic: boolean;
  minFirms: number;
  stops: string[];
  width: number;
  height: number;
  metres: number;
  layers: Layer[];
  palettes: { color: string | null; ordered: boolean }[][];
  tables: { layer: number; theme: string; unit: string | null; columns: { id: string; title: string; frames: RawFrame[] }[] }[];
  sectors: Sector[];
  firms: {
    sectors: string[];
    programmes: string[];
    stages: string[];
    names: string;
    ids: string;
    sector: string;
    areas: string[];
    ledger: string;
  } | null;
}

/** A sector with its mark: a colour, and of some the colour of lines over it. */
export interface Sector {
  name: string;
  color: string;
  line?: string;
  crossed?: boolean;
}

export interface MapClass {
  label: string;
  /** None is hatched. */
  color: string | null;
  ordered: boolean;
  areas: number;
}

export interface Layer {
  id: string;
  title: string;
  scattered: boolean;
  ids: string[];
  names: string[];
  parents: (string | null)[];
  paths: string[];
  places: [number, number][];
  /** None is masked. */
  firms: (number | null)[];
}

export interface Frame {
  values: (number | null)[];
  texts: string[];
  labels: string[];
  /** The classes, where the column can be mapped; an area that is masked is in none of them, -1. */
  classes: MapClass[];
  of: number[];
  total: string | undefined;
}

export interface Column {
  id: string;
  title: string;
  mapped: boolean;
  frames: Frame[];
}

export interface Table {
  layer: number;
  theme: string;
  unit: string | null;
  columns: Column[];
}

export interface Firms {
  sectors: string[];
  programmes: string[];
  stages: string[];
  names: string[];
  ids: string[];
  sector: Int32Array;
  /** For each layer the area of each firm, -1 for none. */
  areas: Int32Array[];
  /** What the ledger says: programme and the stage at each stop, -1 for not yet listed. */
  ledger: Map<number, { programme: number; stages: number[] }[]>;
}

/** A column is unpacked when it is first looked at. */
function frame(own: RawFrame): Frame {
  const number = (text: string): number | null => (text === "" ? null : Number(text));
  const values = own.values.split("|");
  const given = own.texts.split("|");
  const texts = values.map((value, at) => given[at] || value);
  const of = Array.from(own.classes?.of ?? "", (digit) => (digit === "-" ? -1 : parseInt(digit, 36)));
  const palette = raw.palettes[own.classes?.palette ?? -1] ?? [];
  const names = own.classes?.labels.split("|") ?? [];
  return {
    values: values.map(number),
    texts,
    labels: own.labels ?? texts,
    classes: palette.map((swatch, at) => ({ ...swatch, label: names[at] ?? "", areas: of.filter((one) => one === at).length })),
    of,
    total: own.total,
  };
}

/** `3*2 -` is 3, 3, none. */
function runs(text: string, length: number): Int32Array {
  const values = new Int32Array(length).fill(-1);
  if (text === "") return values;
  let at = 0;
  for (const run of text.split(" ")) {
    const [value, times] = run.split("*");
    const end = at + Number(times ?? 1);
    values.fill(value === "-" ? -1 : Number(value), at, end);
    at = end;
  }
  return values;
}

/** Lines that begin with how many characters of the line before stay. */
function abridged(lines: string[]): string[] {
  let before = "";
  return lines.map((line) => (before = before.slice(0, parseInt(line.charAt(0), 36)) + line.slice(1)));
}

function firmsOf(raw: NonNullable<Raw["firms"]>): Firms {
  const lines = (text: string): string[] => (text === "" ? [] : text.split("\n"));
  const names = lines(raw.names);
  const ledger: Firms["ledger"] = new Map();
  for (const entry of raw.ledger === "" ? [] : raw.ledger.split("|")) {
    const [firm, programme, digits] = entry.split(" ");
    const stages = Array.from(digits ?? "", (digit) => (digit === "-" ? -1 : Number(digit)));
    const known = ledger.get(Number(firm)) ?? [];
    known.push({ programme: Number(programme), stages });
    ledger.set(Number(firm), known);
  }
  return {
    sectors: raw.sectors,
    programmes: raw.programmes,
    stages: raw.stages,
    names,
    ids: abridged(lines(raw.ids)),
    sector: runs(raw.sector, names.length),
    areas: raw.areas.map((layer) => runs(layer, names.length)),
    ledger,
  };
}

const raw: Raw = JSON.parse(document.getElementById("data")?.textContent ?? "");

export const { asOf, minFirms, stops, width, height, metres, layers, sectors, synthetic } = raw;

export const tables: Table[] = raw.tables.map(({ layer, theme, unit, columns }) => ({
  layer,
  theme,
  unit,
  columns: columns.map(({ id, title: heading, frames }) => {
    let unpacked: Frame[] | undefined;
    return {
      id,
      title: heading,
      mapped: frames[0]?.classes !== undefined,
      get frames(): Frame[] {
        return (unpacked ??= frames.map(frame));
      },
    };
  }),
}));

export const firms: Firms | null = raw.firms && firmsOf(raw.firms);
