export interface Labels { readonly [key: string]: string }

/** The label by which the pods of a managed Gateway are found: its value is the name of the Gateway. */
export const MANAGED_BY = 'gateway.networking.k8s.io/gateway-name';
