/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Browser, launch, Page, Viewport } from 'puppeteer-core';
import { Caller, ExternalPort, MeshInventory, UpstreamTls } from '../../src';
import { routed } from '../fixtures';
import { teams } from '../inventory/cases';
import { chromium } from '../mesh/prerequisites';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const DESK: Viewport = { width: 1400, height: 900 };
const PHONE: Viewport = { width: 390, height: 844 };

const temp = mkdtempSync(join(tmpdir(), 'browser-'));
let browser: Browser;

beforeAll(async () => {
  // Chromium has no sandbox for root
  browser = await launch({ executablePath: `/usr/bin/${chromium()}`, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  rmSync(temp, { recursive: true });
});

const HTML = { 5: MeshInventory.of(teams(5)).toHtml(), 500: MeshInventory.of(teams(500)).toHtml() };

/** A page as a person opens it, and what the browser has to say about it. */
interface Opened { readonly page: Page; readonly complaints: string[]; readonly requests: string[] }

async function opened(html: string, viewport = DESK, scheme = 'light', scripts = true): Promise<Opened> {
  const file = join(temp, 'page.html');
  writeFileSync(file, html);
  const page = await browser.newPage();
  const [complaints, requests]: string[][] = [[], []];
  page.on('console', message => complaints.push(message.text()));
  page.on('pageerror', error => complaints.push(String(error)));
  page.on('dialog', dialog => (complaints.push(`dialog: ${dialog.message()}`), void dialog.dismiss()));
  page.on('request', request => requests.push(request.url()));
  await page.setViewport(viewport);
  await page.setJavaScriptEnabled(scripts);
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.goto(pathToFileURL(file).href);
  return { page, complaints, requests: requests.slice(1) };
}

const shownRows = (page: Page) => page.$$eval('tbody tr', rows => rows.filter(row => row.getClientRects().length > 0).map(row => row.querySelector('th')!.firstChild!.textContent));

/** Accessibility rules of axe that the page breaks, with the elements. */
async function axe(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { violations } = await (window as any).axe.run(document, { resultTypes: ['violations'] });
    return violations.map(({ id, nodes }: any) => `${id}: ${nodes[0].html}`);
  });
}

describe.each([5, 500] as const)('the page of %d routes', routes => {
  test('shows every way and the picture, without a word from the browser and without the network', async () => {
    const { page, complaints, requests } = await opened(HTML[routes]);
    expect(await page.title()).toBe('Ways out of the mesh and into it');
    expect(await shownRows(page)).toHaveLength(routes + 2);
    expect(await page.$$eval('svg .gateway', boxes => boxes.map(box => box.textContent))).toEqual(['egress gatewayistio-system/egress', expect.stringContaining('ingress gateway')]);
    expect([complaints, requests]).toEqual([[], []]);
    await page.close();
  }, 60_000);

  test('filters rows by words and by marks, and tells how many are left', async () => {
    const { page, complaints } = await opened(HTML[routes]);
    await page.type('#words', 'API-2.example team-2');
    expect(await shownRows(page)).toEqual(['api-2.example.com:80']);
    expect(await page.$eval('output', one => one.textContent)).toBe(`1 of ${routes + 2} shown`);
    // what nothing shown belongs to steps back in the picture
    expect(await page.$$eval('section[data-direction=in] .box', boxes => boxes.every(box => box.classList.contains('dim')))).toBe(true);
    expect(await page.$$eval('section[data-direction=out] .gateway', boxes => boxes.some(box => box.classList.contains('dim')))).toBe(false);
    await page.$eval('#words', input => ((input as HTMLInputElement).value = ''));
    await page.select('#only', 'unverified');
    expect(await shownRows(page)).toHaveLength(routes / 5);
    await page.select('#only', '');
    expect(await shownRows(page)).toHaveLength(routes + 2);
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  // of many rows, axe takes its time
  test.each(([
    ['in light colours', DESK, 'light'],
    ['on a phone, in dark colours', PHONE, 'dark'],
    ['in dark colours', DESK, 'dark'],
    ['on a phone', PHONE, 'light'],
  ] as const).slice(0, routes === 5 ? 4 : 2))('breaks no rule of accessibility %s', async (_, viewport, scheme) => {
    const { page } = await opened(HTML[routes], viewport, scheme);
    await page.$eval('details', one => (one as HTMLDetailsElement).open = true);
    expect(await axe(page)).toEqual([]);
    // only frames scroll sideways
    expect(await page.evaluate(() => document.scrollingElement!.scrollWidth <= window.innerWidth)).toBe(true);
    await page.close();
  }, 180_000);

  test('draws boxes that hold their texts and do not cover each other', async () => {
    const { page } = await opened(HTML[routes]);
    const boxes = await page.$$eval('svg .box', all => all.map(box => {
      const place = (element: Element) => (({ left, right, top, bottom }) => ({ left, right, top, bottom }))(element.getBoundingClientRect());
      const map = box.closest('svg')!.querySelector('title')!.textContent;
      return { map, rect: place(box.querySelector('rect')!), texts: [...box.querySelectorAll('text')].map(place) };
    }));
    expect(boxes.length).toBeGreaterThanOrEqual(8);
    expect(boxes.length).toBeLessThan(60);
    for (const { rect, texts } of boxes) {
      for (const { left, right, top, bottom } of texts) {
        expect(left >= rect.left && right <= rect.right && top >= rect.top && bottom <= rect.bottom).toBe(true);
      }
    }
    boxes.forEach((one, i) => boxes.slice(i + 1).filter(({ map }) => map === one.map).forEach(({ rect }) => {
      expect(rect.left < one.rect.right && one.rect.left < rect.right && rect.top < one.rect.bottom && one.rect.top < rect.bottom).toBe(false);
    }));
    await page.close();
  }, 60_000);

  test('prints with all facts and without the filter', async () => {
    const { page, complaints } = await opened(HTML[routes], DESK, 'dark');
    const pdf = Buffer.from(await page.pdf({ format: 'A4' }));
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)!.length).toBeGreaterThan(routes / 50);
    expect(await page.$$eval('details', all => all.every(one => (one as HTMLDetailsElement).open))).toBe(true);
    await page.emulateMediaType('print');
    expect(await page.$eval('form', form => getComputedStyle(form).display)).toBe('none');
    // on paper, colours are those of light
    expect(await page.$eval('body', body => getComputedStyle(body).backgroundColor)).toBe('rgb(255, 255, 255)');
    expect(await page.$eval('h1', one => getComputedStyle(one).color)).toBe('rgb(27, 31, 36)');
    expect(complaints).toEqual([]);
    await page.close();
  }, 120_000);

  test('shows everything and no filter where scripts may not run', async () => {
    const { page } = await opened(HTML[routes], DESK, 'light', false);
    const rows = await page.$$('tbody tr');
    expect(rows).toHaveLength(routes + 2);
    expect(await (await page.$('form'))!.isVisible()).toBe(false);
    expect(await rows[0].isVisible()).toBe(true);
    await page.close();
  }, 60_000);
});

