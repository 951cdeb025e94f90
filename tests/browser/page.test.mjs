// The page of the sample, as a planner uses it.
import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { body, browser, cells, choose, downloaded, folder, heads, jiju, open, records, run } from "./support.mjs";

const file = join(folder, "page.html");
const SAMPLE = ["--ledger", "data/samples/ledger.csv", "--register", "data/samples/register.csv", "--areas", "data/boundaries/shaoxing_districts.geojson", "--policy", "data/policy/shaoxing-2020", "--snap", "200m"];
let opened;

before(() => jiju("page", "data/demo/jiju.toml", "-o", file));
after(() => browser.close());

async function fresh(options) {
  await opened?.context.close();
  opened = await open(file, options);
  return opened.page;
}

test("opens from a file, small, without a request or a complaint", async () => {
  assert.ok(statSync(file).size < 2_000_000, `${statSync(file).size} bytes`);
  const page = await fresh();
  await page.hover("#map .areas path");
  await page.click("#map .areas path");
  await choose(page, "#layer", "镇街");
  await page.waitForTimeout(300);
  assert.deepEqual(opened.seen.requests, [opened.address]);
  assert.deepEqual(opened.seen.complaints, []);
  const policy = await page.getAttribute("meta[http-equiv='Content-Security-Policy']", "content");
  assert.match(policy, /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; img-src data:;/);
  // What the policy is for: nothing else runs, and nobody is asked.
  const escaped = await page.evaluate(async () => {
    const script = document.createElement("script");
    script.textContent = "window.escaped = true";
    document.body.append(script);
    const answer = await fetch("http://127.0.0.1:9/").catch(() => "refused");
    return [window.escaped === true, answer];
  });
  assert.deepEqual(escaped, [false, "refused"]);
  assert.deepEqual(opened.seen.requests, [opened.address]);
});

test("says what it must", async () => {
  const page = await fresh();
  const text = await page.innerText("body");
  for (const part of ["示例数据，非真实企业", "截至 2020-09-30", "未经地图审核", "天地图", "GeoNames", "EPSG:4549", "绍市工转升办〔2020〕14号"]) {
    assert.ok(text.includes(part), part);
  }
  const legend = await page.$$eval("#legend li", (all) => all.map((one) => one.innerText.replace(/\s+/g, " ")));
  assert.equal(legend.length >= 3, true);
  const counted = legend.reduce((sum, entry) => sum + Number(/(\d+)$/.exec(entry)[1]), 0);
  assert.equal(counted, 6);
});

test("a click on an area lists its firms", async () => {
  const page = await fresh();
  await page.click("#map .areas path[aria-label^='柯桥区']");
  assert.equal(await page.innerText("#detail-title"), "柯桥区");
  const caption = await page.innerText("#firms caption");
  const count = Number(/（(\d+) 家）/.exec(caption)[1]);
  const joined = records(jiju("join", "data/samples/register.csv", "--areas", "data/boundaries/shaoxing_districts.geojson", "--area-id", "adcode", "--area-name", "name", "--count", "--format", "csv"));
  const near = joined.map((row) => Object.values(row)).find((row) => row.includes("330603"));
  // The join counts rejected rows too, some hundred of 20,000.
  assert.ok(Math.abs(near.map(Number).filter((number) => number > 0 && number < 20_000)[0] - count) < 150, `${near} and ${count}`);
  assert.equal((await page.$$("#firms tbody tr")).length, 100);
  await page.click("#next");
  assert.match(await page.innerText("#firms caption"), /第 101–200 家/);
  await page.fill("#detail input", "印染");
  const names = await page.$$eval("#firms tbody tr", (rows) => rows.map((row) => row.textContent));
  assert.ok(names.length > 0 && names.every((name) => name.includes("印染")));
  assert.equal(await page.getAttribute("#map .areas path[aria-label^='柯桥区']", "aria-pressed"), "true");
  assert.equal(await page.getAttribute("#ranking tr.selected button", "aria-pressed"), "true");
});

