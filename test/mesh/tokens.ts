import { createSign, generateKeyPairSync } from 'node:crypto';

/** One who signs tokens, with a key of its own. */
export interface Issuer {
  readonly issuer: string;
  /** The public key, as a JSON Web Key Set. */
  readonly jwks: string;
  /** A token that is valid for an hour, unless the claims say otherwise. */
  token(claims?: object): string;
}

export function issuer(name: string): Issuer {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const header = { alg: 'RS256', typ: 'JWT', kid: name };
  return {
    issuer: name,
    jwks: JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: name, alg: 'RS256', use: 'sig' }] }),
    token(claims = {}) {
      const payload = { iss: name, exp: Math.floor(Date.now() / 1000) + 3600, ...claims };
      const text = [header, payload].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
      return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
    },
  };
}

/** The header that carries a token. */
export function bearer(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` };
}
