import { PICTURE_STYLE } from './picture';

/** Contrast of text is at least 4.5 : 1 in both schemes. */
export const COLOURS = '--page: #f6f8fa; --box: #ffffff; --text: #1b1f24; --muted: #57606a; --line: #6e7781; --accent: #0b57a4; --gateway: #e6effb; --good: #1a6b34; --bad: #a4260b';

export const DARK_COLOURS = '--page: #10151c; --box: #1b222c; --text: #e6edf3; --muted: #a3adb8; --line: #8b949e; --accent: #79b8ff; --gateway: #1c2c42; --good: #6fdd8b; --bad: #ff9b85';

export const PAGE_STYLE = `
:root { color-scheme: light; ${COLOURS} }
@media screen and (prefers-color-scheme: dark) {
  :root { color-scheme: dark; ${DARK_COLOURS} }
}
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1rem clamp(0.75rem, 3vw, 2rem); max-width: 110rem; background: var(--page); color: var(--text); font: 15px/1.45 system-ui, sans-serif }
h1 { font-size: 1.5rem; margin: 0 0 0.25rem }
h2 { font-size: 1.15rem; margin: 1.75rem 0 0.5rem }
.sum { color: var(--muted); margin: 0 0 1rem }
form { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: end; padding: 0.6rem 0; background: var(--page) }
form[hidden] { display: none }
label { display: grid; gap: 0.15rem; font-size: 0.85rem; color: var(--muted) }
input, select { font: inherit; color: var(--text); background: var(--box); border: 1px solid var(--line); border-radius: 5px; padding: 0.35rem 0.5rem; max-width: 100% }
input { width: 26rem }
output { color: var(--muted); padding-bottom: 0.4rem }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.frame { overflow: auto; border: 1px solid var(--line); border-radius: 6px; background: var(--page) }
.frame.picture { max-height: 75vh }
.frame svg { display: block; margin: 0 auto }
.legend { color: var(--muted); font-size: 0.85rem; margin: 0.4rem 0 0 }
table { border-collapse: collapse; width: 100%; min-width: 56rem; background: var(--box) }
caption { text-align: left; color: var(--muted); font-size: 0.85rem; padding: 0.4rem 0.6rem; background: var(--box) }
th, td { text-align: left; vertical-align: top; padding: 0.45rem 0.6rem; border-top: 1px solid color-mix(in srgb, var(--line) 40%, transparent); overflow-wrap: anywhere }
thead th { font-size: 0.85rem; color: var(--muted); border-top: 0 }
tbody th { font: 600 13px ui-monospace, Menlo, Consolas, monospace; width: 20% }
tr[hidden] { display: none }
.mark { display: inline-block; font: 600 0.75rem system-ui, sans-serif; padding: 0 0.4rem; border: 1px solid; border-radius: 9px; margin: 0 0.3rem 0.15rem 0; white-space: nowrap }
.mark.bad { color: var(--bad) }
.mark.note { color: var(--accent) }
ul { margin: 0; padding: 0; list-style: none }
summary { white-space: nowrap; cursor: pointer; color: var(--accent) }
dl { margin: 0.4rem 0 0; display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 0.8rem; font-size: 0.9rem }
dt { color: var(--muted) }
dd { margin: 0 }
pre { margin: 0.5rem 0 0; padding: 0.5rem; overflow: auto; background: var(--page); font: 12px/1.4 ui-monospace, Menlo, Consolas, monospace; white-space: pre-wrap }
${PICTURE_STYLE}
@media (max-width: 40rem) {
  input { width: 100% }
  form { position: static }
  dl { grid-template-columns: 1fr }
  dt { margin-top: 0.3rem }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; background: #ffffff }
  form { display: none }
  .frame, .frame.picture { overflow: visible; max-height: none; border: 0 }
  .frame svg { max-width: 100%; height: auto }
  table { min-width: 0 }
  tr, .box { break-inside: avoid }
  thead { display: table-header-group }
  summary { display: none }
}
`;
