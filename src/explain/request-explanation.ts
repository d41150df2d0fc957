import { IConstruct } from 'constructs';
import { Explanation } from './explanation';
import { Caller } from '../egress/caller';
import { IIngressGateway } from '../gateway/i-ingress-gateway';
import { MeshSettings } from '../mesh-settings';
import { knownOf } from '../private/app/explained';
import { checkAddress } from '../private/basics/checks';
import { Refuse, refuserAt } from '../private/basics/errors';
import { EVERY_NAMESPACE } from '../private/basics/names';
import { valueClass } from '../private/basics/value-class';
import { needDeclared } from '../private/check/declared';
import { explain } from '../private/explain/explain';
import { AskedClient, AskedRequest } from '../private/explain/explanation';
import { readConnection, readRequest } from '../private/explain/question';

/** What is known of a workload, besides who it is. */
export interface WorkloadOptions {
  /**
   * The labels of its pods, which decide where a direct service has a `workloadSelector`.
   *
   * @default - unknown; what depends on them is a condition of the answer
   */
  readonly labels?: { [name: string]: string };

  /**
   * Whether it belongs to an ambient mesh, and has no sidecar.
   *
   * @default - if the routes for the host lead through waypoints only
   */
  readonly ambient?: boolean;
}

/** What is known of a client outside the mesh. */
export interface OutsideOptions {
  /**
   * The gateway to which its connection comes.
   *
   * @default - the one of the app that listens for the host on the port; if there are several, the answer is that this is not decided
   */
  readonly gateway?: IIngressGateway;

  /**
   * The subject alternative names of its certificate.
   *
   * @default - it has no certificate
   */
  readonly certificate?: string[];

  /**
   * Its address, as the gateway sees it. Error `AddressInvalid`.
   *
   * @default - unknown; what depends on it is a condition of the answer
   */
  readonly address?: string;

  /**
   * The claims of the valid token that it sends, with the issuer as `iss`; an empty map if it sends none.
   *
   * @default - unknown; what depends on them is a condition of the answer if the request has a header where tokens are, and else there are none
   */
  readonly claims?: { [name: string]: string };
}

/** What is known of a request, besides its URL. */
export interface ExplainedRequestOptions {
  /**
   * Its headers. `host` stands for the Host header, if it is not that of the URL. Error `RequestInvalid`.
   *
   * @default - none
   */
  readonly headers?: { [name: string]: string };
}

/**
 * Says what becomes of a request, and why: by which proxies it goes, which object and rule decides there, and where it ends. The answer comes from what
 * the constructs of the app declare; it needs no cluster.
 *
 * @example
 * new EgressRoute(chart, 'api-route', { service: api, gateway: egress });
 * const answer = RequestExplanation.of(app).fromWorkload(Caller.namespace('shop')).get('http://api.example.com/');
 */
export class RequestExplanation {
  /**
   * Explains requests by what the app of a construct declares so far.
   *
   * @param scope the app, or any construct in it
   */
  public static of(scope: IConstruct): RequestExplanation {
    return new RequestExplanation(scope);
  }

  private constructor(private readonly scope: IConstruct) {}

  /**
   * Requests of a workload of the mesh. `Caller.namespace` stands for its service account `default`. Error `RequestInvalid` for `Caller.anyNamespace`
   * and for callers with options, which say nothing about a workload.
   *
   * @param caller the workload, by its namespace or service account
   * @param options its labels, and whether it is in ambient mode
   */
  public fromWorkload(caller: Caller, options?: WorkloadOptions): ExplainedClient {
    const refuse: Refuse = refuserAt('RequestExplanation.fromWorkload');
    const { labels, ambient } = options ?? {};
    const { callerNamespace: namespace, _serviceAccount: serviceAccount = 'default', _options } = caller;
    if (namespace === EVERY_NAMESPACE || Object.values(_options).some(option => option !== undefined)) {
      refuse({ code: 'RequestInvalid', prop: 'caller', got: namespace === EVERY_NAMESPACE ? 'any namespace' : 'a caller with options', allowed: 'one workload', fix: 'use Caller.serviceAccount(namespace, name)' });
    }
    return ExplainedClient._of(this.scope, { kind: 'workload', namespace, serviceAccount, labels, ambient });
  }

  /**
   * Requests of a client outside the mesh, to an ingress gateway.
   *
   * @param options by which gateway it enters, and what the client presents
   */
  public fromOutside(options?: OutsideOptions): ExplainedClient {
    const refuse: Refuse = refuserAt('RequestExplanation.fromOutside');
    const { gateway, certificate, address, claims } = options ?? {};
    if (address !== undefined) checkAddress(address, 'options.address', refuse);
    const at = gateway && needDeclared(this.scope, gateway, 'ingressGateways', 'options.gateway', refuse);
    return ExplainedClient._of(this.scope, { kind: 'outside', gateway: at?.gatewayName, certificate, address, claims });
  }
}

valueClass(RequestExplanation, 'RequestExplanation');

/**
 * A client whose requests are explained.
 *
 * @example
 * new EgressRoute(chart, 'api-route', { service: api, gateway: egress });
 * const client = RequestExplanation.of(app).fromWorkload(Caller.serviceAccount('shop', 'web'));
 * const answer = client.post('http://api.example.com/orders');
 */
export class ExplainedClient {
  /** @internal */
  public static _of(scope: IConstruct, client: AskedClient): ExplainedClient {
    return new ExplainedClient(scope, client);
  }

  private constructor(private readonly scope: IConstruct, private readonly client: AskedClient) {}

  /**
   * What becomes of a GET request. Errors `UrlInvalid`, `RequestInvalid`.
   *
   * @param url such as `http://api.example.com/v1`
   * @param options the headers of the request
   */
  public get(url: string, options?: ExplainedRequestOptions): Explanation {
    return this.ask('get', 'GET', url, options);
  }

  /**
   * What becomes of a POST request. Errors `UrlInvalid`, `RequestInvalid`.
   *
   * @param url such as `http://api.example.com/v1`
   * @param options the headers of the request
   */
  public post(url: string, options?: ExplainedRequestOptions): Explanation {
    return this.ask('post', 'POST', url, options);
  }

  /**
   * What becomes of a request of any method of HTTP. Errors `UrlInvalid`, `RequestInvalid`.
   *
   * @param method the method of HTTP, in capitals
   * @param url such as `http://api.example.com/v1`
   * @param options the headers of the request
   */
  public send(method: string, url: string, options?: ExplainedRequestOptions): Explanation {
    return this.ask('send', method, url, options);
  }

  /**
   * What becomes of a connection that carries no request that proxies know.
   *
   * @param url such as `tcp://db.example.com:5432`. Error `UrlInvalid`.
   */
  public connect(url: string): Explanation {
    return this.explained(readConnection(url, refuserAt('ExplainedClient.connect')));
  }

  private ask(name: string, method: string, url: string, { headers = {} }: ExplainedRequestOptions = {}): Explanation {
    return this.explained(readRequest(method, url, headers, refuserAt(`ExplainedClient.${name}`)));
  }

  private explained(request: AskedRequest): Explanation {
    return Explanation._of(explain(knownOf(this.scope, MeshSettings.of(this.scope)), this.client, request));
  }
}

valueClass(ExplainedClient, 'ExplainedClient');
