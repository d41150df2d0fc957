/** What is done with clear-text requests to the hosts of an HTTPS listener. */
export class PlainHttp {
  /** They are redirected to HTTPS, with status 301. Under a wildcard host, a port that the client wrote into its Host header is kept. */
  public static redirect(): PlainHttp {
    return new PlainHttp('redirect');
  }

  /** They are served like the others. */
  public static serve(): PlainHttp {
    return new PlainHttp('serve');
  }

  /** Nothing listens for them. */
  public static closed(): PlainHttp {
    return new PlainHttp('closed');
  }

  private constructor(
    /** @internal */ public readonly _kind: 'redirect' | 'serve' | 'closed',
  ) {}
}
