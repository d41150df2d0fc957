import { AppModel, EgressLockModel } from '../model/app-model';
import { GatewayFacts } from '../model/gateway';
import { gatewayAt, lockedBy } from '../model/locked';
import { RenderedObject } from '../model/rendered-object';
import { renderedEachLate } from '../objects/manifest/object';
import { AdmissionBindingSpec, ObjectPlan } from '../objects/plans';

type Actions = AdmissionBindingSpec['validationActions'];

interface Options {
  /** The first part of the name of each object. */
  readonly name: string;
  readonly refusesUsers: boolean;
}

/** What admission control knows of a lock. */
interface AdmissionFacts extends Options {
  readonly gateway: Pick<GatewayFacts, 'namespace' | 'selector'>;
  readonly namespaces: string[];
  /** Those that have routes through the gateway. */
  readonly hosts: string[];
  readonly actions: Actions;
}

const WATCH: Actions = ['Warn', 'Audit'];

/** What a policy is made of, beside its binding. */
interface Policy {
  readonly about: string;
  readonly resources: { readonly groups: string[]; readonly versions?: string[]; readonly resources: string[]; readonly operations: string[] }[];
  readonly conditions?: { readonly [name: string]: string };
  readonly variables?: { readonly [name: string]: string };
  /** Expressions that must hold, with the message where one does not: an expression itself, where it begins with a quote. */
  readonly validations: readonly (readonly [expression: string, message: string])[];
  readonly actions: Actions;
  /** The namespaces whose objects are looked at; all where it is left out. */
  readonly namespaces?: { readonly operator: 'In' | 'NotIn'; readonly values: string[] };
}

/** The sidecar's own user and group: Istio's capture lets its traffic pass. */
const PROXY_USER = 1337;

/** Annotations with which a pod goes around its sidecar, or changes it. Those that the injector leaves empty do no harm. */
const AROUND = [
  'traffic.sidecar.istio.io/excludeOutboundPorts', 'traffic.sidecar.istio.io/excludeOutboundIPRanges', 'traffic.sidecar.istio.io/includeOutboundPorts',
  'traffic.sidecar.istio.io/excludeInterfaces', 'traffic.sidecar.istio.io/kubevirtInterfaces', 'istio.io/reroute-virtual-interfaces',
  'sidecar.istio.io/bootstrapOverride', 'sidecar.istio.io/proxyImage', 'sidecar.istio.io/userVolume', 'sidecar.istio.io/userVolumeMount',
  'inject.istio.io/templates', 'proxy.istio.io/config', 'proxy.istio.io/overrides',
];

/** Volumes of the sidecar, by which another container would speak in its name. */
const PROXY_VOLUMES = [
  'istio-data', 'istio-envoy', 'istio-token', 'workload-socket', 'workload-certs', 'credential-socket', 'istiod-ca-cert', 'istio-podinfo',
];

const CAPABILITIES = ['NET_ADMIN', 'NET_RAW', 'SYS_ADMIN', 'SYS_PTRACE', 'BPF', 'ALL'];

/** Controllers of Kubernetes that write endpoints, and delete what is in a namespace with it. */
const CONTROLLERS = [
  ...['endpointslice-controller', 'endpointslicemirroring-controller', 'endpoint-controller', 'namespace-controller', 'generic-garbage-collector'].map(name => `system:serviceaccount:kube-system:${name}`),
  'system:kube-controller-manager',
];

/** New containers; those for debugging come to a pod that runs. */
const CREATED: Policy['resources'] = [
  { groups: [''], resources: ['pods'], operations: ['CREATE'] },
  { groups: [''], resources: ['pods/ephemeralcontainers'], operations: ['UPDATE'] },
];

/** A list or text of CEL: JSON is a part of it. */
const cel = (value: unknown) => JSON.stringify(value);

const isProxyImage = (image: string) => `(${image}.contains('/proxyv2:') || ${image}.contains('/proxyv2@'))`;

/** What istiod injected, by the annotation in which it lists that; it replaces whatever a user wrote there. */
const isInjected = (name: string) => `object.metadata.?annotations[?'sidecar.istio.io/status'].orValue('').contains('"' + ${name} + '"')`;

