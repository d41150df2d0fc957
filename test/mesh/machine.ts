import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** What a run could change of the machine that it runs on. */
export function machine() {
  return {
    resolver: readFileSync('/etc/resolv.conf', 'utf8'),
    mounts: readFileSync('/proc/self/mounts', 'utf8'),
    links: readFileSync('/proc/net/dev', 'utf8').split('\n').map((line) => line.split(':')[0]),
    namespaces: existsSync('/run/netns') ? readdirSync('/run/netns') : [],
    shm: readdirSync('/dev/shm'),
  };
}

/** The processes whose command line or environment holds a text. */
export function processes(where: 'cmdline' | 'environ', text: string): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/${where}`, 'utf8').includes(text);
    } catch {
      return false;
    }
  });
}

export async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 90_000; !condition();) {
    if (Date.now() > end) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
