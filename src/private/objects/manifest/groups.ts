/** The API groups of what other objects refer to. */
export const GROUPS = {
  Gateway: 'gateway.networking.k8s.io', ListenerSet: 'gateway.networking.k8s.io', ServiceEntry: 'networking.istio.io', Hostname: 'networking.istio.io', Service: '',
} as const;