/** The objects for one lock. Later routes may add namespaces and hosts. */
export function renderedAdmission(app: AppModel, model: EgressLockModel, options: Options): RenderedObject[] {
  return renderedEachLate(() => {
    const { gateway } = gatewayAt(app, model.gateway)!;
    const hosts = app.egressRoutes.with('gateway', model.gateway)
      .flatMap(({ route, upstreams }) => [...route.service.hosts, ...upstreams.flatMap(upstream => upstream.hosts)]);
    const actions: Actions = model.lock.phase === 'OBSERVE' ? WATCH : ['Deny'];
    return planAdmission({ ...options, gateway, namespaces: lockedBy(app, model), hosts: [...new Set(hosts)].sort(), actions });
  });
}

/** In the order in which they should be applied: a binding switches its policy on. */
function planAdmission(facts: AdmissionFacts): ObjectPlan[] {
  return [pods(facts), users(facts), commands(facts), namespaces(facts), objects(facts), gateways(facts)].flatMap(policy => objectsOf(facts, policy));
}

function objectsOf({ name }: AdmissionFacts, policy: Policy): ObjectPlan[] {
  const { about, resources, conditions = {}, variables = {}, validations, actions, namespaces: matched } = policy;
  const head = { namespace: undefined, name: `${name}-${about}` };
  const selector = matched && { matchExpressions: [{ key: 'kubernetes.io/metadata.name', ...matched }] };
  const named = (given: { readonly [name: string]: string }) => Object.entries(given).map(([key, expression]) => ({ name: key, expression }));
  return [
    {
      ...head,
      kind: 'ValidatingAdmissionPolicy',
      id: about,
      spec: {
        resources: resources.map(({ groups, versions = ['v1'], ...same }) => ({ apiGroups: groups, apiVersions: versions, ...same })),
        matchConditions: named(conditions),
        variables: named(variables),
        validations: validations.map(([expression, message]) => ({ expression, reason: 'Forbidden', ...(message.startsWith('\'') ? { messageExpression: message } : { message }) })),
      },
    },
    { ...head, kind: 'ValidatingAdmissionPolicyBinding', id: `${about}-binding`, spec: { policyName: head.name, validationActions: actions, namespaceSelector: selector } },
  ];
}

/** Who may open the lock all the same: asked in the gateway's namespace, because in one's own a wildcard role grants any right. No such resource exists. */
function mayNotOpen({ gateway }: AdmissionFacts): { readonly [name: string]: string } {
  return { 'may-not-open': `!authorizer.group('cdk8s-istio').resource('egresslocks').namespace(${cel(gateway.namespace)}).check('open').allowed()` };
}

/** Pods as they are after injection. A variable that holds an optional value is silently empty when a field of it is asked for, so paths are written out. */
function pods({ actions, namespaces: locked }: AdmissionFacts): Policy {
  const own = '(variables.own + variables.debuggers)';
  return {
    about: 'pods',
    resources: CREATED,
    variables: {
      annotations: 'object.metadata.?annotations.orValue({})',
      labels: 'object.metadata.?labels.orValue({})',
      inits: 'object.spec.?initContainers.orValue([])',
      debuggers: 'object.spec.?ephemeralContainers.orValue([])',
      proxies: "(object.spec.containers + variables.inits).filter(c, c.name == 'istio-proxy')",
      own: `object.spec.containers.filter(c, c.name != 'istio-proxy') + variables.inits.filter(c, c.name != 'istio-proxy' && !(c.name in ['istio-init', 'istio-validation'] && ${isInjected('c.name')} && !has(c.command) && c.?args[?0].orValue('') == 'istio-iptables' && ${isProxyImage('c.image')}))`,
      around: `variables.annotations.map(k, k).filter(k, k in ${cel(AROUND)}).filter(k, variables.annotations[k] != '')`,
    },
    validations: [
      ['!object.spec.?hostNetwork.orValue(false)', 'hostNetwork: no NetworkPolicy applies to the network of the node'],
      [
        "variables.labels[?'sidecar.istio.io/inject'].orValue('true') != 'false' && variables.annotations[?'sidecar.istio.io/inject'].orValue('true') != 'false' && variables.labels[?'istio.io/dataplane-mode'].orValue('') != 'none'",
        'sidecar.istio.io/inject or istio.io/dataplane-mode switches the sidecar off',
      ],
      [
        `variables.proxies.size() == 1 && ${isInjected("'istio-proxy'")} && variables.proxies.all(c, !has(c.command) && c.?args.orValue([]).size() > 1 && c.args[0] == 'proxy' && c.args[1] == 'sidecar')`,
        'the pod has no sidecar: is the namespace labelled for injection, and does the webhook of istiod answer?',
      ],
      [`variables.proxies.all(c, ${isProxyImage('c.image')})`, 'istio-proxy does not have an image of Istio'],
      ['variables.around.size() == 0', "'these annotations go around the sidecar, or change it: ' + variables.around.join(', ')"],
      [
        "variables.annotations[?'traffic.sidecar.istio.io/includeOutboundIPRanges'].orValue('*') == '*' && variables.annotations[?'sidecar.istio.io/interceptionMode'].orValue('REDIRECT') in ['REDIRECT', 'TPROXY']",
        'traffic.sidecar.istio.io/includeOutboundIPRanges or sidecar.istio.io/interceptionMode goes around the sidecar',
      ],
      [
        [
          ...['runAsUser', 'runAsGroup', 'fsGroup'].map(field => `object.spec.?securityContext.?${field}.orValue(1) != ${PROXY_USER}`),
          `!(${PROXY_USER} in object.spec.?securityContext.?supplementalGroups.orValue([]))`,
          `${own}.all(c, c.?securityContext.?runAsUser.orValue(1) != ${PROXY_USER} && c.?securityContext.?runAsGroup.orValue(1) != ${PROXY_USER})`,
        ].join(' && '),
        `user and group ${PROXY_USER} are those of the sidecar, whose traffic is not captured`,
      ],
      [
        `${own}.all(c, !c.?securityContext.?privileged.orValue(false) && c.?securityContext.?capabilities.?add.orValue([]).all(x, !(x.upperAscii().replace('CAP_', '') in ${cel(CAPABILITIES)})))`,
        `privileged containers and the capabilities ${CAPABILITIES.join(', ')} can undo the capture, or send under another address`,
      ],
      [`!${own}.exists(c, c.?volumeMounts.orValue([]).exists(m, m.name in ${cel(PROXY_VOLUMES)}))`, 'a container mounts a volume of the sidecar'],
    ],
    actions,
    namespaces: { operator: 'In', values: locked },
  };
}