test('the page is worked by keyboard alone', async () => {
  const { page } = await opened(HTML[5]);
  const stops: string[] = [];
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press('Tab');
    stops.push(await page.evaluate(() => {
      const one = document.activeElement!;
      return one.id || one.getAttribute('aria-label') || one.tagName;
    }));
  }
  expect(stops.slice(0, 5)).toEqual(['words', 'only', 'Picture: Ways out', 'Table: Ways out', 'SUMMARY']);
  await page.keyboard.press('Enter');
  expect(await page.$$eval('details', all => all.filter(one => (one as HTMLDetailsElement).open).length)).toBe(1);
  await page.close();
}, 60_000);

test('what users write never becomes markup', async () => {
  const hostile = '</td></style><script>alert(1)</script><img src="https://example.com/x" onerror="alert(2)">';
  const { app } = routed(
    { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps({ tls: UpstreamTls.insecure(hostile) })] }, { callers: [Caller.anyNamespace(hostile)] },
  );
  const { page, complaints, requests } = await opened(MeshInventory.of(app).toHtml());
  expect([complaints, requests]).toEqual([[], []]);
  expect(await page.$$('img, td script')).toHaveLength(0);
  expect(await page.$$eval('dd', all => all.filter(one => one.textContent!.includes('<img')).length)).toBe(2);
  await page.close();
}, 60_000);

describe('broken: the tests notice', () => {
  const damaged = (from: string, to: string) => {
    expect(HTML[5]).toContain(from);
    return HTML[5].replace(from, to);
  };

  test('a script that is not of the page, which the browser does not run', async () => {
    const { page, complaints } = await opened(damaged('</main>', '</main><script>alert(1)</script>'));
    expect(complaints).toEqual([expect.stringMatching(/violates the following Content Security Policy/)]);
    await page.close();
  }, 60_000);

  test('a picture from elsewhere', async () => {
    const { page, complaints } = await opened(damaged('<main>', '<main><img alt="" src="https://example.com/x.png">'));
    expect(complaints).toEqual([expect.stringMatching(/violates the following Content Security Policy/)]);
    await page.close();
  }, 60_000);

  test('a field without a label', async () => {
    const { page } = await opened(damaged('<label for="words">Filter by words (host, namespace, path …)', '<label>'));
    expect(await axe(page)).toEqual([expect.stringMatching(/^label: /)]);
    await page.close();
  }, 60_000);
});
