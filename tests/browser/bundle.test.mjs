// Whether the committed bundle is what its sources make, and whether these are sound.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const repository = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const web = join(repository, "src/report/page/web");

test("bundling again gives the same bytes", () => {
  const output = mkdtempSync(join(tmpdir(), "jiju-bundle-"));
  try {
    execFileSync("node", ["build.mjs", output], { cwd: web });
    for (const name of ["bundle.js", "bundle.css", "LICENSES"]) {
      assert.ok(readFileSync(join(output, name)).equals(readFileSync(join(web, name))), `${name}: \`make page-bundle\` renews it`);
    }
  } finally {
    rmSync(output, { recursive: true });
  }
});

test("the bundle carries the licence of every library in it", () => {
  const bundle = readFileSync(join(web, "bundle.js"), "utf8");
  assert.ok(bundle.startsWith(`/*\n${readFileSync(join(web, "LICENSES"), "utf8")}*/\n`));
  for (const name of ["d3-zoom", "d3-selection", "d3-ease"]) assert.ok(bundle.includes(`${name} `), name);
});

test("the types of the script hold", () => {
  execFileSync("node", ["node_modules/typescript/bin/tsc", "--noEmit"], { cwd: web, stdio: "pipe" });
});

test("the lock files name no registry but npm's own", () => {
  for (const lock of [join(web, "package-lock.json"), join(repository, "tests/browser/package-lock.json")]) {
    const { packages } = JSON.parse(readFileSync(lock, "utf8"));
    const resolved = Object.values(packages).flatMap((one) => one.resolved ?? []);
    assert.deepEqual(resolved.filter((address) => !address.startsWith("https://registry.npmjs.org/")), [], lock);
    assert.ok(Object.entries(packages).every(([name, one]) => name === "" || one.integrity), lock);
  }
});
