import { createPublicKey, JsonWebKeyInput } from 'node:crypto';
import { JwtOptions } from '../../ingress/access';
import { ClaimMatch } from '../../ingress/claim-match';
import { checkHeaderName, checkNotEmpty } from '../basics/checks';
import { Refuse } from '../basics/errors';
import { Fact, ISSUER_KEY, Issuer } from '../model/access';

/** The requirements for tokens, the issuer first. They belong in the policy and not in the issuer's entry, which all routes of the pods share. */
export function checkJwt(
  options: JwtOptions, prop: string, refuse: Refuse, anyAudience = false,
): { readonly issuer: Issuer; readonly facts: Fact[] } {
  const { issuer, audiences, claims, header } = options;
  if (issuer.trim() === '' || issuer.includes('*')) {
    refuse({ code: 'JwtIssuerInvalid', prop: `${prop}.issuer`, got: issuer, allowed: 'the claim `iss` of the tokens', fix: 'write it exactly as in the tokens' });
  }
  checkKeys(options, prop, refuse);
  if (anyAudience && audiences !== undefined) {
    refuse({ code: 'RuleOptionUnused', prop: `${prop}.audiences`, got: audiences, allowed: 'no audiences in Access.jwtForAnyAudience', fix: 'leave them out, or use Access.jwt' });
  }
  if (!anyAudience && audiences === undefined && claims === undefined) {
    refuse({ code: 'JwtAudienceMissing', prop: `${prop}.audiences`, got: undefined, allowed: 'audiences, or claims that identify the intended recipient', fix: 'set your own audience: otherwise tokens issued for other services would be accepted; if that is intended, use Access.jwtForAnyAudience with the reason' });
  }
  if (audiences) checkNotEmpty(audiences, `${prop}.audiences`, refuse);
  if (claims) checkNotEmpty(claims, `${prop}.claims`, refuse);
  audiences?.forEach((audience, i) => checkClaimValue(audience, `${prop}.audiences[${i}]`, refuse));
  if (header !== undefined) checkHeaderName(header, `${prop}.header`, refuse);
  return {
    issuer: { issuer, jwks: options.jwks, jwksUri: options.jwksUri, header: header?.toLowerCase() },
    facts: [
      { key: ISSUER_KEY, values: [issuer] },
      ...(audiences ? [{ key: 'request.auth.audiences', values: audiences }] : []),
      ...(claims ?? []).map((claim, i) => checkClaim(claim, `${prop}.claims[${i}]`, refuse)),
    ],
  };
}

function checkClaim({ claimPath: path, _values: values, _present: present }: ClaimMatch, prop: string, refuse: Refuse): Fact {
  if (path.length === 0 || path.some(name => !/^[^[\]]+$/.test(name))) {
    refuse({ code: 'ClaimInvalid', prop, got: path, allowed: 'claim names without brackets', fix: 'correct the name; for a claim within another, use ClaimMatch.nested' });
  }
  const key = `request.auth.claims${path.map(name => `[${name}]`).join('')}`;
  if (present) return { key, values: ['*'] };
  checkNotEmpty(values, prop, refuse);
  values.forEach(value => checkClaimValue(value, prop, refuse));
  return { key, values };
}

/** Istio would read `*` as a wildcard. */
function checkClaimValue(value: string, prop: string, refuse: Refuse): void {
  if (value === '' || /^\*|\*$/.test(value)) {
    refuse({ code: 'ClaimInvalid', prop, got: value, allowed: 'a string that neither begins nor ends with *', fix: 'write the whole value; to check only that a claim is present, use ClaimMatch.present' });
  }
}

