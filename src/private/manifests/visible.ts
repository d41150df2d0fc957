import { Manifest } from './manifest';

/** What a namespace can be told of. Without a list Istio shows an object to all, as its mesh-wide default says. */
export type ExportTo = readonly string[];

/** Whether a namespace sees an object. */
export function sees(reader: string, { object, exportTo }: { readonly object: Manifest; readonly exportTo: ExportTo }): boolean {
  if (exportTo.length === 0 || exportTo.includes('*') || exportTo.includes(reader)) return true;
  return exportTo.includes('.') && reader === object.namespace;
}

export function isForAll({ exportTo }: { readonly exportTo: ExportTo }): boolean {
  return exportTo.length === 0 || exportTo.includes('*');
}

/** The namespaces that an object is certainly meant for: its own, or those that it lists. */
export function namedReaders({ object, exportTo }: { readonly object: Manifest; readonly exportTo: ExportTo }): string[] {
  if (isForAll({ exportTo })) return [object.namespace];
  return [...new Set(exportTo.filter(name => name !== '~').map(name => (name === '.' ? object.namespace : name)))];
}
