import { Chart } from 'cdk8s';
import { IConstruct } from 'constructs';
import { checkLabel } from '../basics/checks';
import { Refuse } from '../basics/errors';

/** Only charts write objects: outside a chart, there would be none. */
export function needChart(scope: IConstruct, refuse: Refuse): Chart {
  try {
    return Chart.of(scope);
  } catch {
    return refuse({ code: 'ChartMissing', prop: 'scope', got: scope.node.scope, allowed: 'a Chart, or a construct inside one', fix: 'create a Chart in the App, and pass it as the scope' });
  }
}

/** The namespace of the chart that contains a construct. Without one, objects in other namespaces could not refer to the objects of the chart. */
export function chartNamespace(scope: IConstruct, refuse: Refuse): string {
  const { namespace, node: { id } } = needChart(scope, refuse);
  if (namespace === undefined) {
    return refuse({ code: 'NamespaceMissing', prop: 'namespace', got: namespace, allowed: 'a chart with a namespace', fix: `give the chart ${id} a namespace` });
  }
  return checkLabel(namespace, 'namespace', refuse, { fix: 'correct the namespace of the chart' });
}
