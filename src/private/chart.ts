import { Chart } from 'cdk8s';
import { IConstruct } from 'constructs';
import { Refuse } from './errors';
import { isDnsLabel } from './names';

/** The namespace of the chart around a construct. Without one, objects of other namespaces could not refer to those of the chart. */
export function chartNamespace(scope: IConstruct, refuse: Refuse): string {
  const chart = Chart.of(scope);
  const { namespace } = chart;
  if (namespace === undefined) {
    return refuse({ code: 'NamespaceMissing', prop: 'namespace', got: namespace, allowed: 'a chart with a namespace', fix: `new Chart(app, '${chart.node.id}', { namespace: '...' })` });
  }
  if (!isDnsLabel(namespace)) {
    refuse({ code: 'NameInvalid', prop: 'namespace', got: namespace, allowed: 'a DNS label of at most 63 characters', fix: 'correct the namespace of the chart' });
  }
  return namespace;
}
