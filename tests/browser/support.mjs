// What the tests share: the program, a folder, a browser that is offline, and tables.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

export const repository = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const program = process.env.JIJU ?? join(repository, "target/release/jiju");

export const folder = mkdtempSync(join(tmpdir(), "jiju-browser-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** What the program prints; it must succeed. */
export function jiju(...given) {
  const { status, stdout, stderr } = spawnSync(program, given, { cwd: repository, encoding: "utf8", maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`jiju ${given.join(" ")}: ${status}\n${stderr}`);
  return stdout;
}

export const run = (command, ...given) => execFileSync(command, given, { encoding: "utf8", maxBuffer: 1 << 28 });

/** The rows of a CSV text, by its headers. */
export function records(text) {
  const [head, ...rows] = cells(text);
  return rows.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at]])));
}

export function cells(text) {
  const rows = [[]];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') cell += text[(at += 1)];
      else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === ",") {
      rows.at(-1).push(cell);
      cell = "";
    } else if (character === "\n") {
      rows.at(-1).push(cell);
      cell = "";
      rows.push([]);
    } else if (character !== "\r") cell += character;
  }
  if (cell !== "" || rows.at(-1).length > 0) rows.at(-1).push(cell);
  else rows.pop();
  return rows;
}

export const quoted = (rows) => rows.map((row) => `${row.map((cell) => `"${String(cell).replaceAll('"', '""')}"`).join(",")}\n`).join("");

export const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/** Opens a page as a file and keeps everything that it asks for or complains of. */
export async function open(file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, acceptDownloads: true, ...options });
  const page = await context.newPage();
  const seen = { requests: [], complaints: [], dialogs: 0 };
  const address = pathToFileURL(file).href;
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && seen.complaints.push(message.text()));
  page.on("pageerror", (error) => seen.complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    seen.dialogs += 1;
    return dialog.dismiss();
  });
  await page.goto(address);
  await page.waitForFunction(() => document.querySelectorAll("#ranking tbody tr").length > 0);
  return { page, context, seen, address };
}

/** A file that a click brings. */
export async function downloaded(page, button) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

export const heads = (page) => page.$$eval("#ranking thead th button", (all) => all.map((one) => one.firstChild.textContent));
export const body = (page) => page.$$eval("#ranking tbody tr", (rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)));
export const choose = (page, list, label) => page.selectOption(list, { label });
