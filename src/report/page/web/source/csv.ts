/** Tables as files that a spreadsheet opens rightly and takes nothing in them for a formula. */

import { html } from "./dom";

export type Cell = string | number | null;

/** As the program writes its own tables: an apostrophe before what would be a formula, the full-width signs too. */
function cell(value: Cell): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const formula = /^[=+\-@\t\r\n＝＋－＠]/.test(value) && !/^[+-]?\d+(\.\d+)?$/.test(value);
  const text = formula ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/** With the mark of UTF-8 that Excel looks for. */
export function csv(rows: Cell[][]): string {
  return `\ufeff${rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("")}`;
}

export function download(name: string, rows: Cell[][]): void {
  const url = URL.createObjectURL(new Blob([csv(rows)], { type: "text/csv;charset=utf-8" }));
  const link = html("a", { href: url, download: `${name.replace(/[\\/:*?"<>|\s]+/g, "-")}.csv` });
  document.body.append(link);
  link.click();
  link.remove();
  window.setTimeout(() => URL.revokeObjectURL(url), 1000);
}