function checkKeys({ jwks, jwksUri }: JwtOptions, prop: string, refuse: Refuse): void {
  if ((jwks === undefined) === (jwksUri === undefined)) {
    refuse({ code: 'JwksSourceInvalid', prop: `${prop}.jwksUri`, got: jwksUri, allowed: 'either jwksUri or jwks', fix: jwks === undefined ? 'set one of the two' : 'remove one of the two' });
  }
  if (jwksUri !== undefined && !isHttpsUrl(jwksUri)) {
    refuse({ code: 'JwksSourceInvalid', prop: `${prop}.jwksUri`, got: jwksUri, allowed: 'an https URL', fix: 'use https: over clear text, anyone able to intercept the request could supply the keys' });
  }
  if (jwksUri !== undefined && hasCredentials(jwksUri)) {
    refuse({ code: 'JwksSourceInvalid', prop: `${prop}.jwksUri`, got: 'a URL with a user or password', allowed: 'a URL without credentials', fix: 'remove them: anyone who can read the manifest would see them' });
  }
  if (jwksUri !== undefined && Buffer.byteLength(jwksUri) > MAX_URI) {
    refuse({ code: 'JwksSourceInvalid', prop: `${prop}.jwksUri`, got: `${Buffer.byteLength(jwksUri)} bytes`, allowed: `up to ${MAX_URI} bytes`, fix: 'shorten it, or set the keys in jwks' });
  }
  if (jwks === undefined) return;
  const keys = keysOf(jwks);
  if (!keys) {
    refuse({ code: 'JwksInvalid', prop: `${prop}.jwks`, got: jwks, allowed: 'a JSON Web Key Set: {"keys": [{"kty": ...}]}', fix: 'copy the set that the issuer publishes at its jwks_uri' });
  } else if (keys.some(key => 'd' in key || key.kty === 'oct')) {
    refuse({ code: 'JwksInvalid', prop: `${prop}.jwks`, got: 'a set with a private key', allowed: 'public keys', fix: 'set the public key instead, and replace the private key if it was published' });
  } else if (!keys.every(isUsable)) {
    refuse({ code: 'JwksInvalid', prop: `${prop}.jwks`, got: JSON.stringify(keys.find(key => !isUsable(key))), allowed: 'RSA keys of at least 1024 bits, EC keys on P-256, P-384 or P-521, and Ed25519 keys, each with a matching `alg`', fix: 'copy the set that the issuer publishes, and remove other keys: a single unsupported key makes proxies reject the configuration of the whole port' });
  }
}

/** In bytes; Istio's limit. */
const MAX_URI = 2048;

function hasCredentials(uri: string): boolean {
  const { username, password } = new URL(uri);
  return username !== '' || password !== '';
}

/** The signature algorithms for each type of key. */
const ALGORITHMS: { readonly [kty: string]: RegExp } = { RSA: /^[RP]S(256|384|512)$/, EC: /^ES(256|384|512)$/, OKP: /^EdDSA$/ };
const CURVES: { readonly [kty: string]: string[] } = { EC: ['P-256', 'P-384', 'P-521'], OKP: ['Ed25519'] };

/** Whether Envoy can use a key. */
function isUsable(key: Jwk): boolean {
  const { kty, crv, alg, kid } = key;
  if (!(kty in ALGORITHMS) || kid !== undefined && typeof kid !== 'string') return false;
  if (alg !== undefined && !ALGORITHMS[kty].test(String(alg))) return false;
  if (CURVES[kty] && !CURVES[kty].includes(String(crv))) return false;
  try {
    const { modulusLength } = createPublicKey({ key: key as JsonWebKeyInput['key'], format: 'jwk' }).asymmetricKeyDetails!;
    return modulusLength === undefined || modulusLength >= 1024;
  } catch {
    return false;
  }
}

interface Jwk { readonly kty: string; readonly [field: string]: unknown }

function isHttpsUrl(text: string): boolean {
  try {
    return new URL(text).protocol === 'https:';
  } catch {
    return false;
  }
}

function keysOf(jwks: string): Jwk[] | undefined {
  try {
    const { keys } = JSON.parse(jwks);
    return Array.isArray(keys) && keys.length > 0 && keys.every(key => typeof key?.kty === 'string') ? keys : undefined;
  } catch {
    return undefined;
  }
}
