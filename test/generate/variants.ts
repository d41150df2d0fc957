import { Built, build } from './build';
import { Program } from './expression';
import { mended } from './smaller';

export interface Variant { readonly program: Program; readonly built: Built }

const MOST = 30;

/** An app, and what remains of it after each refusal without what was refused: so every app gets as far as manifests, as its author would get it. */
export function variants(program: Program, most = MOST): Variant[] {
  const tried: Variant[] = [];
  for (let left = program; left.length > 0 && tried.length < most;) {
    const built = build(left);
    tried.push({ program: left, built });
    if (built.kind === 'manifests') break;
    left = mended(left, built);
  }
  return tried;
}
