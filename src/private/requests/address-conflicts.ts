import { AddressBlock, readAddress } from '../basics/addresses';
import { AppModel, ExternalServiceModel } from '../model/app-model';
import { isHttp, Port } from '../model/external-service';
import { sidecarsOf } from '../model/visibility';

/** Connections that another service would take from a service, or the other way round. */
export interface AddressConflict {
  /** Of the address of the service. */
  readonly index: number;
  readonly other: string;
  readonly otherAddress: string;
  readonly port: number;
  /** A namespace whose sidecars send to both. */
  readonly caller: string;
}

/** What a listener tells connections by. TLS without a route is told by its address, unless that is a block. */
type ToldBy = 'requests' | 'names' | 'TLS' | 'bytes';

interface Claim { readonly block: AddressBlock; readonly toldBy: ToldBy }

/**
 * Another service of which sidecars would send the connections of one to the other: on one port they have one listener for an address, and of two
 * services whose connections they cannot tell apart one gets all. It is one with a wider block, or with the same and an earlier path.
 */
export function addressConflict(app: AppModel, own: ExternalServiceModel): AddressConflict | undefined {
  if (own.service.addresses.length === 0) return undefined;
  const callers = new Set(sidecarsOf(app, own));
  for (const [index, address] of own.service.addresses.entries()) {
    for (const port of own.service.ports) {
      const claim = claimOf(own, address, port);
      for (const { other, around } of servicesAround(app, claim.block, port.number)) {
        if (other.path === own.path || (around.prefix === claim.block.prefix && other.path > own.path)) continue;
        const rival = claimOf(other, around.text, other.service.ports.find(({ number }) => number === port.number)!);
        const caller = apart(claim, rival) ? undefined : sidecarsOf(app, other).find(namespace => callers.has(namespace));
        if (caller !== undefined) return { index, other: other.path, otherAddress: around.text, port: port.number, caller };
      }
    }
  }
  return undefined;
}

interface Around { readonly other: ExternalServiceModel; readonly around: AddressBlock }

/** Services with a block around another, or with that block. */
function servicesAround(app: AppModel, { prefix }: AddressBlock, port: number): Around[] {
  const lengths = Array.from({ length: prefix.length + 1 }, (_, length) => prefix.slice(0, length));
  return lengths.flatMap(part => app.externalServices.with('address', port, part).map(other => ({
    other, around: other.service.addresses.map(address => readAddress(address)!).find(block => block.prefix === part)!,
  })));
}

function claimOf({ direct, proxy }: ExternalServiceModel, address: string, { protocol }: Port): Claim {
  const block = readAddress(address)!;
  if (isHttp({ protocol })) return { block, toldBy: 'requests' };
  if (protocol === 'TCP') return { block, toldBy: 'bytes' };
  const routed = !direct || proxy !== undefined;
  return { block, toldBy: routed || block.text.includes('/') ? 'names' : 'TLS' };
}

/** Requests are told by their hosts whatever the address, and TLS of one listener by the names that are asked for. */
function apart(a: Claim, b: Claim): boolean {
  if (a.toldBy === 'requests' || b.toldBy === 'requests') return a.toldBy === b.toldBy;
  return a.block.prefix === b.block.prefix && [a, b].some(c => c.toldBy === 'names') && [a, b].every(c => c.toldBy !== 'bytes');
}
