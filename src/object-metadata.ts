/**
 * Metadata of the objects that a construct makes. Labels and annotations must be such as Kubernetes takes.
 * Errors `LabelInvalid`, `TextInvalid`, `NameReserved`.
 */
export interface ObjectMetadata {
  /**
   * The name of the construct's main object, a DNS label of at most 63 characters. Errors `NameInvalid`, `NameCollision`; error
   * `FileNameCollision` where the App writes a file for each object, and two that only their namespaces tell apart would share one.
   *
   * @default - derived from the path of the construct
   */
  readonly name?: string;

  /**
   * Labels for every object of the construct.
   *
   * @default - those of the chart
   */
  readonly labels?: { [key: string]: string };

  /**
   * Annotations for every object of the construct.
   *
   * @default - none
   */
  readonly annotations?: { [key: string]: string };
}
