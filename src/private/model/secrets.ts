import { AppModel } from './app-model';

/** Whether a gateway connects to external services with client certificates that are in Secrets. */
export function readsClientCertificates(app: AppModel, gateway: string): boolean {
  const routes = [...app.egressRoutes.with('gateway', gateway), ...app.waypointRoutes.with('gateway', gateway), ...app.ingressRoutes.with('gateway', gateway)];
  const services = routes.flatMap(({ upstreams }) => upstreams).flatMap(({ service }) => app.externalServices.with('path', service));
  return services.some(({ service: { ports } }) => ports.some(({ tls }) => tls?.mode === 'MUTUAL' && tls.secret !== undefined));
}
