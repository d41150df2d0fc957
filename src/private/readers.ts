import { IConstruct } from 'constructs';
import { Target } from './model/rule';
import { shared } from './registry';

/** The namespaces whose proxies send something to a host. */
export function readersOf(scope: IConstruct, host: string): string[] {
  return shared(scope, 'readers of destination', host);
}

/** Tells that proxies of a namespace send something to these targets. */
export function addReader(scope: IConstruct, namespace: string, targets: Target[]): void {
  for (const { host } of targets) readersOf(scope, host).push(namespace);
}
