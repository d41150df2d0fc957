import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
// eslint-disable-next-line import/no-extraneous-dependencies -- bundled by the build
import { Command, Option } from 'commander';
import { AddCommand, Exit } from './command';
import { Inventory } from '../inventory/inventory';
import { markdown } from '../inventory/markdown';
import { page } from '../inventory/page';
import { pictureFile } from '../inventory/picture-file';
import { storedInventory } from '../inventory/stored';

const FORMATS = {
  markdown,
  json: (inventory: Inventory) => `${JSON.stringify(inventory, null, 2)}\n`,
  html: (inventory: Inventory) => page(inventory),
  svg: pictureFile,
};

const FILE = 'app-model.json';

export const addInventory: AddCommand = (program: Command, { out, err }, end) => {
  program.command('inventory')
    .description('show what an app lets out of its mesh and into it')
    .argument('<path>', `${FILE} as MeshInventory.of(app).write(directory) writes it, or the directory`)
    .addOption(new Option('-o, --output <format>', 'how it is written').choices(Object.keys(FORMATS)).default('markdown'))
    .addHelpText('after', '\nExit codes: 0 it was written, 2 the input cannot be used.')
    .action((path: string, { output }: { readonly output: keyof typeof FORMATS }) => {
      const read = inventoryIn(path);
      if ('unreadable' in read) {
        err(`${read.unreadable}\n`);
        return end(Exit.UNUSABLE);
      }
      out(FORMATS[output](read.inventory));
      return end(Exit.FINE);
    });
};

const HINT = 'an app writes its model with MeshInventory.of(app).write(directory), after app.synth()';

function inventoryIn(path: string): ReturnType<typeof storedInventory> {
  let file = path;
  let text: string;
  try {
    file = statSync(path).isDirectory() ? join(path, FILE) : path;
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { unreadable: `${file}: ${code === 'ENOENT' ? `there is no such file; ${HINT}` : message}` };
  }
  try {
    const read = storedInventory(JSON.parse(text));
    return 'unreadable' in read ? { unreadable: `${file}: ${read.unreadable}; ${HINT}` } : read;
  } catch {
    return { unreadable: `${file}: this is no JSON; ${HINT}` };
  }
}