/** What an image says of its user is not seen here, and root may become any user. */
function users({ refusesUsers, actions, namespaces: locked }: AdmissionFacts): Policy {
  return {
    about: 'users',
    resources: CREATED,
    variables: {
      podUser: 'object.spec.?securityContext.?runAsUser.orValue(0)',
      own: `object.spec.containers.filter(c, c.name != 'istio-proxy') + object.spec.?initContainers.orValue([]).filter(c, !(c.name in ['istio-proxy', 'istio-init', 'istio-validation'] && ${isInjected('c.name')})) + object.spec.?ephemeralContainers.orValue([])`,
    },
    validations: [
      ['variables.own.all(c, c.?securityContext.?runAsUser.orValue(variables.podUser) != 0)', `runAsUser is missing or 0: the image may say ${PROXY_USER}, and root may become ${PROXY_USER}`],
      ['variables.own.all(c, c.?securityContext.?allowPrivilegeEscalation.orValue(true) == false)', `allowPrivilegeEscalation must be false: a setuid file may become ${PROXY_USER}`],
    ],
    actions: refusesUsers ? actions : WATCH,
    namespaces: { operator: 'In', values: locked },
  };
}

const proxies = (pod: string) => `(${pod}.spec.containers + ${pod}.spec.?initContainers.orValue([])).filter(c, c.name == 'istio-proxy')`;

/** What is done to sidecars that run. Nothing else is asked of an update: pods that are older than the lock must be able to end. */
function commands({ actions, namespaces: locked }: AdmissionFacts): Policy {
  return {
    about: 'exec',
    resources: [
      { groups: [''], resources: ['pods/exec', 'pods/attach'], operations: ['CONNECT'] },
      { groups: [''], resources: ['pods'], operations: ['UPDATE'] },
    ],
    validations: [
      ["request.operation != 'CONNECT' || object.?container.orValue('') != 'istio-proxy'", `a command in istio-proxy runs as user ${PROXY_USER}, whose traffic is not captured`],
      [
        `request.operation != 'UPDATE' || ${proxies('object')}.all(c, ${proxies('oldObject')}.exists(old, old.image == c.image))`,
        'the image of istio-proxy must stay the one with which the pod was created',
      ],
    ],
    actions,
    namespaces: { operator: 'In', values: locked },
  };
}

