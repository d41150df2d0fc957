import { call } from './call';
import { toYaml } from './manifests';
import type { Scenario } from './mesh';
import { labBinary } from './prerequisites';

/** How much configuration istiod would send a proxy. */
export interface Size {
  readonly clusters: number;
  readonly listeners: number;
  readonly routes: number;
  readonly bytes: number;
}

/** Measures every workload's proxy without starting one. */
export async function size({ manifests, fixtures = '', workloads, meshConfig, env, channel }: Omit<Scenario, 'steps'>): Promise<Record<string, Size>> {
  return call(labBinary(), 'size', { manifests: toYaml(manifests), fixtures: toYaml(fixtures), workloads, meshConfig, env, channel });
}
