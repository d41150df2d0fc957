import { ApiObject } from 'cdk8s';
import { IConstruct } from 'constructs';
import { RuleFinding } from './rule-finding';
import { MeshSettings } from '../mesh-settings';
import { refuser } from '../private/basics/errors';
import { takeProps } from '../private/basics/take';
import { readManifests } from '../private/manifests/manifest';
import { manifestSet } from '../private/manifests/set';
import { judge } from '../private/rules/judge';

/** What the rules cannot see in the objects. */
export interface IstioRulesOptions {
  /**
   * Whether the app holds everything that the cluster has: all Gateways, Services, ServiceEntries and pods. What a route names and the app does not
   * have is then a finding as well.
   *
   * @default false - what the app does not have may be in the cluster
   */
  readonly complete?: boolean;
}

/**
 * Rules about all Istio objects of an app, whoever wrote them: those of this library, of other libraries, by hand, from Helm charts and `Include`.
 * They need no cluster. In a unit test: `expect(IstioRules.of(app).findings()).toEqual([])`.
 *
 * @example
 * const findings = IstioRules.of(app).findings();
 */
export class IstioRules {
  /**
   * The rules for an app.
   *
   * @param scope the app, or any construct in it
   * @param options what the objects do not say
   */
  public static of(scope: IConstruct, options: IstioRulesOptions = {}): IstioRules {
    const { complete = false } = takeProps('IstioRulesOptions', options, refuser(scope), 'options');
    return new IstioRules(scope.node.root, complete);
  }

  private constructor(private readonly root: IConstruct, private readonly isComplete: boolean) {}

  /** What is wrong, in the order of the objects. The codes are listed in `docs/validation.md`. */
  public findings(): RuleFinding[] {
    const { clusterDomain, rootNamespace, scopeGatewayToNamespace } = MeshSettings.of(this.root);
    const objects = this.root.node.findAll().filter((one): one is ApiObject => one instanceof ApiObject);
    const manifests = objects.flatMap(object => readManifests(object.toJson(), { path: object.node.path }));
    return judge(manifestSet(manifests, { clusterDomain, rootNamespace, scopeGatewayToNamespace, isComplete: this.isComplete })).map(RuleFinding._of);
  }
}
