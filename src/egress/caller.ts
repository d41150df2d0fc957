/** Who may use an egress route. The gateway checks it by the certificate of the caller's sidecar. */
export class Caller {
  /** Every workload of a namespace. */
  public static namespace(name: string): Caller {
    return new Caller(name);
  }

  /** The workloads of one service account. */
  public static serviceAccount(namespace: string, name: string): Caller {
    return new Caller(namespace, name);
  }

  private constructor(
    /** @internal */ public readonly _namespace: string,
    /** @internal */ public readonly _serviceAccount?: string,
  ) {}
}
