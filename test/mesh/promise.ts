import { Reached } from './matchers';
import { Answer, RequestOptions, Step, get } from './mesh';
import { bearer, issuer } from './tokens';
import { Row } from '../pages';

/** Who signs the tokens that pages speak of. */
export const ISSUER = issuer('https://id.example.com');

/** A row of a page as a request, and what must come of it. What a page says and this does not understand is an error. */
export interface PagePromise {
  readonly from: string;
  readonly step: Step;
  readonly reaches: boolean;
  readonly check: (answer: Answer) => void;
}

/** `| from | request | answer | what leaves |`: the workload of a namespace calls the outside. */
export function leaving(row: Row): PagePromise {
  const from = code(row.from);
  const { request, options } = requestOf(row.request);
  const step = get(request, { from, timeoutS: 3, ...options });
  const left = row['what leaves'];
  if (left === 'nothing') return { from, step, reaches: false, check: answer => checkFailure(answer, row.answer) };
  const [, elsewhere] = /^by the gateway to `([^`]+)`/.exec(left) ?? [];
  const hostname = elsewhere ?? new URL(request.replace(/^tcp:/, 'http:')).hostname;
  const status = row.answer === 'bytes' ? 0 : Number(row.answer);
  return {
    from,
    step,
    reaches: true,
    check: answer => {
      const wildcard = answer.server?.server.startsWith('*.') && hostname.endsWith(answer.server.server.slice(1));
      expect(answer).toReach(wildcard ? answer.server!.server : hostname, { status, leftBy: left.startsWith('by its own sidecar') ? from : 'egress', ...seenOf(left) });
    },
  };
}

/** `| request | answer | answered by |`: a client outside of the mesh calls. */
export function entering(row: Row): PagePromise {
  const { request, options } = requestOf(row.request);
  const { protocol, port } = new URL(request);
  const status = row.answer === 'bytes' ? 0 : Number(row.answer);
  const at = port || { 'http:': '80', 'https:': '443' }[protocol];
  const step = get(request, { from: 'outside', connect: `ingress:${at}`, trustCA: 'ingress', timeoutS: 3, ...options });
  const [by, ...sight] = row['answered by'].split(', ');
  const reaches = by !== 'the gateway';
  const check = (answer: Answer) => reaches
    ? expect(answer).toReach(code(by), { status, ...seenOf(sight.join(', ')) })
    : checkFailure(answer, row.answer);
  return { from: 'outside', step, reaches, check };
}

/** A row of a page that has both kinds. */
export function eitherWay(row: Row): PagePromise {
  return 'from' in row ? leaving(row) : entering(row);
}

/** `GET http://host/path` or `tcp://host:port`, each with what it says beside. */
function requestOf(cell: string): { readonly request: string; readonly options: Partial<RequestOptions> } {
  const [, what, rest] = /^`([^`]+)`(.*)$/.exec(cell) ?? [];
  if (what === undefined) throw new Error(`no request: ${cell}`);
  const [method, request] = what.includes(' ') ? what.split(' ') : [undefined, what];
  const headers = Object.fromEntries([...rest.matchAll(/(?:with|and) `([^`:]+): ([^`]+)`/g)].map(([, name, value]) => [name, value]));
  const [, names] = / with a client certificate of `([^`]+)`/.exec(rest) ?? [];
  const [, audience] = / with a token for `([^`]+)`/.exec(rest) ?? [];
  const [, group] = / in group `([^`]+)`/.exec(rest) ?? [];
  if (audience) Object.assign(headers, bearer(ISSUER.token({ aud: audience, groups: group })));
  const http2 = / over HTTP\/2/.test(rest) || undefined;
  const unread = rest.replace(/ (with|and) (a client certificate of |a token for )?`[^`]+`| in group `[^`]+`| over HTTP\/2/g, '');
  if (unread.trim()) throw new Error(`not understood in a request: ${unread}`);
  return { request, options: { method, headers, http2, ...names && { cert: 'client', names: [names] } } };
}

function seenOf(cell: string): Reached {
  return Object.assign({}, ...cell.split(', ').filter(Boolean).map((fact): Reached => {
    const found = ([
      [/^(?:by its own sidecar|by the gateway(?: to `.+`)?)$/, () => ({})],
      [/^by the proxy `(.+)`$/, leftBy => ({ leftBy })],
      [/^port (\d+)$/, port => ({ port: Number(port) })],
      [/^server name `(.+)`$/, sni => ({ sni })],
      [/^path `(.+)`$/, path => ({ path })],
      [/^host `(.+)`$/, host => ({ host })],
      [/^client certificate `(.+)`$/, clientSAN => ({ clientSAN })],
      [/^(HTTP\/\d\.\d)$/, protocol => ({ protocol })],
      [/^clear text$/, () => ({ sni: '' })],
      [/^bytes$/, () => ({ protocol: 'TCP' })],
      [/^no `(.+)`$/, header => ({ without: [header] })],
      [/^`([^`:]+): (.+)`$/, (name, value) => ({ headers: { [name]: value } })],
    ] as [RegExp, (...found: string[]) => Reached][]).flatMap(([form, read]) => {
      const match = form.exec(fact);
      return match ? [read(...match.slice(1))] : [];
    });
    if (found.length === 0) throw new Error(`not understood in what was seen: ${fact}`);
    return found[0];
  }));
}

/** `403`, `301 to <place>`, or `closed` where no HTTP answer comes. */
function checkFailure(answer: Answer, cell: string): void {
  const [, status, place] = /^(\d+|closed)(?: to `(.+)`)?$/.exec(cell) ?? [];
  if (status === undefined) throw new Error(`not understood as an answer: ${cell}`);
  if (status === 'closed') expect(answer).toFail({ error: /./ });
  else expect(answer).toFail({ status: Number(status) });
  if (place !== undefined) expect(answer.headers?.Location).toEqual([place]);
}

function code(cell: string): string {
  return cell.replace(/`/g, '');
}
