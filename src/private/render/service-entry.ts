import { ServiceEntrySpecLocation, ServiceEntrySpecResolution, toJson_ServiceEntrySpec } from '../../../imports/networking.istio.io';
import { ServiceEntrySpec } from '../plan/objects';

const LOCATIONS = {
  MESH_EXTERNAL: ServiceEntrySpecLocation.MESH_UNDERSCORE_EXTERNAL,
  MESH_INTERNAL: ServiceEntrySpecLocation.MESH_UNDERSCORE_INTERNAL,
};

const RESOLUTIONS = {
  DNS: ServiceEntrySpecResolution.DNS,
  DNS_ROUND_ROBIN: ServiceEntrySpecResolution.DNS_UNDERSCORE_ROUND_UNDERSCORE_ROBIN,
  STATIC: ServiceEntrySpecResolution.STATIC,
  NONE: ServiceEntrySpecResolution.NONE,
  DYNAMIC_DNS: ServiceEntrySpecResolution.DYNAMIC_UNDERSCORE_DNS,
};

export function serviceEntrySpec({ location, resolution, workloadSelector, ...same }: ServiceEntrySpec): object {
  return toJson_ServiceEntrySpec({
    ...same,
    location: LOCATIONS[location],
    resolution: RESOLUTIONS[resolution],
    workloadSelector: workloadSelector && { labels: workloadSelector },
  })!;
}
