import { labelOf } from '../basics/names';
import { ListenedHost } from '../model/listener';
import { RouteParent } from '../objects/plans';

/** What has the listeners. */
export interface BoundTo {
  /** Its namespace and name. */
  readonly gateway: string;
  readonly parentKind: 'Gateway' | 'ListenerSet';
}

/** The name of the listener for a host: a listener has one. Apps that import the gateway find the same. */
export function sectionOf({ protocol, port, host }: ListenedHost): string {
  return labelOf(protocol.toLowerCase(), port, ...host === '*' ? [] : [host]);
}

/** Listeners as parents of a route. Without a section, a route would also bind to listeners that should redirect. */
export function parentsOf({ gateway, parentKind }: BoundTo, listeners: ListenedHost[]): RouteParent[] {
  const [namespace, name] = gateway.split('/');
  return [...new Set(listeners.map(sectionOf))].map(sectionName => ({ kind: parentKind, namespace, name, sectionName }));
}
