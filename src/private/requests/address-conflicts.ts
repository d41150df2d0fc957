import { AddressBlock, readAddress } from '../basics/addresses';
import { EVERY_NAMESPACE } from '../basics/names';
import { AppModel, ExternalServiceModel } from '../model/app-model';
import { isHttp, Port } from '../model/external-service';
import { sidecarsOf } from '../model/visibility';

/** Two services of which one would capture connections meant for the other. */
export interface AddressConflict {
  /** The index of the address in the service. */
  readonly index: number;
  readonly other: string;
  readonly otherAddress: string;
  readonly port: number;
  /** A namespace whose sidecars call both. */
  readonly caller: string;
}

/** How a listener distinguishes connections. TLS without a route is distinguished by its address, unless that is a block. */
type ToldBy = 'requests' | 'names' | 'TLS' | 'bytes';

interface Claim { readonly block: AddressBlock; readonly toldBy: ToldBy }

/**
 * Finds another service whose connections sidecars would confuse with those of this one: sidecars have one listener for an address and port, and if
 * they cannot distinguish the connections of two services, one service gets all. The other one has a wider block, or the same and an earlier path.
 */
export function addressConflict(app: AppModel, own: ExternalServiceModel): AddressConflict | undefined {
  if (own.service.addresses.length === 0) return undefined;
  const callers = sidecarsOf(app, own);
  for (const [index, address] of own.service.addresses.entries()) {
    for (const port of own.service.ports) {
      const claim = claimOf(own, address, port);
      for (const { other, around } of servicesAround(app, claim.block, port.number)) {
        if (other.path === own.path || (around.prefix === claim.block.prefix && other.path > own.path)) continue;
        const rival = claimOf(other, around.text, other.service.ports.find(({ number }) => number === port.number)!);
        const caller = apart(claim, rival) ? undefined : commonCaller(callers, sidecarsOf(app, other));
        if (caller !== undefined) return { index, other: other.path, otherAddress: around.text, port: port.number, caller };
      }
    }
  }
  return undefined;
}

function commonCaller(some: string[], others: string[]): string | undefined {
  if (some.includes(EVERY_NAMESPACE)) return others[0];
  return others.includes(EVERY_NAMESPACE) ? some[0] : others.find(namespace => some.includes(namespace));
}

interface Around { readonly other: ExternalServiceModel; readonly around: AddressBlock }

/** Services with a block that contains or equals another. */
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

/** Requests are distinguished by host whatever the address, and TLS on one listener by server name. */
function apart(a: Claim, b: Claim): boolean {
  if (a.toldBy === 'requests' || b.toldBy === 'requests') return a.toldBy === b.toldBy;
  return a.block.prefix === b.block.prefix && [a, b].some(c => c.toldBy === 'names') && [a, b].every(c => c.toldBy !== 'bytes');
}
