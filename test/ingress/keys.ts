import { generateKeyPairSync } from 'node:crypto';

const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' });
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'jwk' });
const [own, point] = [rsa(2048), ec('P-256')];

/** Public keys that proxies take. */
export const KEYS: object[] = [
  own, { ...own, kid: 'a', use: 'sig', alg: 'RS256' }, { ...own, alg: 'PS512' }, rsa(1024), point, { ...point, alg: 'ES256' }, ec('P-384'), ec('P-521'),
  generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }),
];

/** Keys for which the webhook refuses the object, or proxies the whole port. */
export const NO_KEYS: object[] = [
  { kty: 'FOO' }, { kty: 'RSA' }, { kty: 'RSA', e: 'AQAB' }, { kty: 'RSA', n: own.n }, { kty: 'RSA', n: 'AQAB', e: 'AQAB' }, { ...own, alg: 'ES256' }, { ...own, alg: 'none' }, { ...own, kid: 5 },
  { kty: 'EC', crv: 'P-256', x: point.x }, { ...point, crv: 'P-999' }, { ...point, x: point.y }, ec('secp256k1'), generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' }),
];