/** A namespace has no `namespaceObject`, and its own labels are what is asked about: so it is told by its name. */
function namespaces({ actions, namespaces: locked }: AdmissionFacts): Policy {
  return {
    about: 'namespaces',
    resources: [{ groups: [''], resources: ['namespaces'], operations: ['CREATE', 'UPDATE'] }],
    conditions: { 'locked': `object.metadata.name in ${cel(locked)}`, 'not-going': '!has(object.metadata.deletionTimestamp)' },
    validations: [
      [
        "object.metadata.?labels[?'istio-injection'].orValue('') == 'enabled' || object.metadata.?labels[?'istio-injection'].orValue('') == '' && object.metadata.?labels[?'istio.io/rev'].orValue('') != ''",
        "'namespace ' + object.metadata.name + ' is locked to the egress gateway: it must keep the label istio-injection: enabled, or istio.io/rev'",
      ],
      ["object.metadata.?labels['istio.io/dataplane-mode'].orValue('') != 'none'", 'istio.io/dataplane-mode: none takes the namespace out of the mesh'],
    ],
    actions,
  };
}

/** Objects of a locked namespace that open another way, and those that close it. */
function objects(facts: AdmissionFacts): Policy {
  const changes = ['CREATE', 'UPDATE', 'DELETE'];
  return {
    about: 'objects',
    resources: [
      {
        groups: ['networking.istio.io'],
        versions: ['*'],
        resources: ['sidecars', 'gateways', 'envoyfilters', 'serviceentries', 'workloadentries', 'workloadgroups', 'proxyconfigs'],
        operations: changes,
      },
      { groups: ['security.istio.io'], versions: ['*'], resources: ['requestauthentications', 'peerauthentications'], operations: changes },
      { groups: ['extensions.istio.io'], versions: ['*'], resources: ['wasmplugins', 'trafficextensions'], operations: ['CREATE', 'UPDATE'] },
      { groups: ['networking.k8s.io'], resources: ['networkpolicies'], operations: changes },
      { groups: [''], resources: ['services', 'endpoints'], operations: ['CREATE', 'UPDATE'] },
      { groups: ['discovery.k8s.io'], resources: ['endpointslices'], operations: ['CREATE', 'UPDATE'] },
    ],
    conditions: { ...mayNotOpen(facts), 'no-controller-of-kubernetes': `!(request.userInfo.username in ${cel(CONTROLLERS)})` },
    validations: [[
      [
        "request.resource.resource == 'services' ? object.spec.?type.orValue('ClusterIP') != 'ExternalName' && object.spec.?externalIPs.orValue([]).size() == 0",
        "request.resource.resource == 'networkpolicies' ? request.operation != 'DELETE' && !('Egress' in object.spec.?policyTypes.orValue([])) && (request.operation == 'CREATE' || !('Egress' in oldObject.spec.?policyTypes.orValue([])))",
        'false',
      ].join(' : '),
      "'namespace ' + request.namespace + ' is locked to the egress gateway, and ' + request.resource.resource + ' can open another way out; this needs the right to open egresslocks.cdk8s-istio'",
    ]],
    actions: facts.actions,
    namespaces: { operator: 'In', values: facts.namespaces },
  };
}

/**
 * In every namespace but the gateway's own: no server on its pods, and no other address for a host that has a route.
 * An empty `exportTo` means every namespace, as none does.
 */
function gateways(facts: AdmissionFacts): Policy {
  const { gateway, hosts, actions } = facts;
  return {
    about: 'gateway',
    resources: [{ groups: ['networking.istio.io'], versions: ['*'], resources: ['gateways', 'serviceentries'], operations: ['CREATE', 'UPDATE'] }],
    conditions: mayNotOpen(facts),
    variables: { pods: cel(gateway.selector), hosts: cel(hosts) },
    validations: [
      [
        "request.resource.resource != 'gateways' || !object.spec.?selector.orValue({}).all(k, !(k in variables.pods) || object.spec.selector[k] == variables.pods[k])",
        'this Gateway can open a server on the pods of the egress gateway',
      ],
      [
        "request.resource.resource != 'serviceentries' || !object.spec.hosts.exists(h, variables.hosts.exists(d, d.startsWith('*') ? h.lowerAscii().endsWith(d.substring(1)) : h.lowerAscii() == d)) || object.spec.?exportTo.orValue([]).size() > 0 && !object.spec.exportTo.exists(e, e in ['*', " + cel(gateway.namespace) + '])',
        'only the route of a host that goes through the egress gateway may have a ServiceEntry for it that the gateway sees',
      ],
    ],
    actions,
    namespaces: { operator: 'NotIn', values: [gateway.namespace] },
  };
}
