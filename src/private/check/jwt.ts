import { JwtOptions } from '../../ingress/access';
import { ClaimMatch } from '../../ingress/claim-match';
import { checkHeaderName, checkNotEmpty } from '../basics/checks';
import { Refuse } from '../basics/errors';
import { checkKinds, checkList, needObject } from '../basics/kinds';
import { Fact, Issuer } from '../model/access';

/** What is asked of tokens stands in the policy, not with the issuer, of whom the routes of all the pods know. */
export function checkJwt(
  options: JwtOptions, prop: string, refuse: Refuse, anyAudience = false,
): { readonly issuer: Issuer; readonly facts: Fact[] } {
  const { issuer, audiences, claims, header } = needObject(options, prop, refuse);
  checkList(audiences, `${prop}.audiences`, refuse);
  checkKinds<ClaimMatch, ClaimMatch[] | undefined>(claims, ClaimMatch, `${prop}.claims`, refuse);
  if (typeof issuer !== 'string' || issuer.trim() === '' || issuer.includes('*')) {
    refuse({ code: 'JwtIssuerInvalid', prop: `${prop}.issuer`, got: issuer, allowed: 'the claim `iss` of the tokens', fix: 'write it exactly as tokens have it' });
  }
  checkKeys(options, prop, refuse);
  if (anyAudience && audiences !== undefined) {
    refuse({ code: 'RuleOptionUnused', prop: `${prop}.audiences`, got: audiences, allowed: 'no audiences in Access.jwtForAnyAudience', fix: 'leave them out, or use Access.jwt' });
  }
  if (!anyAudience && audiences === undefined && claims === undefined) {
    refuse({ code: 'JwtAudienceMissing', prop: `${prop}.audiences`, got: undefined, allowed: 'audiences, or claims that tell for whom a token is', fix: 'name your own audience: tokens that the issuer made for other services would be taken too; if that is meant, use Access.jwtForAnyAudience with the reason' });
  }
  if (audiences) checkNotEmpty(audiences, `${prop}.audiences`, refuse);
  if (claims) checkNotEmpty(claims, `${prop}.claims`, refuse);
  audiences?.forEach((audience, i) => checkClaimValue(audience, `${prop}.audiences[${i}]`, refuse));
  if (header !== undefined) checkHeaderName(header, `${prop}.header`, refuse);
  return {
    issuer: { issuer, jwks: options.jwks, jwksUri: options.jwksUri, header: header?.toLowerCase() },
    facts: [
      { key: 'request.auth.claims[iss]', values: [issuer] },
      ...(audiences ? [{ key: 'request.auth.audiences', values: audiences }] : []),
      ...(claims ?? []).map((claim, i) => checkClaim(claim, `${prop}.claims[${i}]`, refuse)),
    ],
  };
}

function checkClaim({ _path: path, _values: values, _present: present }: ClaimMatch, prop: string, refuse: Refuse): Fact {
  if (!Array.isArray(path) || path.length === 0 || path.some(name => typeof name !== 'string' || !/^[^[\]]+$/.test(name))) {
    refuse({ code: 'ClaimInvalid', prop, got: path, allowed: 'names of claims, without brackets', fix: 'correct the name; a claim within another is ClaimMatch.nested' });
  }
  const key = `request.auth.claims${path.map(name => `[${name}]`).join('')}`;
  if (present) return { key, values: ['*'] };
  checkNotEmpty(values, prop, refuse);
  values.forEach(value => checkClaimValue(value, prop, refuse));
  return { key, values };
}

/** Istio would read `*` as a wildcard. */
function checkClaimValue(value: string, prop: string, refuse: Refuse): void {
  if (typeof value !== 'string' || value === '' || /^\*|\*$/.test(value)) {
    refuse({ code: 'ClaimInvalid', prop, got: value, allowed: 'a text that neither begins nor ends with *', fix: 'write the whole value; whether a claim is there asks ClaimMatch.present' });
  }
}

function checkKeys({ jwks, jwksUri }: JwtOptions, prop: string, refuse: Refuse): void {
  if ((jwks === undefined) === (jwksUri === undefined)) {
    refuse({ code: 'JwksSourceInvalid', prop: `${prop}.jwksUri`, got: jwksUri, allowed: 'either jwksUri or jwks', fix: jwks === undefined ? 'say where the keys of the issuer are' : 'leave one of them out' });
  }
  if (jwksUri !== undefined && !isHttpsUrl(jwksUri)) {
    refuse({ code: 'JwksSourceInvalid', prop: `${prop}.jwksUri`, got: jwksUri, allowed: 'an https URL', fix: 'write the URL with https: whoever can answer in clear text could sign tokens' });
  }
  if (jwks === undefined) return;
  const keys = keysOf(jwks);
  if (!keys) {
    refuse({ code: 'JwksInvalid', prop: `${prop}.jwks`, got: jwks, allowed: 'a JSON Web Key Set: {"keys": [{"kty": ...}]}', fix: 'copy what the issuer publishes at its jwks_uri' });
  } else if (keys.some(key => 'd' in key || key.kty === 'oct')) {
    refuse({ code: 'JwksInvalid', prop: `${prop}.jwks`, got: 'a set with a private key', allowed: 'public keys', fix: 'never publish this key again, and give the public half' });
  }
}

function isHttpsUrl(text: string): boolean {
  try {
    return new URL(text).protocol === 'https:';
  } catch {
    return false;
  }
}

function keysOf(jwks: string): { readonly kty: string }[] | undefined {
  try {
    const { keys } = JSON.parse(jwks);
    return Array.isArray(keys) && keys.length > 0 && keys.every(key => typeof key?.kty === 'string') ? keys : undefined;
  } catch {
    return undefined;
  }
}
