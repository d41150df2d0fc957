import { directsOf } from './directs';
import { readsOf } from './reads';
import { Rule } from './rule';
import { allTls, encrypts, originates, tlsOf } from '../manifests/destination-rule';
import { titleOf } from '../manifests/manifest';

const HTTP = new Set(['HTTP', 'HTTP2', 'GRPC']);
const TLS = new Set(['TLS', 'HTTPS']);
const TLS_PORT = 443;

export const CLEAR_TEXT_TO_TLS_PORT: Rule = {
  code: 'ClearTextToTlsPort',
  cause: 'HTTP is sent in clear text to port 443 of an external host, because no DestinationRule that the proxy finds makes it TLS.',
  effect: 'The server answers 400, or closes the connection.',
  fix: 'Add a DestinationRule with `tls.mode: SIMPLE` for this port in the namespace of the proxies that send, such as that of the gateway.',
  * find(set) {
    for (const { object, destination, reader, labels } of readsOf(set)) {
      const known = set.knownIn(destination.host, reader);
      const port = known?.entry?.isOutside && known.ports.find(({ number }) => number === destination.port);
      if (!port || !HTTP.has(port.protocol) || port.target !== TLS_PORT) continue;
      const found = set.rulesFor(destination.host, reader, labels);
      if (!found.isSure || encrypts(tlsOf(found, port.number, destination.subset))) continue;
      yield { object, field: destination.field, message: `from ${reader}, port ${port.number} of ${destination.host} is clear text to port ${TLS_PORT}` };
    }
    for (const { known, port, reader } of directsOf(set)) {
      // routes and rules for the host may all stand elsewhere
      const isTold = set.facts.isComplete || set.rulesAbout(known.host).length > 0;
      if (!isTold || !HTTP.has(port.protocol) || port.target !== TLS_PORT) continue;
      const { rules, isSure } = set.rulesFor(known.host, reader);
      if (!isSure || rules.some(rule => allTls(rule).some(encrypts))) continue;
      yield { object: known.object, field: 'spec.ports', message: `from ${reader}, port ${port.number} of ${known.host} is clear text to port ${TLS_PORT}` };
    }
  },
};

export const TLS_IN_TLS: Rule = {
  code: 'TlsInTls',
  cause: 'A proxy wraps TLS of the application into TLS of its own.',
  effect: 'The server outside cannot read it, and closes the connection.',
  fix: 'Give the port protocol HTTP and a `targetPort` of 443 where applications send clear text, or leave the DestinationRule\'s TLS out.',
  * find(set) {
    for (const { object, route, destination, reader, labels } of readsOf(set)) {
      if (route.kind === 'http') continue;
      const known = set.knownIn(destination.host, reader);
      const port = known?.entry && known.ports.find(({ number }) => number === destination.port);
      if (!port || !TLS.has(port.protocol)) continue;
      const found = set.rulesFor(destination.host, reader, labels);
      if (originates(tlsOf(found, port.number, destination.subset))) yield { object, field: destination.field, message: `port ${port.number} of ${destination.host} carries TLS already, and ${titleOf(found.rules[0].object)} adds it again` };
    }
    for (const { known, port, reader } of directsOf(set)) {
      if (!TLS.has(port.protocol)) continue;
      const found = set.rulesFor(known.host, reader);
      const tls = tlsOf(found, port.number, undefined);
      if (originates(tls)) yield { object: found.rules[0].object, field: tls.field, message: `port ${port.number} of ${known.host} carries TLS of the applications in ${reader} already` };
    }
  },
};
