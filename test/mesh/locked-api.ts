import { ApiServer } from './api-server';
import { Manifest } from './traffic';

/** Objects by what they stand for. */
export type Cases = Readonly<Record<string, object>>;

/**
 * An API server in which the policies of a lock can hold. Of its users, `tenant` has all rights to resources that exist, in every namespace;
 * `owner` has besides all rights in the locked namespace, `local` has those alone, and `deployer` the right to open locks.
 */
export class LockedApi {
  /** @param flags of kube-apiserver */
  public static async start(...flags: string[]): Promise<LockedApi> {
    const api = new LockedApi(await ApiServer.start('--allow-privileged=true', ...flags));
    api.apply(['shop', 'billing', 'stock', 'istio-egress', 'istio-ingress'].map(name => (
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'istio-injection': 'enabled' } } }
    )));
    const groups = ['', 'networking.istio.io', 'security.istio.io', 'networking.k8s.io', 'discovery.k8s.io'];
    api.apply([
      rbac('ClusterRole', 'tenant', undefined, { rules: [{ apiGroups: groups, resources: ['*'], verbs: ['*'] }] }),
      rbac('ClusterRoleBinding', 'tenants', undefined, bound('ClusterRole', 'tenant', 'tenant', 'deployer', 'owner')),
      rbac('Role', 'deployer', 'istio-egress', { rules: [{ apiGroups: ['cdk8s-istio'], resources: ['egresslocks'], verbs: ['open'] }] }),
      rbac('RoleBinding', 'deployer', 'istio-egress', bound('Role', 'deployer', 'deployer')),
      rbac('RoleBinding', 'owner', 'shop', bound('ClusterRole', 'cluster-admin', 'owner')),
      rbac('RoleBinding', 'local', 'shop', bound('ClusterRole', 'cluster-admin', 'local')),
    ]);
    return api;
  }

  private constructor(public readonly server: ApiServer) {}

  public apply(objects: readonly object[]): void {
    this.server.must(['apply', '--filename=-'], stream(objects));
  }

  /** What the API server says of each object, by its name: nothing where it is admitted. */
  public refusals(cases: Cases, user = 'tenant'): Map<string, string> {
    const named = Object.values(cases).map((object, i) => ({ ...object, metadata: { ...(object as Manifest).metadata, name: `case-${i}` } }));
    const { out, err } = this.server.kubectl(['create', '--dry-run=server', `--as=${user}`, '--filename=-'], stream(named));
    const about = (i: number) => err.split('\n').filter(line => line.includes(`"case-${i}"`) && !line.startsWith('Warning')).join('\n');
    return new Map(Object.keys(cases).map((name, i) => [name, out.includes(`/case-${i} created`) ? '' : about(i) || err]));
  }

  /** Applies policies, which take effect a moment after they have been stored: when each of the cases is refused. */
  public async guard(policies: readonly object[], refused: Cases): Promise<void> {
    this.apply(policies);
    await this.until(() => [...this.refusals(refused).values()].every(text => text !== ''));
  }

  public async until(condition: () => boolean): Promise<void> {
    for (const end = Date.now() + 60_000; !condition();) {
      if (Date.now() > end) throw new Error('waited in vain');
      await new Promise(resolve => setTimeout(resolve, 200));
    }
  }

  public stop(): Promise<void> {
    return this.server.stop();
  }
}

function stream(objects: readonly object[]): string {
  return objects.map(object => JSON.stringify(object)).join('\n---\n');
}

function rbac(kind: string, name: string, namespace: string | undefined, more: object): object {
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata: { name, namespace }, ...more };
}

function bound(kind: string, name: string, ...users: string[]): object {
  const subjects = users.map(user => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }));
  return { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name }, subjects };
}
