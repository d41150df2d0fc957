import { checkJwt } from './jwt';
import { checkMatches, checkPath } from './match';
import { RouteMatch } from '../../http/route-match';
import { Access, AccessSpec } from '../../ingress/access';
import { AccessScope } from '../../ingress/access-scope';
import { checkAddress, checkExtensionProvider, checkNotEmpty, checkReason } from '../basics/checks';
import { Refuse } from '../basics/errors';
import { isDnsName } from '../basics/names';
import { AccessIntent, Fact, Issuer, OptOut, Requirement } from '../model/access';
import { AppModel, IngressRouteModel } from '../model/app-model';
import { ListenedHost } from '../model/listener';
import { Pods, canBeSamePods } from '../model/pods';
import { MOST_WAYS, unfulfilled } from '../requests/unfulfilled';

export interface AccessInput {
  readonly hosts: string[];
  /** The listeners that serve the route. */
  readonly served: ListenedHost[];
  readonly access?: Access[];
  readonly openPaths?: string[];
  readonly deny?: RouteMatch[];
  readonly accessScope?: AccessScope;
}

interface Asked {
  readonly spec: AccessSpec;
  readonly prop: string;
}

/** The parts that all access checks of a route share. */
interface Question {
  readonly refuse: Refuse;
  readonly issuers: Map<string, Issuer>;
  /** The external authorizers of the route. */
  readonly providers: string[];
  readonly optOuts: OptOut[];
  /** The path of the route. */
  readonly path: string;
  /** The other routes through the same pods that name an issuer. */
  readonly naming: (issuer: string) => IngressRouteModel[];
  /** The other routes through the same pods that use an authorizer. */
  readonly asking: () => IngressRouteModel[];
}

export function checkAccess(path: string, input: AccessInput, pods: Pods, app: AppModel, refuse: Refuse): AccessIntent {
  const { access, openPaths, deny, served } = input;
  if (access) checkNotEmpty(access, 'access', refuse);
  if (deny) checkNotEmpty(deny, 'deny', refuse);
  if (openPaths) checkOpenPaths(openPaths, access, refuse);
  const everyHost = checkScope(input, refuse);
  const through = (...[kind, ...more]: string[]) => (
    app.ingressRoutes.with(kind, pods.namespace, ...more).filter(({ route }) => canBeSamePods(route.pods, pods))
  );
  const optOuts: OptOut[] = everyHost === undefined ? [] : [{ from: 'hosts', reason: everyHost }];
  const question: Question = { refuse, path, issuers: new Map(), providers: [], optOuts, naming: issuer => through('issuer', issuer), asking: () => through('authorizer') };
  const asked = (access ?? []).map(({ _spec: spec }, i) => ({ spec, prop: `access[${i}]` }));
  const ofKind = (kind: AccessSpec['kind']) => asked.filter(({ spec }) => spec.kind === kind);
  return {
    provider: ofKind('extAuthz').map(one => checkProvider(one, question)).pop(),
    subjectAltNames: ofKind('mtls').map(one => checkSubjects(one, served, refuse)),
    requirements: asked.filter(({ spec }) => spec.kind !== 'extAuthz' && spec.kind !== 'mtls')
      .map(one => requirementOf(one, question)),
    issuers: [...question.issuers.values()],
    openPaths: openPaths ?? [],
    deny: checkMatches(deny ?? [], 'deny', refuse),
    optOuts: question.optOuts,
  };
}

/** The reason for policies that apply to every host, if they do. */
function checkScope({ hosts, access, accessScope }: AccessInput, refuse: Refuse): string | undefined {
  const reason = accessScope?.reason;
  // the route itself checks certificates
  const everyHost = hosts.includes('*') && (access ?? []).some(({ _spec: { kind } }) => kind !== 'mtls');
  if (everyHost && accessScope === undefined) {
    refuse({ code: 'AccessForEveryHost', prop: 'hosts', got: '*', allowed: 'names and wildcards such as *.example.com, together with `access`', fix: 'list the hosts: a policy for every host would also apply to other routes through the same pods; if that is intended, set accessScope to AccessScope.everyHost with the reason' });
  }
  if (!everyHost && accessScope !== undefined) {
    refuse({ code: 'RuleOptionUnused', prop: 'accessScope', got: reason, allowed: '`accessScope` with host * and `access` by tokens, addresses or an authorizer', fix: 'leave it out: access is checked only for the hosts of the route' });
  }
  return accessScope && checkReason(reason!, 'accessScope', refuse);
}

/** The kinds of access that cannot be combined with others, and what to do instead. */
const NO_ALTERNATIVES: { readonly [K in AccessSpec['kind']]?: string } = {
  anyOf: 'list its alternatives here',
  extAuthz: 'implement the alternatives in the authorizer',
  mtls: 'add it to `access` as a separate condition',
};

