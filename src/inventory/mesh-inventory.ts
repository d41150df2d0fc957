import { mkdirSync, writeFileSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { App } from 'cdk8s';
import { IConstruct } from 'constructs';
import { MeshSettings } from '../mesh-settings';
import { appModelOf } from '../private/app/declared';
import { knownOf } from '../private/app/explained';
import { Refuse, refuser } from '../private/basics/errors';
import { valueClass } from '../private/basics/value-class';
import { explain } from '../private/explain/explain';
import { AskedClient } from '../private/explain/explanation';
import { readConnection, readRequest } from '../private/explain/question';
import { toText } from '../private/explain/text';
import { Inventory, inventoryOf } from '../private/inventory/inventory';
import { markdown } from '../private/inventory/markdown';
import { page, PageOptions } from '../private/inventory/page';
import { pictureFile } from '../private/inventory/picture-file';
import { sampler } from '../private/inventory/sample';
import { storedModel } from '../private/model/stored-model';

/**
 * What an app lets out of the mesh and into it: every external host with its port, protocol, callers, gateways, requests that are allowed, how TLS is
 * verified, and whether it is locked; and every way in, with its listener, certificate, access and destinations.
 *
 * It tells what the constructs of this library declare, in a stable order and without dates, so that a file can be committed and a pull request shows
 * what changes. Ask for it when all constructs are there, for example after `app.synth()`, which verifies that they fit together.
 *
 * @example
 * new EgressRoute(chart, 'api-route', { service: api, gateway: egress });
 * const text = MeshInventory.of(app).toMarkdown();
 */
export class MeshInventory {
  /**
   * The inventory of an app.
   *
   * @param app the app, or any construct in it
   */
  public static of(app: IConstruct): MeshInventory {
    return new MeshInventory(app.node.root);
  }

  private constructor(private readonly root: IConstruct) {}

  /** As JSON. `lib/src/inventory/inventory.schema.json` in the package is its JSON schema. */
  public toJson(): string {
    return json(inventoryAt(this.root));
  }

  /** As Markdown, one fact a line: a diff shows which facts changed. */
  public toMarkdown(): string {
    return markdown(inventoryAt(this.root));
  }

  /** As an HTML page that needs nothing else: a picture, a filter, and tables with all facts. */
  public toHtml(): string {
    return page(inventoryAt(this.root), { explainSample: samplesAt(this.root) });
  }

  /**
   * Writes `inventory.json`, `inventory.md`, `inventory.html`, `inventory.svg` with the picture alone, and `app-model.json`: what the app declares, for
   * commands that answer questions when the app is not there. Existing files are replaced.
   *
   * @param directory where to, created if it is not there. Error `InventoryAmongManifests` for the folder of the manifests, or one in it: `kubectl apply` reads JSON files.
   * @returns the paths of the files
   */
  public write(directory: string): string[] {
    needOutsideManifests(this.root, directory, refuser(this.root));
    // all are made before the first is written
    const files = {
      'inventory.json': this.toJson(),
      'inventory.md': this.toMarkdown(),
      'inventory.html': this.toHtml(),
      'inventory.svg': pictureFile(inventoryAt(this.root)),
      'app-model.json': json(storedModel(appModelOf(this.root), { ...MeshSettings.of(this.root) })),
    };
    mkdirSync(directory, { recursive: true });
    return Object.entries(files).map(([name, text]) => {
      const path = join(directory, name);
      writeFileSync(path, text);
      return path;
    });
  }
}

valueClass(MeshInventory, 'MeshInventory');

function inventoryAt(root: IConstruct): Inventory {
  return inventoryOf(appModelOf(root));
}

/** What becomes of a sample request to each way, as a person reads it. */
function samplesAt(root: IConstruct): NonNullable<PageOptions['explainSample']> {
  const refuse: Refuse = refuser(root);
  const known = knownOf(root, MeshSettings.of(root));
  const sampleOf = sampler(known.app);
  return way => {
    const sample = sampleOf(way);
    if (!sample) return undefined;
    const { caller, method, url, headers } = sample;
    const client: AskedClient = caller ? { kind: 'workload', ...caller } : { kind: 'outside', gateway: sample.gateway };
    return toText(explain(known, client, method === '' ? readConnection(url, refuse) : readRequest(method, url, headers, refuse)));
  };
}

function needOutsideManifests(root: IConstruct, directory: string, refuse: Refuse): void {
  if (!(root instanceof App)) return;
  const { outdir } = root;
  const within = relative(resolve(outdir), resolve(directory));
  if (within.startsWith('..') || isAbsolute(within)) return;
  refuse({ code: 'InventoryAmongManifests', prop: 'directory', got: directory, allowed: `a folder outside of ${outdir}, because kubectl apply reads JSON files there`, fix: 'write it beside the manifests, for example to inventory' });
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
