import { Refuse } from '../basics/errors';
import { isDnsLabel } from '../basics/names';

/** The name of a gateway is part of host names, and of `namespace/name` by which routes refer to it. */
export function checkGatewayName(name: string, prop: string, fix: string, refuse: Refuse): void {
  if (!isDnsLabel(name)) {
    refuse({ code: 'GatewayNameNotALabel', prop, got: name, allowed: 'a DNS label: at most 63 lower-case letters, digits and dashes', fix });
  }
}
