/** What the page does in a browser. Without it the page shows everything, and has no filter. */
export const PAGE_SCRIPT = `
'use strict';
const form = document.querySelector('form');
const words = document.getElementById('words');
const only = document.getElementById('only');
const count = document.querySelector('output');
const sections = [...document.querySelectorAll('section[data-direction]')].map(section => ({
  rows: [...section.querySelectorAll('tbody tr')].map(row => ({ row, text: row.textContent.toLowerCase(), marks: row.dataset.marks.split(' ') })),
  boxes: [...section.querySelectorAll('.box')].map(box => ({ box, ways: box.dataset.ways.split(' ').map(Number) })),
}));
const total = sections.reduce((sum, { rows }) => sum + rows.length, 0);
function filter() {
  const wanted = words.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let shown = 0;
  for (const { rows, boxes } of sections) {
    const fits = rows.map(({ text, marks }) => (only.value === '' || marks.includes(only.value)) && wanted.every(word => text.includes(word)));
    rows.forEach(({ row }, i) => { row.hidden = !fits[i]; });
    for (const { box, ways } of boxes) box.classList.toggle('dim', !ways.some(way => fits[way]));
    shown += fits.filter(Boolean).length;
  }
  count.textContent = shown + ' of ' + total + ' shown';
}
form.hidden = false;
form.addEventListener('input', filter);
form.addEventListener('submit', event => event.preventDefault());
addEventListener('beforeprint', () => { for (const one of document.querySelectorAll('details')) one.open = true; });
filter();
`;
