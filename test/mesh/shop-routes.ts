import { ApiObject, JsonPatch } from 'cdk8s';
import { enter, entrance, forward as to, shopWorkloads } from './entering';
import { Outcome, RequestOptions, Scenario, Step, runMesh, service } from './mesh';
import { IngressListener, IngressRoute, IngressRouteProps, IngressRule } from '../../src';

const workloads = [...shopWorkloads, service('authorizer', { namespace: 'security', http: 8000 })];

export function forward(name: string): IngressRule[] {
  return [{ action: to(name) }];
}

export function plain(host: string, path = '/', more: Partial<RequestOptions> = {}): Step {
  return enter(`http://${host}${path}`, more);
}

/** A request whose Host header is this text. */
export function spelt(host: string): Step {
  return plain('any.test', '/', { headers: { host } });
}

/** The shop's routes through one gateway, by their hosts. What is not said of a route is what `web` behind every path makes it. */
export type Routes = Record<string, Partial<IngressRouteProps>>;

export type Break = readonly [host: string, kind: string, ...patch: JsonPatch[]];

export interface RunOptions extends Partial<Scenario> {
  readonly listeners?: IngressListener[];
  readonly broken?: Break;
}

/** Runs routes, one of which may be broken. */
export function run(routes: Routes, steps: Step[], more: RunOptions = {}): Promise<Outcome> {
  const { listeners, broken, ...scenario } = more;
  const { app, shop, gateway } = entrance(listeners);
  for (const [host, props] of Object.entries(routes)) {
    const route = new IngressRoute(shop, host.replace('*', 'any'), { gateway, hosts: [host], rules: forward('web'), ...props });
    if (broken?.[0] === host) partOf(route, broken[1]).addJsonPatch(...broken.slice(2) as JsonPatch[]);
  }
  return runMesh({ manifests: app, workloads, steps, ...scenario });
}

function partOf(route: IngressRoute, kind: string): ApiObject {
  return [route.virtualService!, ...route.accessObjects].find(part => part.kind === kind)!;
}

export function statuses({ answers }: Pick<Outcome, 'answers'>): number[] {
  return answers.map(a => a.status);
}
