import { JobSpec } from '../plans';

const MOUNT = '/verification';

/** A pod that asks for no privileges: it fits the profile `restricted` of Pod Security. It is never tried again: what it found once is enough. */
export function jobSpec({ image, serviceAccount, configMap, script, limitS }: JobSpec): object {
  return {
    backoffLimit: 0,
    activeDeadlineSeconds: limitS,
    template: {
      metadata: { labels: { 'app.kubernetes.io/name': configMap } },
      spec: {
        restartPolicy: 'Never',
        serviceAccountName: serviceAccount,
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [{
          name: 'verify',
          image,
          command: ['sh', `${MOUNT}/${script}`],
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
          resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '64Mi' } },
          volumeMounts: [{ name: 'script', mountPath: MOUNT, readOnly: true }, { name: 'work', mountPath: '/tmp' }],
        }],
        volumes: [{ name: 'script', configMap: { name: configMap } }, { name: 'work', emptyDir: {} }],
      },
    },
  };
}