test("the slider shows what `jiju progress` counts for each quarter's end", async () => {
  const page = await fresh();
  const programmes = await page.$$eval("#theme option", (all) => all.map((one) => one.value));
  let compared = 0;
  for (const [stop, day] of ["2020-03-31", "2020-06-30", "2020-09-30"].entries()) {
    const counted = records(jiju("progress", ...SAMPLE, "--as-of", day, "--format", "csv"));
    for (const theme of programmes.slice(0, 2)) {
      await page.selectOption("#theme", theme);
      await page.fill("#stop", String(stop));
      assert.equal(await page.innerText("#day"), day);
      assert.deepEqual(await heads(page), ["排名", "区县", "完成率", "验收完成（家）", "目标任务（家）", "缺口（家）"]);
      const shown = [...(await body(page)), await page.$$eval("#ranking tfoot th, #ranking tfoot td", (all) => all.map((cell) => cell.textContent))];
      const expected = counted.filter((row) => row.programme_name_zh === theme);
      assert.equal(shown.length, expected.length);
      for (const [rank, name, rate, accepted, quota, gap] of shown) {
        const row = expected.find((one) => one.district_name_zh === name || (one.is_city === "true" && name === "全市"));
        // Nothing is nothing, whatever the decimals.
        const share = (Number(row.rate) * 100).toFixed(1);
        const percent = row.rate === "" ? "–" : share === "0.0" ? "0%" : `${share}%`;
        assert.deepEqual([rank === "–" ? "" : rank, rate, accepted, quota, gap], [row.rank, percent, row.accepted, row.quota, row.gap], `${day} ${theme} ${name}`);
        compared += 1;
      }
      const label = await page.getAttribute("#map .areas path[aria-label^='诸暨市']", "aria-label");
      const zhuji = expected.find((row) => row.district_name_zh === "诸暨市");
      assert.ok(label.includes(`${zhuji.accepted}/${zhuji.quota}`), label);
    }
  }
  assert.equal(compared, 42);
});

test("the table sorts and filters, and the legend too", async () => {
  const page = await fresh();
  await choose(page, "#layer", "镇街");
  await choose(page, "#theme", "全部行业");
  const column = async (at) => (await body(page)).map((row) => Number(row[at].replaceAll(",", "")));
  const [, second] = await heads(page);
  assert.equal(await page.getAttribute("#ranking th[aria-sort='descending'] button", "type"), "button");
  const down = await column(1);
  assert.deepEqual(down, [...down].sort((a, b) => b - a), second);
  await page.click("#ranking th[aria-sort='descending'] button");
  assert.deepEqual(await column(1), [...down].reverse().sort((a, b) => a - b));
  await page.click("#ranking thead th:first-child button");
  const names = (await body(page)).map((row) => row[0]);
  assert.deepEqual(names, [...names].sort(new Intl.Collator("zh-CN", { numeric: true }).compare));
  await page.fill("#filter", "街道");
  const filtered = (await body(page)).map((row) => row[0]);
  assert.ok(filtered.length > 3 && filtered.length < names.length && filtered.every((name) => name.includes("街道")));
  await page.fill("#filter", "");
  const entry = await page.innerText("#legend li:first-child");
  await page.click("#legend li:first-child button");
  assert.equal((await body(page)).length, Number(/(\d+)$/.exec(entry.trim())[1]));
  assert.ok((await page.$$("#map .areas path.dim")).length > 0);
});

test("search finds areas, firms and codes", async () => {
  const page = await fresh();
  await page.fill("#search", "杨汛桥");
  await page.keyboard.press("Enter");
  assert.match(await page.innerText("#detail-title"), /^杨汛桥/);
  assert.equal(await page.$eval("#layer", (list) => list.selectedOptions[0].textContent), "镇街");
  const register = records(readFileSync(new URL("../../data/samples/register.csv", import.meta.url), "utf8"));
  const firm = register[1];
  for (const words of [firm.id.toLowerCase(), firm.name]) {
    await page.fill("#search", words);
    assert.equal((await page.$$("#hits [role=option]")).length, 1);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    const row = await page.innerText("#firms tbody tr");
    assert.ok(row.includes(firm.name) && row.includes(firm.id), row);
    assert.equal((await page.$$("#firms tbody tr")).length, 1);
  }
  await page.fill("#search", "没有这个");
  assert.equal(await page.innerText("#hits"), "没有找到");
});

