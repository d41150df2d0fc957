/** Headers that proxies of the mesh add to requests, and that should not leave the mesh. */
export const MESH_HEADERS = [
  'x-envoy-attempt-count', 'x-envoy-decorator-operation', 'x-envoy-expected-rq-timeout-ms', 'x-envoy-external-address', 'x-envoy-peer-metadata',
  'x-envoy-peer-metadata-id', 'x-forwarded-client-cert', 'x-forwarded-for', 'x-forwarded-proto', 'x-request-id',
];
