import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { IIngressDelegate } from './i-ingress-delegate';
import { IngressRule } from '../http/rule';
import { ObjectMetadata } from '../object-metadata';
import { chartNamespace } from '../private/app/chart';
import { declare, makingRefuser } from '../private/app/declared';
import { addObject } from '../private/app/objects';
import { checkLabel } from '../private/basics/checks';
import { Refuse } from '../private/basics/errors';
import { takeProps } from '../private/basics/take';
import { checkDelegateRules, checkPrefixes } from '../private/check/delegate';
import { delegateVirtualService } from '../private/istio/delegate';
import { targetsOf } from '../private/model/rule';
import { rendered } from '../private/objects/manifest/object';

/** Identifies a delegate that another app declares. */
export interface IngressDelegateAttributes {
  /** The name of the VirtualService. Error `NameInvalid`. */
  readonly name: string;

  /** Its namespace. Error `NameInvalid`. */
  readonly namespace: string;
}

/** Properties of an `IngressDelegate`. */
export interface IngressDelegateProps {
  /** The namespace of the route that delegates. The rules are exported only to it. Error `NameInvalid`. */
  readonly routeNamespace: string;

  /**
   * The delegated path prefixes, by whole segments: the same as in the rule with `RouteAction.delegate`. Errors `DelegateInvalid`, `PathInvalid`.
   */
  readonly prefixes: string[];

  /**
   * How the requests are handled. Istio drops rules that match more than what is delegated, so each path must be exact or a prefix, lie within
   * `prefixes`, and have the same case. Requests that match no rule get 404. Options that the route sets together with `RouteAction.delegate` apply
   * to rules that do not set them. Destinations must be Services in the mesh. Errors `RulesEmpty`, `DelegateInvalid`, `ExternalDestinationInvalid`.
   */
  readonly rules: IngressRule[];

  /**
   * Name, labels and annotations. Set the name if the route is declared in another repository.
   *
   * @default - a generated name
   */
  readonly metadata?: ObjectMetadata;
}

/**
 * Rules for some paths of a host, in a separate chart or repository.
 *
 * It creates a VirtualService in the namespace of the chart, to which the `IngressRoute` of the host delegates with `RouteAction.delegate`. Its rules
 * cannot affect other paths of the host. If the route is declared in another app, a `DestinationPolicy` for these destinations must list the
 * namespace of the gateway's pods in `exportTo`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#Delegate
 * @example
 * const reviews = new IngressDelegate(chart, 'reviews', {
 *   routeNamespace: 'shop',
 *   prefixes: ['/reviews'],
 *   rules: [{ action: RouteAction.forward(Destination.service('reviews', { port: 9080 })) }],
 * });
 * new IngressRoute(chart, 'shop', {
 *   gateway: ingress,
 *   hosts: ['shop.example.com'],
 *   rules: [{ matches: [{ path: PathMatch.prefix('/reviews') }], action: RouteAction.delegate(reviews) }],
 * });
 */
export class IngressDelegate extends Construct implements IIngressDelegate {
  /**
   * Refers to a delegate that another app declares. It creates no objects.
   *
   * @param scope the parent construct
   * @param id the id of the construct
   * @param attributes the attributes of the delegate
   */
  public static fromIngressDelegateAttributes(scope: Construct, id: string, attributes: IngressDelegateAttributes): IIngressDelegate {
    return new ImportedIngressDelegate(scope, id, attributes);
  }

  public readonly delegateName: string;

  /** The VirtualService. */
  public readonly virtualService: ApiObject;

  /** All objects of the delegate: the VirtualService. */
  public readonly parts: ApiObject[];

  /**
   * @param scope the chart to which the objects belong, or a construct in it
   * @param id the name of the construct in its scope, from which names of its objects may be derived
   * @param props the rules, and the paths that they are for
   */
  constructor(scope: Construct, id: string, props: IngressDelegateProps) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    props = takeProps('IngressDelegateProps', props, refuse);
    const namespace = chartNamespace(this, refuse);
    const routeNamespace = checkLabel(props.routeNamespace, 'routeNamespace', refuse);
    const prefixes = checkPrefixes(props.prefixes, refuse);
    const rules = checkDelegateRules(this, props.rules, prefixes, refuse);
    const spec = delegateVirtualService({ namespace, routeNamespace, rules });
    this.virtualService = addObject(this, rendered({ kind: 'VirtualService', id: 'virtual-service', namespace, name: props.metadata?.name, spec }), props.metadata);
    this.parts = [this.virtualService];
    this.node.defaultChild = this.virtualService;
    this.delegateName = `${namespace}/${this.virtualService.name}`;
    const handedOver = { routeNamespace, prefixes, rules, targets: rules.flatMap(targetsOf) };
    declare(this, 'ingressDelegates', { path: this.node.path, delegateName: this.delegateName, handedOver }, this.parts);
  }
}

class ImportedIngressDelegate extends Construct implements IIngressDelegate {
  public readonly delegateName: string;

  constructor(scope: Construct, id: string, attributes: IngressDelegateAttributes) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    attributes = takeProps('IngressDelegateAttributes', attributes, refuse, 'attributes');
    const { name, namespace } = attributes;
    this.delegateName = `${checkLabel(namespace, 'namespace', refuse)}/${checkLabel(name, 'name', refuse)}`;
    declare(this, 'ingressDelegates', { path: this.node.path, delegateName: this.delegateName });
  }
}
