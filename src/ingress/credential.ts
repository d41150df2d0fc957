import { IConstruct } from 'constructs';
import { valueClass } from '../private/basics/value-class';

/**
 * A Secret that the pods of a gateway read. They find it in their own namespace only, wherever the Gateway object is.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/ingress/secure-ingress/#key-formats
 */
export class Credential {
  /**
   * A Secret, by its name.
   *
   * @param name the name alone, without its namespace. Error `CredentialNameMissing`.
   */
  public static secret(name: string): Credential {
    return new Credential({ name });
  }

  /**
   * The Secret that a construct holds: of cdk8s-plus (whichever version), of `cdk8s import k8s`, of `Include` or `Helm`; or that a
   * Certificate of cert-manager makes.
   *
   * @param secret the construct. Errors `SecretUnreadable`, `SecretNamespace`, `SecretKeysMissing`.
   */
  public static fromSecret(secret: IConstruct): Credential {
    return new Credential({ construct: secret });
  }

  private constructor(
    /** @internal */ public readonly _source: { readonly name?: string; readonly construct?: IConstruct },
  ) {}

  /** The name of the Secret, where it is not that of a construct. */
  public get secretName(): string | undefined {
    return this._source.name;
  }
}

valueClass(Credential, 'Credential');
