import { ExternalIntent } from './external-service';

/** A forward proxy, checked. */
export interface ProxyIntent {
  readonly host: string;
  readonly port: number;
  readonly protocol: 'CONNECT' | 'POST';
  readonly service: ExternalIntent;
}
