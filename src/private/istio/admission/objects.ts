import { AdmissionFacts, cel, Policy } from './policy';

/** Controllers of Kubernetes that write endpoints, and delete what is in a namespace with it. */
const CONTROLLERS = [
  ...['endpointslice-controller', 'endpointslicemirroring-controller', 'endpoint-controller', 'namespace-controller', 'generic-garbage-collector'].map(name => `system:serviceaccount:kube-system:${name}`),
  'system:kube-controller-manager',
];

/** Who may open the lock all the same: asked in the gateway's namespace, because in one's own a wildcard role grants any right. No such resource exists. */
function mayNotOpen({ gateway }: AdmissionFacts): { readonly [name: string]: string } {
  return { 'may-not-open': `!authorizer.group('cdk8s-istio').resource('egresslocks').namespace(${cel(gateway.namespace)}).check('open').allowed()` };
}

/** A namespace has no `namespaceObject`, and its own labels are what is asked about: so it is told by its name. */
export function namespaces({ actions, namespaces: locked }: AdmissionFacts): Policy {
  return {
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
export function objects(facts: AdmissionFacts): Policy {
  const changes = ['CREATE', 'UPDATE', 'DELETE'];
  return {
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
export function gateways(facts: AdmissionFacts): Policy {
  const { gateway, hosts, actions } = facts;
  return {
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
