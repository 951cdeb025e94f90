// Names that would be markup, script or formulas, and areas with too few firms to be shown.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { body, browser, cells, choose, downloaded, folder, jiju, open, quoted, records, repository } from "./support.mjs";

const MARKUP = "<img src=x onerror=alert(1)>\"&'";
const SCRIPT = "</script><script>alert(1)</script>";
const FORMULA = "=cmd|' /C calc'!A0";
const file = join(folder, "hostile.html");
const sample = (name) => readFileSync(join(repository, name), "utf8");
let firms;
let opened;

before(async () => {
  const register = cells(sample("data/samples/register.csv"));
  const faulty = new Set(records(sample("data/samples/truth.csv")).filter((row) => row.file === "register.csv").map((row) => Number(row.row)));
  // Every twentieth firm without a fault, so that some parks hold one or two.
  const rows = register.filter((_, at) => at === 0 || (at % 20 === 0 && !faulty.has(at + 1)));
  rows.slice(1).forEach((row, at) => {
    row[1] = `${[MARKUP, SCRIPT, FORMULA, "@SUM(A1)", "正常企业"][at % 5]} ${at}`;
  });
  writeFileSync(join(folder, "register.csv"), quoted(rows));
  const ids = new Set(rows.map((row) => row[0]));
  const ledger = cells(sample("data/samples/ledger.csv")).filter((row, at) => at === 0 || ids.has(row[0]));
  writeFileSync(join(folder, "ledger.csv"), quoted(ledger));
  const districts = sample("data/boundaries/shaoxing_districts.geojson").replace('"越城区"', JSON.stringify(MARKUP)).replace('"诸暨市"', JSON.stringify(FORMULA));
  writeFileSync(join(folder, "districts.geojson"), districts);
  const layer = (name, path) => `[[layer]]\nname = "${name}"\nfile = '${path}'\n`;
  const data = (name) => join(repository, "data/samples", name);
  writeFileSync(
    join(folder, "jiju.toml"),
    `title = "<b>${SCRIPT}"\nas_of = 2020-08-15\npolicy = '${join(repository, "data/policy/shaoxing-2020")}'\noutput = "out"\nboundaries = "<i>边界"\n` +
      `[page]\nmin_firms = 3\n[register]\nfile = "register.csv"\n[ledger]\nfile = "ledger.csv"\n[concentration]\nlayers = ["district", "town"]\nweights = ["employees"]\n` +
      layer("district", "districts.geojson") + layer("town", data("towns.geojson")) + layer("park", data("parks.geojson")),
  );
  jiju("page", join(folder, "jiju.toml"), "-o", file);
  // Who stands where, from the join alone.
  jiju("join", join(folder, "register.csv"), "--areas", data("parks.geojson"), "--areas", data("towns.geojson"), "-o", join(folder, "joined.csv"));
  firms = records(readFileSync(join(folder, "joined.csv"), "utf8"));
  opened = await open(file);
});
after(() => browser.close());

test("names stay text wherever they are shown", async () => {
  const { page, seen } = opened;
  await page.click("#ranking tbody tr:first-child button");
  await page.fill("#search", "onerror");
  await page.waitForSelector("#hits [role=option]");
  assert.ok((await page.innerText("#hits")).includes(MARKUP));
  await page.keyboard.press("Enter");
  assert.equal(await page.innerText("#detail-title"), MARKUP);
  assert.ok((await page.innerText("#firms")).includes(SCRIPT));
  assert.equal(await page.innerText("h1"), `<b>${SCRIPT}`);
  assert.equal(await page.$$eval("img, b, i, iframe", (all) => all.length), 0);
  assert.equal(await page.$$eval("script", (all) => all.length), 2);
  assert.deepEqual([seen.dialogs, seen.complaints, seen.requests.length], [0, [], 1]);
});

