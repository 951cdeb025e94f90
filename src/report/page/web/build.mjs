// Makes bundle.js, bundle.css and LICENSES from source/ and the libraries of package-lock.json: the same bytes every time.
import { build } from "esbuild";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const output = process.argv[2] ?? here;

/** The packages whose files are in a bundle, by name. */
function packagesIn(metafile) {
  const names = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) names.add(found[1]);
  }
  return [...names].sort();
}

async function licence(name) {
  const folder = join(here, "node_modules", name);
  const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} has no licence file`);
  return { name, version, license, text: (await readFile(join(folder, file), "utf8")).trim() };
}

const result = await build({
  absWorkingDir: here,
  entryPoints: ["source/main.ts"],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2020",
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  write: false,
});
const licences = await Promise.all(packagesIn(result.metafile).map(licence));
const texts = [...new Set(licences.map(({ text }) => text))];
const sections = texts.map((text) => {
  const own = licences.filter((licence) => licence.text === text);
  return `${own.map(({ name, version, license }) => `${name} ${version} (${license})`).join(", ")}\n\n${text}\n`;
});
const notices = sections.join(`\n${"-".repeat(72)}\n\n`);
const script = result.outputFiles[0].text;
const style = await build({
  absWorkingDir: here,
  entryPoints: ["source/page.css"],
  bundle: true,
  minify: true,
  target: ["chrome86", "firefox78", "safari14"],
  charset: "utf8",
  write: false,
});
await writeFile(join(output, "bundle.js"), `/*\n${notices}*/\n${script}`);
await writeFile(join(output, "bundle.css"), style.outputFiles[0].text);
await writeFile(join(output, "LICENSES"), notices);
