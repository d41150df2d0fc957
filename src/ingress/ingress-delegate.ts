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
import { rendered } from '../private/istio/manifest/object';
import { targetsOf } from '../private/model/rule';

/** What tells a delegate that another app declares. */
export interface IngressDelegateAttributes {
  /** The name of the VirtualService. Error `NameInvalid`. */
  readonly name: string;

  /** Its namespace. Error `NameInvalid`. */
  readonly namespace: string;
}

/** Properties of an `IngressDelegate`. */
export interface IngressDelegateProps {
  /** The namespace of the route that hands over, alone among all to see the rules. Error `NameInvalid`. */
  readonly routeNamespace: string;

  /**
   * The paths that are handed over, by whole segments: those of the rule with `RouteAction.delegate`. Errors `DelegateInvalid`, `PathInvalid`.
   */
  readonly prefixes: string[];

  /**
   * What is done with the requests. Istio drops rules that reach beyond what is handed over, so each path must lie within `prefixes`:
   * exact or a prefix, of the same case. What no rule matches gets 404. What the route says beside `RouteAction.delegate` holds for rules that say
   * nothing of the kind. Destinations are Services of the mesh. Errors `RulesEmpty`, `DelegateInvalid`, `ExternalDestinationInvalid`.
   */
  readonly rules: IngressRule[];

  /**
   * Name, labels and annotations. Name it where the route is declared in another repository.
   *
   * @default - a generated name
   */
  readonly metadata?: ObjectMetadata;
}

/**
 * Rules for a part of a host, in a chart or repository of their own: a VirtualService in the namespace of the chart, to which the
 * `IngressRoute` of the host hands over by `RouteAction.delegate`. Whoever writes it cannot reach beyond that part.
 * A `DestinationPolicy` for its destinations names the namespace of the gateway's pods in `exportTo`, unless the route is of the same app.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#Delegate
 */
export class IngressDelegate extends Construct implements IIngressDelegate {
  /**
   * A delegate that another app declares. It makes no objects.
   *
   * @param scope the construct around it
   * @param id its id
   * @param attributes what tells the delegate
   */
  public static fromIngressDelegateAttributes(scope: Construct, id: string, attributes: IngressDelegateAttributes): IIngressDelegate {
    return new ImportedIngressDelegate(scope, id, attributes);
  }

  public readonly delegateName: string;

  /** The VirtualService. */
  public readonly virtualService: ApiObject;

  /** All objects of the delegate: the VirtualService. */
  public readonly parts: ApiObject[];

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
