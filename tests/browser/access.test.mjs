// Whether everybody can use the page, by the rules of axe-core.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, test } from "node:test";

import { browser, choose, folder, jiju, open } from "./support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
after(() => browser.close());

for (const language of ["zh", "en"]) {
  test(`no rule is broken seriously: ${language}`, async () => {
    const file = join(folder, `access-${language}.html`);
    jiju("page", "data/demo/jiju.toml", "--lang", language, "--min-firms", "3", "-o", file);
    // The policy of the page lets no other script in: axe is let in by the browser.
    const { page, context } = await open(file, { bypassCSP: true, reducedMotion: "reduce" });
    await page.evaluate(axe);
    const check = async (where) => {
      const { violations, passes } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] }));
      assert.ok(passes.length > 20, `${passes.length} rules passed`);
      const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      const told = violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(" | ")}`);
      assert.deepEqual(grave.map(({ id }) => id), [], `${where}\n${told.join("\n")}`);
    };
    await check("as it opens");
    await page.click("#map .areas path");
    await check("with an area selected");
    await page.fill("#search", language === "zh" ? "街道" : "P");
    await page.waitForSelector("#hits [role=option]");
    await check("with the search open");
    await choose(page, "#layer", language === "zh" ? "园区" : "Parks");
    await check("with parks");
    await context.close();
  });
}
