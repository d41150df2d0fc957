import { Refuse } from '../basics/errors';

/** Envoy's limit, in bytes. */
const MAX_BYTES = 16384;

/** Envoy's commands without arguments, as far as all supported versions have them. */
export const COMMANDS = [
  'BYTES_RECEIVED', 'BYTES_SENT', 'CONNECTION_ID', 'DOWNSTREAM_DIRECT_REMOTE_ADDRESS', 'DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT',
  'DOWNSTREAM_LOCAL_ADDRESS', 'DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT', 'DOWNSTREAM_LOCAL_PORT', 'DOWNSTREAM_LOCAL_SUBJECT', 'DOWNSTREAM_LOCAL_URI_SAN',
  'DOWNSTREAM_PEER_CERT', 'DOWNSTREAM_PEER_CERT_V_END', 'DOWNSTREAM_PEER_CERT_V_START', 'DOWNSTREAM_PEER_FINGERPRINT_1', 'DOWNSTREAM_PEER_FINGERPRINT_256',
  'DOWNSTREAM_PEER_ISSUER', 'DOWNSTREAM_PEER_SERIAL', 'DOWNSTREAM_PEER_SUBJECT', 'DOWNSTREAM_PEER_URI_SAN', 'DOWNSTREAM_REMOTE_ADDRESS',
  'DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT', 'DOWNSTREAM_REMOTE_PORT', 'DOWNSTREAM_TLS_CIPHER', 'DOWNSTREAM_TLS_SESSION_ID', 'DOWNSTREAM_TLS_VERSION',
  'DURATION', 'HOSTNAME', 'PROTOCOL', 'REQUESTED_SERVER_NAME', 'RESPONSE_CODE', 'RESPONSE_CODE_DETAILS', 'RESPONSE_FLAGS', 'ROUTE_NAME', 'START_TIME',
  'UPSTREAM_CLUSTER', 'UPSTREAM_HOST', 'UPSTREAM_LOCAL_ADDRESS', 'UPSTREAM_REMOTE_ADDRESS', 'UPSTREAM_TRANSPORT_FAILURE_REASON',
];

const HEADER = ":?[!#$&'*+\\-.^_`|~0-9A-Za-z]+";
const TIME = '(?:%(?:[1-9]f|[aAbBdeFHIjmMpsSTuwyYzZ])|[-\\w:. ,/])+';

/** Text without percent signs, doubled percent signs, and commands between single ones. */
const FORMAT = new RegExp(`^(?:[^%]|%%|%(?:${COMMANDS.join('|')}|(?:REQ|RESP)\\(${HEADER}(?:\\?${HEADER})?\\)|START_TIME\\(${TIME}\\))%)*$`);

/** A value that proxies write into a header. Because of one that it cannot parse, Envoy refuses the routes of all hosts. */
export function checkHeaderValue(value: string, prop: string, refuse: Refuse): void {
  const wrong = (allowed: string, fix: string, got: unknown = value) => refuse({ code: 'HeaderInvalid', prop, got, allowed, fix });
  if (typeof value !== 'string' || value === '') wrong('a non-empty string', 'set a value, or list the header in `remove`: proxies omit an empty one');
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(value)) wrong('a string without line breaks or other control characters', 'remove them', JSON.stringify(value));
  if (/^[ \t]|[ \t]$/.test(value)) wrong('a string that neither begins nor ends with a space', 'remove the space: HTTP does not carry it');
  if (Buffer.byteLength(value) > MAX_BYTES) wrong(`up to ${MAX_BYTES} bytes`, 'shorten it', `${Buffer.byteLength(value)} bytes`);
  if (!FORMAT.test(value)) {
    wrong(`%% for a percent sign, and the Envoy commands %REQ(name)%, %RESP(name)%, ${COMMANDS.map(command => `%${command}%`).join(', ')}`, 'write %% for a percent sign, or correct the command');
  }
}
