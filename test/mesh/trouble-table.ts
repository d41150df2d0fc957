import { readFileSync } from 'node:fs';
import { Answer, describeMesh } from './mesh';
import { expectBlock } from '../pages';

/** Something that goes wrong, and what is to be done. */
export interface Trouble {
  readonly because: string;
  readonly what: string;
  /** What the log says beside the flags, in words that stay the same. */
  readonly log?: RegExp;
}

const GATEWAYS = ['egress', 'ingress'];

/** The gateway, or the last proxy that the request came to, and its flags. */
function logOf({ hops }: Answer, log?: RegExp): string {
  const last = hops.find(({ proxy }) => GATEWAYS.includes(proxy)) ?? hops[hops.length - 1];
  if (last === undefined) return 'nothing';
  const { response_flags: all = '-', response_code_details: code, connection_termination_details: end, upstream_transport_failure_reason: tls } = last.line;
  const flags = all.split(',').sort().join(',');
  const details = [code, end, tls].filter(Boolean).join(' ');
  const words = log && [details, details.replace(/_/g, ' ')].map(text => log.exec(text)?.[0]).find(Boolean);
  if (log && !words) throw new Error(`no ${log} in ${details}`);
  const said = [flags !== '-' && flags, words].filter(Boolean).map(text => `\`${text}\``);
  return `${GATEWAYS.includes(last.proxy) ? 'the gateway' : 'the sidecar'}: ${said.join(' ')}`;
}

/** Makes each trouble, and holds the table of them on the page of this direction to what was seen. */
export function troubleTable<T extends Trouble>(direction: 'egress' | 'ingress', troubles: readonly T[], seeking: (trouble: T) => Promise<Answer>): void {
  describeMesh(`${direction}: what goes wrong`, () => {
    const page = `docs/${direction}.md`;
    const rows = new Map<T, string>();

    describe('what the client and the logs say', () => {
      test.each(troubles.map(trouble => [trouble.because, trouble] as const))('broken: %s', async (_, trouble) => {
        const answer = await seeking(trouble);
        const row = `| ${answer.status || 'closed'} | ${logOf(answer, trouble.log)} | ${trouble.because} | ${trouble.what} |`;
        expect(answer.server).toBeUndefined();
        if (!process.env.UPDATE_DOCS) expect(readFileSync(page, 'utf8').split('\n')).toContain(row);
        rows.set(trouble, row);
      });

      test(`is what ${page} lists`, () => {
        const head = '| the client gets | the access log of | because | what to do |\n|---|---|---|---|\n';
        expectBlock(page, 'what goes wrong', `${head}${troubles.map(trouble => rows.get(trouble)).join('\n')}\n`);
      });
    });
  });
}
