import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launch } from 'puppeteer-core';
import { library, withLibrary } from './apps';
import { kB, printTable } from './print';
import { spread } from './statistics';
import { cpuMs } from './time';
import { chromium } from '../test/mesh/prerequisites';

const ROUNDS = 15;
/** Making it explains a request to each way. */
const MAKING_ROUNDS = 3;

/** How long the page of the inventory takes to make, and to open in a browser until its filter works. */
export async function printPage(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  const browser = await launch({ executablePath: `/usr/bin/${chromium()}`, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  const rows: string[][] = [];
  for (const routes of [5, 50, 500]) {
    const inventory = library().MeshInventory.of(withLibrary(routes));
    const making = Array.from({ length: MAKING_ROUNDS }, () => timed(cpuMs, () => inventory.toHtml()));
    const file = join(folder, `${routes}.html`);
    writeFileSync(file, inventory.toHtml());
    const opening: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const page = await browser.newPage();
      const start = performance.now();
      await page.goto(pathToFileURL(file).href);
      await page.waitForFunction(`document.querySelector('output').textContent.startsWith('${routes} of')`);
      opening.push(performance.now() - start);
      await page.close();
    }
    rows.push([String(routes), spread(making), spread(opening), kB(inventory.toHtml().length)]);
  }
  await browser.close();
  rmSync(folder, { recursive: true });
  printTable('The page of the inventory, in ms: median (middle half)', ['routes', 'making it', 'opening it', 'size'], rows);
}

function timed(clock: () => number, act: () => void): number {
  const start = clock();
  act();
  return clock() - start;
}