test("formulas are no formulas in the downloads", async () => {
  const { page } = opened;
  await choose(page, "#layer", "区县");
  const table = cells((await downloaded(page, "#csv")).bytes.subarray(3).toString("utf8"));
  assert.ok(table.some((row) => row[1] === `'${FORMULA}`), JSON.stringify(table.map((row) => row[1])));
  assert.ok(table.some((row) => row[1] === MARKUP));
  await page.click(`#ranking tbody tr:has-text("onerror") button`);
  const listed = cells((await downloaded(page, "#firms-csv")).bytes.subarray(3).toString("utf8"));
  const names = listed.slice(1).map((row) => row[1]);
  assert.ok(names.some((name) => name.startsWith("'=cmd")) && names.some((name) => name.startsWith("'@SUM")));
  assert.ok(listed.every((row) => row.every((cell) => !/^[=@]/.test(cell))));
});

test("an area with too few firms shows nothing, and its firms are not in the file", async () => {
  const text = readFileSync(file, "utf8");
  const per = (layer) => {
    const areas = new Map();
    for (const firm of firms) if (firm[layer]) areas.set(firm[layer], [...(areas.get(firm[layer]) ?? []), firm.id]);
    return [...areas].filter(([, ids]) => ids.length < 3);
  };
  const [parks, towns] = [per("parks_id"), per("towns_id")];
  assert.ok(parks.length > 2 && parks.length < 40, `${parks.length} parks, ${towns.length} towns`);
  // The table joined has an apostrophe before a formula. Names end in a number of their own; in the data a code is told from where it differs from the one before.
  const hidden = new Set([...parks, ...towns].flatMap(([, ids]) => ids));
  const written = (name) => text.includes(`${JSON.stringify(name.replace(/^'/, "")).slice(1, -1).replaceAll("<", "\\u003c")}\\n`);
  const absent = firms.filter((firm) => !written(firm.name));
  // Absent too are the firms of cells that are hidden so that no total tells of another; not all firms are.
  assert.ok(absent.length >= hidden.size && absent.length < firms.length, `${absent.length} of ${firms.length}`);
  for (const firm of firms.filter((one) => hidden.has(one.id))) {
    assert.ok(!written(firm.name) && !text.includes(firm.id) && !text.includes(firm.id.slice(10)), firm.id);
  }
  const { page } = opened;
  await choose(page, "#layer", "园区");
  const rows = await body(page);
  const masked = rows.filter((row) => row.slice(1).includes("隐去"));
  // At least those with too few firms, and what would tell of one of them by subtraction.
  assert.ok(masked.length >= parks.length && masked.length < rows.length, `${masked.length} of ${rows.length}`);
  assert.equal(await page.$$eval("#map .areas path[fill='url(#masked)']", (all) => all.length), masked.length);
  assert.match((await page.innerText("#legend")).replace(/\s+/g, " "), new RegExp(`隐去 ${masked.length}`));
  await page.click(`#ranking tbody tr:has-text("隐去") button`);
  assert.match(await page.innerText("#detail"), /少于 3 家/);
  assert.equal((await page.$$("#firms")).length, 0);
});

test("a sector with too few firms in an area is masked in every unit", async () => {
  const { page } = opened;
  await choose(page, "#layer", "区县");
  await choose(page, "#theme", "轴承");
  const counted = new Map();
  for (const unit of await page.$$eval("#column optgroup", (all) => all.map((one) => one.label))) {
    const value = await page.$eval(`#column optgroup[label='${unit}'] option`, (one) => one.value);
    await page.selectOption("#column", value);
    for (const [name, number] of await body(page)) counted.set(name, [...(counted.get(name) ?? []), number]);
  }
  const numbers = [...counted.values()];
  assert.equal(numbers.length, 6);
  assert.ok(numbers.some((cells) => cells.every((cell) => cell === "隐去")), JSON.stringify(numbers));
  for (const [firmsHere, employees] of numbers) {
    assert.ok(firmsHere === "隐去" ? employees === "隐去" : firmsHere === "0" || Number(firmsHere) >= 3, `${firmsHere} ${employees}`);
  }
});
