import { IConstruct } from 'constructs';
import { valueClass } from '../private/basics/value-class';

/**
 * A Secret that the pods of a gateway read. They find it only in their own namespace, wherever the Gateway object is.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/ingress/secure-ingress/#key-formats
 * @example
 * IngressListener.https({ hosts: ['shop.example.com'], credentials: [Credential.secret('shop-ecdsa'), Credential.secret('shop-rsa')] });
 */
export class Credential {
  /**
   * A Secret, by its name.
   *
   * @param name the name only, without the namespace. Error `CredentialNameMissing`.
   */
  public static secret(name: string): Credential {
    return new Credential({ name });
  }

  /**
   * The Secret that a construct holds: from cdk8s-plus (any version), `cdk8s import k8s`, `Include` or `Helm`, or that a cert-manager Certificate
   * creates.
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