test("the keyboard alone reaches and works everything", async () => {
  const page = await fresh();
  const reached = [];
  for (let step = 0; step < 60; step += 1) {
    await page.keyboard.press("Tab");
    const found = await page.evaluate(() => {
      const active = document.activeElement;
      const style = getComputedStyle(active);
      const outlined = style.outlineStyle !== "none" || document.querySelector(".marks .focused") !== null;
      return { name: active.id || active.closest("[id]")?.id, tag: active.tagName, outlined };
    });
    if (found.tag === "BODY") break;
    assert.ok(found.outlined, `no visible focus on ${found.tag} in ${found.name}`);
    reached.push(found.name);
  }
  for (const wanted of ["search", "layer", "theme", "column", "stop", "map", "zoom-in", "zoom-out", "zoom-all", "over", "legend", "filter", "csv", "ranking"]) {
    assert.ok(reached.includes(wanted), `${wanted} is not reached: ${reached.join(" ")}`);
  }
  // Every step of it without a pointer: choose, slide, walk over the map, select, sort, turn the page.
  await page.focus("#layer");
  await page.keyboard.press("ArrowDown");
  await page.waitForFunction(() => document.querySelectorAll("#map .areas path").length === 74);
  await page.focus("#layer");
  await page.keyboard.press("ArrowUp");
  await page.waitForFunction(() => document.querySelectorAll("#map .areas path").length === 6);
  await page.focus("#theme");
  await page.keyboard.press("Home");
  await page.focus("#stop");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await page.innerText("#day"), "2020-06-30");
  await page.focus("#map .areas path[tabindex='0']");
  const from = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  await page.keyboard.press("ArrowDown");
  const to = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  assert.notEqual(from, to);
  const before = await page.getAttribute("#map > g", "transform");
  await page.keyboard.press("+");
  const zoomed = await page.getAttribute("#map > g", "transform");
  assert.notEqual(zoomed, before);
  await page.keyboard.press("Shift+ArrowLeft");
  assert.notEqual(await page.getAttribute("#map > g", "transform"), zoomed);
  await page.keyboard.press("0");
  assert.equal(await page.getAttribute("#map > g", "transform"), before);
  await page.keyboard.press("Enter");
  assert.ok(to.startsWith(await page.innerText("#detail-title")));
  await page.waitForFunction(() => document.querySelector("#live").textContent !== "");
  await page.focus("#next");
  await page.keyboard.press("Enter");
  assert.match(await page.innerText("#firms caption"), /第 101/);
  await page.focus("#ranking thead th:nth-child(4) button");
  await page.keyboard.press("Space");
  assert.equal(await page.getAttribute("#ranking thead th:nth-child(4)", "aria-sort"), "descending");
  assert.equal(await page.evaluate(() => document.activeElement.closest("th")?.cellIndex), 3);
  await page.focus("#map .areas path[tabindex='0']");
  await page.keyboard.press("Escape");
  assert.equal(await page.innerText("#detail-title"), "区域详情");
});

test("the wheel, a pinch and the buttons zoom", async () => {
  const page = await fresh();
  const scale = () => page.$eval("#map > g", (world) => Number(/scale\(([\d.]+)/.exec(world.getAttribute("transform"))[1]));
  const whole = await scale();
  const box = await (await page.$("#map")).boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.wheel(0, -400);
  await page.waitForFunction((known) => !document.querySelector("#map > g").getAttribute("transform").includes(`scale(${known})`), whole);
  assert.ok((await scale()) > whole);
  await page.click("#zoom-all");
  assert.equal(await scale(), whole);
  await page.click("#zoom-in");
  assert.ok(Math.abs((await scale()) / whole - 1.5) < 1e-9);
  const touch = await fresh({ hasTouch: true });
  const session = await opened.context.newCDPSession(touch);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const points = (distance) => [{ x: x - distance, y, id: 1 }, { x: x + distance, y, id: 2 }];
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: points(40) });
  await session.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: points(80) });
  await session.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: points(120) });
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  const pinched = await touch.$eval("#map > g", (world) => Number(/scale\(([\d.]+)/.exec(world.getAttribute("transform"))[1]));
  assert.ok(pinched > whole * 2, `${pinched} of ${whole}`);
});

test("downloads open in a spreadsheet", async () => {
  const page = await fresh();
  await page.fill("#filter", "市");
  const { name, bytes } = await downloaded(page, "#csv");
  assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
  assert.match(name, /^示例数据-区县-淘汰落后产能-2020-09-30\.csv$/);
  const [head, ...rows] = cells(bytes.subarray(3).toString("utf8"));
  assert.deepEqual(head.slice(0, 5), ["代码", "区县", "所属", "排名", "完成率"]);
  const counted = records(jiju("progress", ...SAMPLE, "--as-of", "2020-09-30", "--format", "csv"));
  assert.deepEqual(rows.map((row) => row[1]).sort(), ["嵊州市", "诸暨市"].sort());
  for (const row of rows) {
    const found = counted.find((one) => one.district === row[0] && one.programme_name_zh === "淘汰落后产能");
    const { rank, rate, accepted, quota, gap, surplus, listed, self_checked, reviewed, spot_checked } = found;
    const numbers = [rank, rate, accepted, quota, gap, surplus, listed, self_checked, reviewed, spot_checked].map(Number);
    row.slice(3).forEach((cell, at) => assert.ok(Math.abs(Number(cell) - numbers[at]) <= 1e-5 * Math.abs(numbers[at]), `${row} ${numbers}`));
  }
  await page.click("#map .areas path[aria-label^='新昌县']");
  const firms = await downloaded(page, "#firms-csv");
  const listed = cells(firms.bytes.subarray(3).toString("utf8"));
  assert.equal(listed.length - 1, Number(/（(\d+) 家）/.exec(await page.innerText("#firms caption"))[1]));
});