function alternativesOf({ spec, prop }: Asked, refuse: Refuse): Asked[] {
  if (spec.kind !== 'anyOf') return [{ spec, prop }];
  checkNotEmpty(spec.alternatives!, prop, refuse);
  return spec.alternatives!.map(({ _spec: one }, i) => {
    if (one.kind in NO_ALTERNATIVES) {
      refuse({ code: 'AccessCannotCombine', prop: `${prop}.alternatives[${i}]`, got: one.kind, allowed: 'jwt, ipBlocks, remoteIpBlocks', fix: NO_ALTERNATIVES[one.kind]! });
    }
    return { spec: one, prop: `${prop}.alternatives[${i}]` };
  });
}

function requirementOf(asked: Asked, question: Question): Requirement {
  const requirement = alternativesOf(asked, question.refuse).map(alternative => factsOf(alternative, question));
  if (!unfulfilled(requirement)) {
    question.refuse({ code: 'AccessTooComplex', prop: asked.prop, got: `${requirement.length} alternatives`, allowed: `alternatives that need at most ${MOST_WAYS} rules; each one that differs from others of its issuer in two claims can double the number`, fix: 'distinguish tokens of one issuer by only one claim, or use an authorizer with Access.extAuthz' });
  }
  return requirement;
}

function factsOf({ spec, prop }: Asked, question: Question): Fact[] {
  const { refuse, issuers, path, naming } = question;
  if (spec.kind !== 'jwt') {
    checkNotEmpty(spec.values!, prop, refuse);
    spec.values!.forEach((block, i) => checkAddress(block, `${prop}[${i}]`, refuse));
    return [{ key: spec.kind === 'ipBlocks' ? 'source.ip' : 'remote.ip', values: spec.values! }];
  }
  const anyAudience = 'anyAudience' in spec;
  const { issuer, facts } = checkJwt(spec.jwt!, prop, refuse, anyAudience);
  if (anyAudience) question.optOuts.push({ from: 'audience', reason: checkReason(spec.anyAudience!, `${prop}.reason`, refuse) });
  const differs = (told: Issuer) => told.issuer === issuer.issuer && (told.jwks !== issuer.jwks || told.jwksUri !== issuer.jwksUri);
  const other = [...issuers.values()].some(differs) ? path : naming(issuer.issuer).find(({ route }) => route.access!.issuers.some(differs))?.path;
  if (other !== undefined) {
    refuse({ code: 'JwtIssuerConflict', prop: `${prop}.issuer`, got: issuer.issuer, allowed: `the keys that ${other} sets for the issuer`, fix: 'set the same `jwks` or `jwksUri`: Istio would accept tokens signed with either on both routes' });
  }
  issuers.set(`${issuer.issuer} ${issuer.header}`, issuer);
  return facts;
}

/** With two authorizers on one pod, Istio refuses every request that either should decide. */
function checkProvider({ spec, prop }: Asked, { refuse, path, providers, asking }: Question): string {
  const provider = checkExtensionProvider(spec.values![0], prop, refuse);
  const asked = [...providers.map(own => ({ path, own })), ...asking().map(other => ({ path: other.path, own: other.route.access!.provider! }))];
  providers.push(provider);
  const other = asked.find(({ own }) => own !== provider);
  if (other) {
    refuse({ code: 'ExtAuthzProviderConflict', prop, got: provider, allowed: `${other.own}, which ${other.path} uses`, fix: 'use the same authorizer, or use another gateway for the route: Istio supports one authorizer per pod' });
  }
  return provider;
}

function checkSubjects({ spec, prop }: Asked, served: ListenedHost[], refuse: Refuse): string[] {
  const names = spec.values!;
  checkNotEmpty(names, prop, refuse);
  names.forEach((name, i) => {
    if (!(isDnsName(name.toLowerCase()) || /^[a-z][a-z0-9+.-]*:[^\s;,"\\]+$/.test(name))) {
      refuse({ code: 'SubjectAltNameInvalid', prop: `${prop}[${i}]`, got: name, allowed: 'a DNS name or a URI', fix: 'write it as in the certificate, as shown by openssl x509 -noout -ext subjectAltName' });
    }
  });
  const open = served.find(({ tls }) => tls?.mode !== 'MUTUAL' && tls?.mode !== 'OPTIONAL_MUTUAL');
  if (open) {
    refuse({ code: 'AccessNotEnforceable', prop, got: `a route that port ${open.port} serves`, allowed: 'listeners that request client certificates', fix: open.tls ? 'set `clients: ClientCertificates.required()` on the listener' : 'do not serve the hosts in clear text' });
  }
  return names;
}

/** Only exact paths: the service may read a path below a prefix as a different one (`/open/..%2Fclosed`). */
function checkOpenPaths(paths: string[], access: Access[] | undefined, refuse: Refuse): void {
  checkNotEmpty(paths, 'openPaths', refuse);
  if (!access) {
    refuse({ code: 'RuleOptionUnused', prop: 'openPaths', got: paths, allowed: '`openPaths` together with `access`', fix: 'leave it out: everything is open' });
  }
  paths.forEach((path, i) => {
    checkPath('exact', path, `openPaths[${i}]`, refuse);
    if (/[*{}%;]|\/\/|\/\.\.?(\/|$)/.test(path)) {
      refuse({ code: 'PathInvalid', prop: `openPaths[${i}]`, got: path, allowed: 'a normalized path, without wildcards', fix: 'write each open path in full' });
    }
  });
}
