import { Chart } from 'cdk8s';
import { IConstruct } from 'constructs';
import { Refuse } from './errors';

/** The namespace of the chart around a construct. Without one, objects of other namespaces could not refer to those of the chart. */
export function chartNamespace(scope: IConstruct, refuse: Refuse): string {
  const chart = Chart.of(scope);
  return chart.namespace ?? refuse({
    code: 'NamespaceMissing',
    prop: 'namespace',
    got: chart.namespace,
    allowed: 'a chart with a namespace',
    fix: `new Chart(app, '${chart.node.id}', { namespace: '...' })`,
  });
}
