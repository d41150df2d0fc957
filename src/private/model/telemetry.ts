/** The checked logging, tracing and metrics of a gateway. */
export interface TelemetryIntent {
  readonly accessLogging?: { readonly provider: string; readonly filter?: string; readonly disabled?: boolean };
  /** If empty, nothing is reported. */
  readonly tracing?: { readonly provider?: string; readonly percent?: number };
  readonly metrics?: { readonly provider: string; readonly withoutTags?: string[] };
}
