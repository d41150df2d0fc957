import { CALLER_CERTIFICATE_LEAVES } from './caller-certificate-leaves';
import { CLEAR_TEXT_TO_STRICT } from './clear-text-to-strict';
import { CREDENTIAL_AT_SIDECAR } from './credential-at-sidecar';
import { DELEGATE_NOT_VISIBLE } from './delegate-not-visible';
import { DESTINATION_PORT_MISSING } from './destination-port-missing';
import { DESTINATION_PORT_UNKNOWN } from './destination-port-unknown';
import { DESTINATION_UNKNOWN } from './destination-unknown';
import { FOREIGN_SERVER_ON_EGRESS_GATEWAY } from './foreign-server-on-egress-gateway';
import { GATEWAY_NOT_FOUND } from './gateway-not-found';
import { GATEWAY_SELECTS_NO_PODS } from './gateway-selects-no-pods';
import { GATEWAYS_SHARE_FOREIGN_PODS } from './gateways-share-foreign-pods';
import { HOST_GOES_AROUND_ROUTE } from './host-goes-around-route';
import { HOST_NOT_ON_SERVER } from './host-not-on-server';
import { HOST_TAKEOVER } from './host-takeover';
import { LEG_ONE_HAS_NO_SERVER } from './leg-one-has-no-server';
import { LEG_ONE_SNI_MISMATCH, LEG_ONE_CLEAR_TEXT_TO_TLS_SERVER, LEG_ONE_MUTUAL_TO_OTHER_SERVER, LEG_ONE_TLS_ENDS_AT_SERVER } from './leg-one-tls';
import { LEG_TWO_MISSING } from './leg-two-missing';
import { MATCH_GATEWAY_NOT_BOUND } from './match-gateway-not-bound';
import { MATCH_PORT_NOT_ON_HOST } from './match-port-not-on-host';
import { MATCH_PORT_NOT_ON_SERVER } from './match-port-not-on-server';
import { MESH_HOST_CLAIMED_TWICE } from './mesh-host-claimed-twice';
import { NAMESPACE_MISSING } from './namespace-missing';
import { IDENTITY_OVER_CLEAR_TEXT, HTTP_POLICY_ON_TCP } from './policies-at-gateways';
import { POLICY_PORT_NOT_ON_HOST } from './policy-port-not-on-host';
import { POLICY_SELECTS_NOTHING } from './policy-selects-nothing';
import { RESOLUTION_NONE_BEHIND_GATEWAY } from './resolution-none-behind-gateway';
import { ROUTE_KIND_MISMATCH } from './route-kind-mismatch';
import { ROUTE_NOT_VISIBLE_TO_GATEWAY } from './route-not-visible-to-gateway';
import { Rule } from './rule';
import { RULE_FOR_BOTH_LEGS } from './rule-for-both-legs';
import { SERVER_PORT_NOT_ON_SERVICE } from './server-port-not-on-service';
import { SERVERS_COLLIDE_ON_PORT } from './servers-collide-on-port';
import { SIDECAR_HIDES_ROUTE, SIDECAR_HIDES_DESTINATION, SIDECARS_COMPETE } from './sidecar-hides';
import { SNI_WITHOUT_SUBJECT_ALT_NAMES } from './sni-without-subject-alt-names';
import { SUBSET_NOT_VISIBLE, RULE_HIDES_OTHERS } from './subset-not-visible';
import { MESH_ROUTE_TAKES_SOME_PATHS_ONLY, LEG_TWO_TAKES_SOME_PATHS_ONLY } from './takes-some-paths-only';
import { CLEAR_TEXT_TO_TLS_PORT, TLS_IN_TLS } from './upstream-tls';

/** The rules about Istio. */
export const RULES: readonly Rule[] = [
  CALLER_CERTIFICATE_LEAVES,
  CLEAR_TEXT_TO_STRICT,
  CREDENTIAL_AT_SIDECAR,
  DELEGATE_NOT_VISIBLE,
  DESTINATION_PORT_MISSING,
  DESTINATION_PORT_UNKNOWN,
  DESTINATION_UNKNOWN,
  FOREIGN_SERVER_ON_EGRESS_GATEWAY,
  GATEWAY_NOT_FOUND,
  GATEWAY_SELECTS_NO_PODS,
  GATEWAYS_SHARE_FOREIGN_PODS,
  HOST_GOES_AROUND_ROUTE,
  HOST_NOT_ON_SERVER,
  HOST_TAKEOVER,
  LEG_ONE_HAS_NO_SERVER,
  LEG_ONE_SNI_MISMATCH,
  LEG_ONE_CLEAR_TEXT_TO_TLS_SERVER,
  LEG_ONE_MUTUAL_TO_OTHER_SERVER,
  LEG_ONE_TLS_ENDS_AT_SERVER,
  LEG_TWO_MISSING,
  MATCH_GATEWAY_NOT_BOUND,
  MATCH_PORT_NOT_ON_HOST,
  MATCH_PORT_NOT_ON_SERVER,
  MESH_HOST_CLAIMED_TWICE,
  NAMESPACE_MISSING,
  IDENTITY_OVER_CLEAR_TEXT,
  HTTP_POLICY_ON_TCP,
  POLICY_PORT_NOT_ON_HOST,
  POLICY_SELECTS_NOTHING,
  RESOLUTION_NONE_BEHIND_GATEWAY,
  ROUTE_KIND_MISMATCH,
  ROUTE_NOT_VISIBLE_TO_GATEWAY,
  RULE_FOR_BOTH_LEGS,
  SERVER_PORT_NOT_ON_SERVICE,
  SERVERS_COLLIDE_ON_PORT,
  SIDECAR_HIDES_ROUTE,
  SIDECAR_HIDES_DESTINATION,
  SIDECARS_COMPETE,
  SNI_WITHOUT_SUBJECT_ALT_NAMES,
  SUBSET_NOT_VISIBLE,
  RULE_HIDES_OTHERS,
  MESH_ROUTE_TAKES_SOME_PATHS_ONLY,
  LEG_TWO_TAKES_SOME_PATHS_ONLY,
  CLEAR_TEXT_TO_TLS_PORT,
  TLS_IN_TLS,
];