test("a print has the map, its legend and the table", async () => {
  const page = await fresh();
  await page.click("#map .areas path[aria-label^='新昌县']");
  const pdf = join(folder, "page.pdf");
  writeFileSync(pdf, await page.pdf({ preferCSSPageSize: true, printBackground: false }));
  assert.match(run("pdfinfo", pdf), /Page size:\s+84[12][.\d]* x 59[456]/);
  const text = run("pdftotext", "-f", "1", "-l", "1", "-layout", pdf, "-").replace(/\s+/g, "");
  for (const part of ["示例数据", "柯桥区", "目标任务", "完成率", "未经地图审核", "新昌县", "全市"]) assert.ok(text.includes(part), part);
  assert.ok(!text.includes("下载CSV") && !text.includes("主题"));
  const fills = await page.$$eval("#map .areas path", (all) => [...new Set(all.map((one) => one.getAttribute("fill")))]);
  run("pdftoppm", "-f", "1", "-l", "1", "-r", "50", "-singlefile", pdf, join(folder, "print"));
  const picture = readFileSync(join(folder, "print.ppm"));
  for (const fill of fills) {
    const wanted = [1, 3, 5].map((at) => parseInt(fill.slice(at, at + 2), 16));
    let found = 0;
    for (let at = 15; at + 2 < picture.length; at += 3) {
      if (wanted.every((channel, offset) => Math.abs(picture[at + offset] - channel) < 4)) found += 1;
    }
    assert.ok(found > 300, `${fill}: ${found} pixels`);
  }
});

test("a long table prints on sheets of its own, behind map, legend and sources", async () => {
  const page = await fresh();
  await choose(page, "#layer", "镇街");
  const pdf = join(folder, "towns.pdf");
  writeFileSync(pdf, await page.pdf({ preferCSSPageSize: true }));
  const pages = Number(/Pages:\s+(\d+)/.exec(run("pdfinfo", pdf))[1]);
  assert.ok(pages <= 3, `${pages} sheets for 74 towns`);
  const first = run("pdftotext", "-f", "1", "-l", "1", pdf, "-").replace(/\s+/g, "");
  for (const part of ["示例数据", "密度", "未经地图审核"]) assert.ok(first.includes(part), part);
  const rest = run("pdftotext", "-f", "2", pdf, "-");
  for (const [name] of await body(page)) assert.ok(rest.includes(name), name);
});

test("the address keeps what is shown", async () => {
  const page = await fresh();
  await choose(page, "#layer", "镇街");
  const [, column] = await heads(page);
  assert.match(column, /密度/, "towns open on a rate, not on a count");
  await page.selectOption("#theme", { index: 1 });
  await page.click("#ranking tbody tr:nth-child(2) button");
  const selected = await page.innerText("#detail-title");
  const [title, shown] = [await page.innerText("#map-title"), await body(page)];
  await page.reload();
  assert.equal(await page.innerText("#map-title"), title);
  assert.equal(await page.innerText("#detail-title"), selected);
  assert.deepEqual(await body(page), shown);
  // An address that is of no use here shows the page as it opens.
  await page.evaluate(() => { window.location.hash = "layer=nowhere&area=1"; });
  await page.reload();
  assert.equal((await body(page)).length, 6);
});

test("a firm that is found is marked on the map, and the mark goes with the selection", async () => {
  const page = await fresh();
  const firm = records(readFileSync(new URL("../../data/samples/register.csv", import.meta.url), "utf8"))[1];
  await page.fill("#search", firm.name);
  await page.keyboard.press("Enter");
  // A mark in the middle of its area must not be taken for the place it stands at.
  const mark = await page.textContent("#map .pins text");
  assert.ok(mark.startsWith(`${firm.name}（在`) && mark.endsWith("境内）"), mark);
  await page.click("#close");
  assert.equal((await page.$$("#map .pins > *")).length, 0);
});

