import { overlap, readAddress } from '../basics/addresses';
import { checkAddress, checkDnsName, checkLabel } from '../basics/checks';
import { Refusal, Refuse } from '../basics/errors';
import { checkHost, covers } from '../basics/hosts';
import { AppModel, EgressLockModel } from '../model/app-model';
import { VerificationIntent } from '../model/lock';
import { callsFrom, directFrom, lockedBy } from '../model/locked';
import { networkTargets } from '../model/network';

export interface VerificationInput {
  readonly serviceAccount?: string;
  readonly outsideHost?: string;
  readonly outsideAddress?: string;
  readonly image?: string;
}

/** Reserved for documentation, and yet served. */
const HOST = 'example.com';
/** A public resolver, which also serves HTTPS and DNS over TLS. */
const ADDRESS = '1.1.1.1';
/** Has curl, and the small tools of BusyBox. */
const IMAGE = 'docker.io/curlimages/curl:8.17.0';

const REFERENCE = /^[a-z0-9][\w.:/-]*?(:(?!latest$)\w[\w.-]{0,127}(@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})$/;

export function checkVerification(input: VerificationInput, namespace: string, refuse: Refuse): VerificationIntent {
  const { serviceAccount = 'default', outsideHost = HOST, outsideAddress = ADDRESS, image = IMAGE } = input;
  checkLabel(namespace, 'namespace', refuse);
  checkDnsName(serviceAccount, 'serviceAccount', 'service account', refuse);
  checkAddress(outsideAddress, 'outsideAddress', refuse);
  const { text: address } = readAddress(outsideAddress)!;
  if (address.includes('/')) refuse({ code: 'AddressInvalid', prop: 'outsideAddress', got: outsideAddress, allowed: 'one address', fix: 'write an address without a length' });
  if (!REFERENCE.test(image)) {
    refuse({ code: 'ImageInvalid', prop: 'image', got: image, allowed: 'a reference to an image, with a tag other than latest or a digest', fix: 'add the tag or digest of an image with a shell, curl and nslookup' });
  }
  return { namespace, serviceAccount, host: checkHost(outsideHost, 'outsideHost', { wildcard: false }, refuse), address, image };
}

/** What is wrong with a verification for reasons that other constructs of the app have. */
export function verificationRefusals(app: AppModel, lock: EgressLockModel, intent: VerificationIntent): Refusal[] {
  const { namespace, serviceAccount, host, address } = intent;
  const locked = lockedBy(app, lock);
  if (!locked.includes(namespace)) {
    return [{ code: 'VerificationUnlocked', prop: 'namespace', got: namespace, allowed: `a namespace that ${lock.path} locks: ${locked.join(', ')}`, fix: 'name one of them, or lock this one' }];
  }
  const legs = callsFrom(app, namespace);
  const direct = directFrom(app, namespace).map(({ service }) => service);
  const services = [...legs.map(leg => leg.service), ...direct];
  const declared = services.flatMap(({ hosts }) => hosts).find(pattern => pattern === host || covers(pattern, host));
  const block = services.flatMap(service => [...service.addresses, ...networkTargets(service).flatMap(({ blocks = [] }) => blocks)])
    .find(one => overlap(readAddress(one)!, readAddress(address)!));
  return [
    ...legs.length > 0 && callsFrom(app, namespace, serviceAccount).length === 0
      ? [{ code: 'VerificationUncalled', prop: 'serviceAccount', got: serviceAccount, allowed: `a service account of ${namespace} that a route allows to call`, fix: 'name the one of the application' } as const] : [],
    ...declared === undefined ? [] : [{ code: 'VerificationTargetDeclared', prop: 'outsideHost', got: host, allowed: `a host that workloads of ${namespace} must not reach; ${declared} is declared`, fix: 'name another host that answers HTTP and HTTPS' } as const],
    ...block === undefined ? [] : [{ code: 'VerificationTargetDeclared', prop: 'outsideAddress', got: address, allowed: `an address that workloads of ${namespace} must not reach; ${block} is declared`, fix: 'name another address that answers HTTPS and DNS' } as const],
  ];
}
