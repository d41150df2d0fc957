import { appOf } from './app-of';
import { Caller, RequestExplanation } from '../../src';
import { expectBlock, snippetsOf } from '../pages';

/** What docs/explain.md shows. */
describe('docs/explain.md', () => {
  const [asked, tested, entering] = snippetsOf('docs/explain.md');
  const shows = (marker: string, text: string, language = 'text') => expectBlock('docs/explain.md', `explained: ${marker}`, `\`\`\`${language}\n${text.trimEnd()}\n\`\`\`\n`);

  test('shows explanations as they are printed', () => {
    const worker = RequestExplanation.of(appOf(asked)).fromWorkload(Caller.serviceAccount('shop', 'worker'));
    shows('it leaves', worker.get('http://api.example.com/v1/orders').toText());
    shows('it is refused', worker.get('http://api.example.com/v2').toText());
    shows('as a diagram', worker.get('http://api.example.com/v1/orders').toMermaid(), 'mermaid');
    shows('from outside', RequestExplanation.of(appOf(entering)).fromOutside().get('http://shop.example.com/cart').toText());
  });

  test('expects what comes', () => {
    const all = RequestExplanation.of(appOf(tested));
    const allowed = all.fromWorkload(Caller.serviceAccount('shop', 'worker')).get('http://api.example.com/v1');
    expect(allowed).toMatchObject({ leavesBy: 'istio-system/egress', decidedUnless: [], conditions: [] });
    const refused = all.fromWorkload(Caller.serviceAccount('shop', 'web')).get('http://api.example.com/v1');
    expect(refused).toMatchObject({ status: 403, deniedBy: 'AuthorizationPolicy istio-system/egress-api-example-com-80-callers' });
  });
});
