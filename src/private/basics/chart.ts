import { Chart } from 'cdk8s';
import { IConstruct } from 'constructs';
import { checkLabel } from './checks';
import { Refuse } from './errors';

/** The namespace of the chart around a construct. Without one, objects of other namespaces could not refer to those of the chart. */
export function chartNamespace(scope: IConstruct, refuse: Refuse): string {
  const chart = Chart.of(scope);
  const { namespace } = chart;
  if (namespace === undefined) {
    return refuse({ code: 'NamespaceMissing', prop: 'namespace', got: namespace, allowed: 'a chart with a namespace', fix: `new Chart(app, '${chart.node.id}', { namespace: '...' })` });
  }
  return checkLabel(namespace, 'namespace', refuse, { fix: 'correct the namespace of the chart' });
}