test("parks too small to see are points in the colours of the legend", async () => {
  const page = await fresh();
  await choose(page, "#layer", "小微企业园");
  const colors = await page.$$eval("#map .dots circle:not([display=none])", (all) => all.map((one) => one.getAttribute("fill")));
  assert.ok(colors.length > 20, `${colors.length} points`);
  const classes = await page.$$eval("#legend .swatch rect:first-child", (all) => all.map((one) => one.getAttribute("fill")));
  assert.ok(colors.every((color) => classes.includes(color) || color.startsWith("url(")), String(colors));
  // Close enough, they have their own shape.
  for (let step = 0; step < 9; step += 1) await page.click("#zoom-in");
  assert.ok((await page.$$("#map .dots circle:not([display=none])")).length < colors.length);
});

test("type on a dark area is white", async () => {
  const page = await fresh();
  const dark = await page.$$eval("#map .labels .on-dark", (all) => all.map((one) => [one.textContent, getComputedStyle(one.querySelector("text")).fill]));
  assert.ok(dark.length > 0 && dark.every(([, fill]) => fill === "rgb(255, 255, 255)"), String(dark));
});

test("what must be said is in view, and a telephone needs no sideways scrolling", async () => {
  const wide = await fresh();
  const end = await wide.$eval("footer", (footer) => footer.getBoundingClientRect().bottom);
  assert.ok(end <= 768, `the footer ends at ${end}`);
  const page = await fresh({ viewport: { width: 390, height: 844 } });
  for (const layer of ["区县", "镇街", "小微企业园"]) {
    await choose(page, "#layer", layer);
    const [across, scroll, table] = await page.evaluate(() => [document.documentElement.scrollWidth, document.querySelector(".scroll").clientWidth, document.querySelector("#ranking").scrollWidth]);
    assert.ok(across <= 390 && table <= scroll, `${layer}: ${across}, ${table} in ${scroll}`);
    const [map, legend] = await page.evaluate(() => ["#map", "#legend"].map((one) => document.querySelector(one).getBoundingClientRect().toJSON()));
    assert.ok(legend.top >= map.bottom, `${layer}: the legend begins at ${legend.top}, the map ends at ${map.bottom}`);
  }
  assert.deepEqual(opened.seen.complaints, []);
});

test("the ranking ends after a whole row, whatever is selected and however high the window is", async () => {
  for (const [width, height] of [[1366, 768], [1366, 700], [1920, 1080], [390, 844]]) {
    const page = await fresh({ viewport: { width, height } });
    for (const layer of ["区县", "镇街"]) {
      await choose(page, "#layer", layer);
      for (const chosen of [1, 4]) {
        await page.click(`#ranking tbody tr:nth-child(${chosen}) button`);
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        const cut = await page.evaluate(() => {
          const box = document.querySelector("#ranking").parentElement;
          box.scrollTop = 0;
          const foot = document.querySelector("#ranking tfoot")?.offsetHeight ?? 0;
          const end = box.getBoundingClientRect().top + box.clientTop + box.clientHeight - foot;
          const rows = [...document.querySelectorAll("#ranking tbody tr")].map((row) => row.getBoundingClientRect());
          return rows.filter((row) => row.top < end - 1 && row.bottom > end + 1).length;
        });
        assert.equal(cut, 0, `${layer} at ${width} × ${height}`);
      }
      // Every column is in sight.
      const beyond = await page.evaluate(() => {
        const box = document.querySelector("#ranking").parentElement;
        return box.scrollWidth - box.clientWidth;
      });
      assert.equal(beyond, 0, `${layer} at ${width} × ${height}`);
    }
  }
  // All six districts are in view on a screen that many have.
  const page = await fresh();
  await page.click("#map .areas path[aria-label^='柯桥区']");
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  assert.ok(await page.$eval("#ranking", (table) => table.offsetHeight <= table.parentElement.clientHeight + 1));
  // And the first of its firms.
  const end = await page.$eval("#detail", (detail) => detail.getBoundingClientRect().bottom);
  const firms = await page.$$eval("#firms tbody tr", (rows) => rows.map((row) => row.getBoundingClientRect().bottom));
  assert.ok(firms.filter((bottom) => bottom <= end + 1).length >= 2, `${firms.slice(0, 3)} of ${end}`);
});

test("English where it is asked for", async () => {
  const english = join(folder, "english.html");
  jiju("page", "data/demo/jiju.toml", "--lang", "en", "--no-firms", "-o", english);
  assert.ok(!readFileSync(english, "utf8").includes("示例企业"));
  const { page, context } = await open(english);
  assert.equal(await page.getAttribute("html", "lang"), "en");
  await page.click("#map .areas path[aria-label^='Keqiao']");
  const text = await page.innerText("body");
  for (const part of ["Synthetic sample data", "This page lists no firms", "Ranking", "as of 2020-09-30", "map not reviewed", "short "]) assert.ok(text.includes(part), part);
  await context.close();
});
