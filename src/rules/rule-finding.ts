import { titleOf } from '../private/manifests/manifest';
import { Finding } from '../private/rules/rule';

/**
 * Something that is wrong in an object of the app, whoever wrote it.
 *
 * @example
 * const findings = IstioRules.of(app).findings(); // each has a `code`, the `object`, what is wrong, and the `fix`
 */
export class RuleFinding {
  /** @internal */
  public static _of({ code, object, field, message, fix }: Finding): RuleFinding {
    return new RuleFinding(code, object.source.path ?? '', titleOf(object), field, message, fix);
  }

  private constructor(
    /** The code of the rule, which is stable; the texts are not. */
    public readonly code: string,
    /** The path of the construct. */
    public readonly path: string,
    /** The object, as in `VirtualService shop/api`. */
    public readonly object: string,
    /** Where in the object, as in `spec.gateways[0]`. */
    public readonly field: string,
    /** What is wrong. */
    public readonly message: string,
    /** The change that fixes it. */
    public readonly fix: string,
  ) {}
}
