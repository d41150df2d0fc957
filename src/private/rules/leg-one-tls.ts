import { Rule } from './rule';
import { encrypts } from '../manifests/destination-rule';
import { serversAt } from '../manifests/doors';
import { knowsCallers } from '../manifests/gateway';
import { LegOne, legsOf } from '../manifests/legs';
import { ManifestSet } from '../manifests/set';

/** Legs whose TLS is known, with the servers at which they arrive. */
function arrivals(set: ManifestSet) {
  return legsOf(set).flatMap(leg => {
    const servers = serversAt(leg.door, leg.port);
    return servers && servers.all.length > 0 && leg.isSure ? [{ leg, servers }] : [];
  });
}

export const LEG_ONE_SNI_MISMATCH: Rule = {
  code: 'LegOneSniMismatch',
  cause: 'The server name with which sidecars open leg 1 is that of no server; without `sni` it is Istio\'s own name for the gateway\'s Service.',
  effect: 'The gateway closes the connection: 503 `UF` or `UC`.',
  fix: 'Write the host of the server as `sni` of the DestinationRule for leg 1.',
  * find(set) {
    for (const { leg, servers } of arrivals(set)) {
      const { tls, destination, service } = leg;
      if (tls?.mode !== 'ISTIO_MUTUAL' || !servers.all.some(knowsCallers)) continue;
      const sni = tls.sni ?? defaultSni(leg);
      if (servers.byHost.over(sni).length > 0) continue;
      yield { object: service.object, field: destination.field, message: `leg 1 has the server name "${sni}", which no server at port ${leg.port} of ${leg.door.host} has` };
    }
  },
};

export const LEG_ONE_CLEAR_TEXT_TO_TLS_SERVER: Rule = {
  code: 'LegOneClearTextToTlsServer',
  cause: 'Sidecars send clear text to a port at which the gateway speaks TLS.',
  effect: 'The gateway closes the connection: 503 `UC`.',
  fix: 'Add a DestinationRule with `tls.mode: ISTIO_MUTUAL` for leg 1, or send to a port without TLS.',
  * find(set) {
    for (const { leg, servers } of arrivals(set)) {
      // what TCP carries may be TLS of the application, which PASSTHROUGH reads
      const isRead = servers.all.some(({ tlsMode, takes }) => tlsMode === undefined || (leg.route.kind === 'tcp' && takes === 'tls'));
      if (encrypts(leg.tls) || leg.route.kind === 'tls' || isRead) continue;
      yield { object: leg.service.object, field: leg.destination.field, message: `every server at port ${leg.port} of ${leg.door.host} speaks TLS, and no DestinationRule that ${leg.client} sees makes leg 1 TLS` };
    }
  },
};

export const LEG_ONE_MUTUAL_TO_OTHER_SERVER: Rule = {
  code: 'LegOneMutualToOtherServer',
  cause: 'Sidecars open leg 1 with the mesh\'s mutual TLS, but no server at that port has `tls.mode: ISTIO_MUTUAL`.',
  effect: 'The gateway does not understand the connection: 503 `UF` or `UC`.',
  fix: 'Give the server `tls.mode: ISTIO_MUTUAL`, or leave the DestinationRule for leg 1 out.',
  * find(set) {
    for (const { leg, servers } of arrivals(set)) {
      if (leg.tls?.mode !== 'ISTIO_MUTUAL' || servers.all.some(knowsCallers)) continue;
      const modes = [...new Set(servers.all.map(({ tlsMode }) => tlsMode ?? 'no TLS'))];
      yield { object: leg.service.object, field: leg.destination.field, message: `leg 1 is ISTIO_MUTUAL, and the servers at port ${leg.port} of ${leg.door.host} have ${modes.join(', ')}` };
    }
  },
};

export const LEG_ONE_TLS_ENDS_AT_SERVER: Rule = {
  code: 'LegOneTlsEndsAtServer',
  cause: 'The application\'s own TLS is sent to a server that ends TLS, or that expects none, instead of one that passes it on.',
  effect: 'The handshake fails.',
  fix: 'Use a server with `tls.mode: PASSTHROUGH`, or wrap leg 1 with a DestinationRule of mode ISTIO_MUTUAL.',
  * find(set) {
    for (const { leg, servers } of arrivals(set)) {
      if (encrypts(leg.tls) || leg.route.kind !== 'tls' || servers.all.some(({ takes, tlsMode }) => takes === 'tls' || (takes === 'tcp' && tlsMode === undefined))) continue;
      yield { object: leg.service.object, field: leg.destination.field, message: `no server at port ${leg.port} of ${leg.door.host} passes TLS on` };
    }
  },
};

function defaultSni({ port, destination, door }: LegOne): string {
  return `outbound_.${port}_.${destination.subset ?? ''}_.${door.host}`;
}
