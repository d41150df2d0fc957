import { AdmissionFacts, cel, Policy, WATCH } from './policy';

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

/** New containers; those for debugging come to a pod that runs. */
const CREATED: Policy['resources'] = [
  { groups: [''], resources: ['pods'], operations: ['CREATE'] },
  { groups: [''], resources: ['pods/ephemeralcontainers'], operations: ['UPDATE'] },
];

const isProxyImage = (image: string) => `(${image}.contains('/proxyv2:') || ${image}.contains('/proxyv2@'))`;

/** What istiod injected, by the annotation in which it lists that; it replaces whatever a user wrote there. */
const isInjected = (name: string) => `object.metadata.?annotations[?'sidecar.istio.io/status'].orValue('').contains('"' + ${name} + '"')`;

/** Pods as they are after injection. A variable that holds an optional value is silently empty when a field of it is asked for, so paths are written out. */
export function pods({ actions, namespaces: locked }: AdmissionFacts): Policy {
  const own = '(variables.own + variables.debuggers)';
  return {
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
export function users({ refusesUsers, actions, namespaces: locked }: AdmissionFacts): Policy {
  return {
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
export function commands({ actions, namespaces: locked }: AdmissionFacts): Policy {
  return {
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
