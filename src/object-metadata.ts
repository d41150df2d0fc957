/**
 * Metadata of the objects that a construct creates. Kubernetes must accept the labels and annotations. Errors `LabelInvalid`, `TextInvalid`,
 * `NameReserved`.
 */
export interface ObjectMetadata {
  /**
   * The name of the construct's main object, a DNS label of at most 63 characters. Errors `NameInvalid`, `NameCollision`; error `FileNameCollision`
   * if the App writes one file per object and two objects that differ only in their namespaces would share a file.
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
