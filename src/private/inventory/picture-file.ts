import { Picture, pictureIn, pictureOut } from './graph';
import { Inventory } from './inventory';
import { COLOURS, DARK_COLOURS } from './page-style';
import { drawn, PICTURE_STYLE } from './picture';

/** The ways out and in as one picture for other pages, which follows the reader's scheme. */
export function pictureFile({ waysOut, waysIn }: Inventory): string {
  const both = together(named(pictureOut(waysOut), 'out'), named(pictureIn(waysIn), 'in'));
  const style = `<style>svg { ${COLOURS}; background: var(--page) }
@media (prefers-color-scheme: dark) { svg { ${DARK_COLOURS} } }${PICTURE_STYLE}
</style>`;
  return `${drawn(both, 'map', 'Ways out of the mesh and into it').text.replace('\n', () => `\n${style}\n`)}\n`;
}

function together(one: Picture, other: Picture): Picture {
  return { boxes: [...one.boxes, ...other.boxes], arrows: [...one.arrows, ...other.arrows] };
}

/** Ids that no other picture has. */
function named({ boxes, arrows }: Picture, direction: string): Picture {
  return {
    boxes: boxes.map(box => ({ ...box, id: `${direction} ${box.id}` })),
    arrows: arrows.map(arrow => ({ ...arrow, from: `${direction} ${arrow.from}`, to: `${direction} ${arrow.to}` })),
  };
}
